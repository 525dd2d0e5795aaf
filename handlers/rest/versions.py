"""The versions of the interface."""

from typing import final

from typing_extensions import override

from generated import models
from generated.rest.handlers import VersionsHandler


@final
class Versions(VersionsHandler):
    """`version` and `lifecycle` are those of the contract that this process serves."""

    def __init__(self, version: str, lifecycle: models.Lifecycle) -> None:
        self._version = version
        self._lifecycle = lifecycle

    @override
    async def list_versions(self) -> models.VersionList:
        version = models.Version(
            name="v1", version=self._version, lifecycle=self._lifecycle, url="/api/v1"
        )
        return models.VersionList(versions=[version])
