"""Settings of all tests: random examples are the same on every run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", settings.get_profile("default"), derandomize=True, max_examples=1000
)
settings.load_profile("default")
