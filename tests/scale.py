"""How much of it: some in every run, all of it in `make fuzz`."""

from hypothesis import settings


def scaled(quick: int, full: int) -> int:
    return full if settings.get_current_profile_name() == "full" else quick
