"""The vendor's clients get a real server process: they must work against it as published."""

from collections.abc import Iterator

import pytest

from threads_server.local import LocalServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("vendor") / "threads.db", api_key="vendor-key") as running:
        yield running
