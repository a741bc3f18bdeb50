"""Settings of Hypothesis for all tests: no example is too slow, and the same ones are drawn each time."""

import os

from hypothesis import HealthCheck, Phase, settings

CAUGHT = (Phase.explicit, Phase.generate)
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=(*CAUGHT, Phase.shrink),
)  # fmt: skip
settings.register_profile("random", settings.get_profile("same"), derandomize=False, print_blob=True)
settings.register_profile("quick", settings.get_profile("same"), phases=CAUGHT)  # `make mutation` shrinks nothing
settings.load_profile(os.environ.get("PROPERTIES", "same"))
