"""API keys: how they are made, kept and required."""

import hashlib
from typing import Any

import pytest

from threads_server.http.authentication import DEFAULT_ACCOUNT, KeyConfigError, create_key, is_loopback, prepare_keys
from threads_server.settings import Settings


class StoredResponse:
    """A store that remembers the keys it was given."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, bytes, str | None]] = []

        self.revoked = False

    async def has_keys(self, *, revoked: bool = False) -> bool:
        return bool(self.rows) and (revoked or not self.revoked)

    async def add_key(self, name: str, digest: bytes, account: str | None) -> str:
        self.rows.append((name, digest, account))
        return account or "new"


@pytest.fixture
def store() -> Any:
    return StoredResponse()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("192.168.1.2", False), ("example.org", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


async def test_only_the_digest_of_a_key_is_kept(store: Any) -> None:
    first, second = await create_key(store, "a"), await create_key(store, "b", "account")
    assert first != second
    assert len(first) > 40
    assert store.rows == [
        ("a", hashlib.sha256(first.encode()).digest(), None),
        ("b", hashlib.sha256(second.encode()).digest(), "account"),
    ]


async def test_a_server_without_keys_makes_a_first_one_on_loopback(store: Any) -> None:
    key = await prepare_keys(store, Settings(host="127.0.0.1"))
    assert key is not None
    assert store.rows == [("first", hashlib.sha256(key.encode()).digest(), DEFAULT_ACCOUNT)]
    assert await prepare_keys(store, Settings(host="127.0.0.1")) is None


async def test_server_whose_last_key_is_revoked_makes_no_first_key(store: Any) -> None:
    await prepare_keys(store, Settings())
    store.revoked = True
    with pytest.raises(
        KeyConfigError, match=r"^every API key of threads\.db is revoked; make one with: threads-server"
    ):
        await prepare_keys(store, Settings())
    assert len(store.rows) == 1


async def test_a_server_without_keys_refuses_to_start_elsewhere(store: Any) -> None:
    with pytest.raises(KeyConfigError, match=r"has no API key, and 0\.0\.0\.0 can be reached from elsewhere"):
        await prepare_keys(store, Settings(host="0.0.0.0"))
    assert store.rows == []


async def test_a_server_with_keys_starts_anywhere(store: Any) -> None:
    await create_key(store, "a")
    assert await prepare_keys(store, Settings(host="0.0.0.0")) is None


async def test_the_environments_key_is_for_loopback_only(store: Any) -> None:
    assert await prepare_keys(store, Settings(api_key="k")) is None
    assert store.rows == []
    await create_key(store, "a")
    with pytest.raises(KeyConfigError, match="THREADS_SERVER_API_KEY is for a server on loopback only"):
        await prepare_keys(store, Settings(host="0.0.0.0", api_key="k"))
