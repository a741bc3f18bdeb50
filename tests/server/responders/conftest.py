"""A server of the module that asks a model endpoint, which a test scripts."""

from collections.abc import AsyncIterator

import pytest

from tests.support.server.model_endpoint import Endpoint, asking
from tests.support.server.threads_api import Api


@pytest.fixture(scope="module")
async def asking_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Api, Endpoint]]:
    async with asking(tmp_path_factory.mktemp("responders") / "threads.db") as both:
        yield both


@pytest.fixture
def api(asking_server: tuple[Api, Endpoint]) -> Api:
    return asking_server[0]


@pytest.fixture
def endpoint(asking_server: tuple[Api, Endpoint]) -> Endpoint:
    endpoint = asking_server[1]
    endpoint.asked.clear()
    endpoint.headers.clear()
    endpoint.replies.clear()
    return endpoint
