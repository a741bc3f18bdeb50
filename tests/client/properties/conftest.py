"""Hypothesis' settings: the same examples each time, unless `PROPERTIES=random` is in the environment."""

import os

from hypothesis import HealthCheck, Phase, settings

FOUND = (Phase.explicit, Phase.generate)
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=(*FOUND, Phase.shrink),
)  # fmt: skip
settings.register_profile("random", settings.get_profile("same"), derandomize=False, print_blob=True)
# For `make mutation`: that there is a counterexample is enough.
settings.register_profile("quick", settings.get_profile("same"), phases=FOUND)
settings.load_profile(os.environ.get("PROPERTIES", "same"))
