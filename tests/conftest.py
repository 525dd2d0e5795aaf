"""What all tests share: how many examples generated tests try."""

from hypothesis import HealthCheck, settings

_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("quick", max_examples=20, derandomize=True, database=None, **_common)
settings.register_profile("full", max_examples=200, **_common)
settings.load_profile("quick")
