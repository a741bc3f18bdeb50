"""The vendor's clients get a real server on a socket: they must work against it as published."""

import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.client.vendor_sdk import WEATHER, backboard
from threads_server.testing import LocalServer


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer(api_key="vendor-key", in_process=True) as running:
        yield running


@pytest.fixture
async def client(server: LocalServer) -> AsyncIterator[backboard.BackboardClient]:
    async with backboard.BackboardClient(api_key=server.api_key, base_url=server.url) as client:
        yield client


@pytest.fixture
async def assistant(client: backboard.BackboardClient) -> backboard.Assistant:
    return await client.create_assistant("Guide", system_prompt="Be brief.", tools=[WEATHER])


@pytest.fixture
async def thread_id(client: backboard.BackboardClient, assistant: backboard.Assistant) -> uuid.UUID:
    return (await client.create_thread(assistant.assistant_id)).thread_id
