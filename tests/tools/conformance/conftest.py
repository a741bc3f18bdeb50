"""A server whose account the questions are put to, and somebody who looks what is in it."""

from collections.abc import Iterator

import pytest

from tests.support.conformance import KEY
from threads_server.testing import LocalServer
from tools.document import operations
from tools.resources import Caller, Resources


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("conformance") / "threads.db", api_key=KEY) as started:
        yield started


@pytest.fixture
def owner(server: LocalServer) -> Iterator[Caller]:
    """The account's owner, who finds it empty and leaves it empty."""
    caller = Caller(server.url, server.api_key)
    yield caller
    for assistant in caller.ask("listAssistants"):
        caller.send(operations()["deleteAssistant"], Resources(assistant["assistant_id"], "", ""))
    caller.close()
