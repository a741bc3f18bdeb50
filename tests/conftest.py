"""Settings of Hypothesis, one certificate in the place of all, and the Python and PostgreSQL that tests share.

No example is too slow, and the same ones are drawn each time.
"""

import gc
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, Phase, core, settings
from hypothesis.internal.conjecture import providers

from tests.support.database import joined_changes
from tests.support.database.postgres import PostgresServer
from tests.support.forked_python import ForkedPython, forking_python

CAUGHT = (Phase.explicit, Phase.generate)
settings.register_profile(
    "same", deadline=None, database=None, suppress_health_check=list(HealthCheck),
    phases=(*CAUGHT, Phase.shrink),
)  # fmt: skip
settings.register_profile("random", settings.get_profile("same"), print_blob=True)
settings.register_profile("long", settings.get_profile("random"), max_examples=5_000)  # `make soak`
settings.register_profile("quick", settings.get_profile("same"), phases=CAUGHT)  # `make mutation` shrinks nothing
PROFILE = os.environ.get("PROPERTIES", "same")
settings.load_profile(PROFILE)
if PROFILE in {"same", "quick"}:
    vars(core)["global_force_seed"] = 0  # as --hypothesis-seed does: derandomize digests the source of each test, twice
    # No constants of whatever modules a worker has loaded.
    vars(providers)["_get_local_constants"] = providers.Constants

if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # httpx's ASGITransport looks for it at every request


gc.disable()  # until all tests are collected: nothing of what is imported and made before goes away


def pytest_collection_finish() -> None:
    """Look for cycles less often, and not among what was collected: a third of the time went there."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let httpx trust one authority: to read all of them costs more than most tests, and none of those uses TLS."""
    first, end, _ = Path(certifi.where()).read_text("utf-8").partition("-----END CERTIFICATE-----\n")
    bundle = tmp_path_factory.mktemp("certificate") / "one.pem"
    bundle.write_text(first + end, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(bundle))
        yield


@pytest.fixture(scope="session")
def forked_python() -> Iterator[ForkedPython]:
    """Runs programs of Python, for all tests of the session."""
    with forking_python() as python:
        yield python


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, for all tests of the session."""
    with PostgresServer() as server, joined_changes.watched(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGSSLMODE", "disable")  # it has no TLS, and each connection would prepare for it
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> str:
    """The address of its database, whose tables are empty if there are any."""
    return postgres_server.emptied()


@pytest.fixture
def new_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of its database, which has no tables; whatever tables there are in the end are dropped."""
    yield postgres_server.cleared()
    postgres_server.cleared()
