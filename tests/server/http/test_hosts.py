"""The Host header on loopback: a page whose name a browser resolves to this machine is refused (DNS rebinding)."""

import httpx
import pytest

from tests.support.server.small_document import client_of, small_app
from threads_server.http.app import MAX_CACHED_HOSTS, host_name
from threads_server.testing import LocalServer

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]", "127.0.0.1:"])
async def test_allowed_host_is_served(host: str) -> None:
    async with client_of(small_app(allowed_hosts=LOOPBACK)) as client:
        assert (await client.get("/things", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/things", "/nothing", "/health", "/docs"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.2", "a" * 9000, ""]
)
async def test_other_host_is_refused_on_every_path(host: str, path: str) -> None:
    async with client_of(small_app(allowed_hosts=LOOPBACK)) as client:
        answer = await client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert "allow it with --allowed-hosts" in answer.json()["detail"]
    assert answer.headers["x-request-id"]
    assert len(answer.content) < 500


async def test_hosts_that_were_seen_are_remembered_within_a_bound() -> None:
    async with client_of(small_app(allowed_hosts=LOOPBACK)) as client:
        for number in range(MAX_CACHED_HOSTS + 20):
            await client.get("/things", headers={"Host": f"localhost:{number}"})
            await client.get("/things", headers={"Host": f"{number}.example"})
    assert host_name.cache_info().currsize == MAX_CACHED_HOSTS == 100


async def test_application_by_itself_serves_every_host() -> None:
    async with client_of(small_app()) as client:
        assert (await client.get("/things", headers={"Host": "anything.example"})).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "statuses"),
    [
        ((), {"localhost": 200, "127.0.0.1": 200, "evil.example": 400}),
        (("--allowed-hosts", "127.0.0.1, mine.example"), {"mine.example": 200, "localhost": 400}),
        (("--allowed-hosts", "*"), {"evil.example": 200}),
    ],
)
def test_server_on_loopback_serves_its_own_names_unless_told(
    arguments: tuple[str, ...], statuses: dict[str, int]
) -> None:
    with LocalServer(arguments=arguments, in_process=True) as server:
        found = {
            host: httpx.get(f"{server.url}/threads", headers={"Host": host, "X-API-Key": server.api_key}).status_code
            for host in statuses
        }
    assert found == statuses
