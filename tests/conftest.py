"""Settings of Hypothesis, and the PostgreSQL server that tests share.

No example is too slow, and the same ones are drawn each time.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.postgres import PostgresServer

CAUGHT = (Phase.explicit, Phase.generate)
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=(*CAUGHT, Phase.shrink),
)  # fmt: skip
settings.register_profile("random", settings.get_profile("same"), derandomize=False, print_blob=True)
settings.register_profile("quick", settings.get_profile("same"), phases=CAUGHT)  # `make mutation` shrinks nothing
settings.load_profile(os.environ.get("PROPERTIES", "same"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, for all tests of the session."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> str:
    """The address of its database, which is empty."""
    return postgres_server.cleared()
