"""API keys: how they are made, kept and required."""

import hashlib
import logging
from typing import Any

import pytest

from tests.support.server.small_document import KEY, SmallStore, client_of, small_app
from threads_server.errors import HTTPError
from threads_server.http.authentication import (
    DEFAULT_ACCOUNT,
    MAX_ADDRESSES,
    WRONG_KEY_BURST,
    WRONG_KEY_DELAY_SECONDS,
    Authenticator,
    KeyConfigError,
    WrongKeyThrottle,
    check_own_key,
    create_first_key,
    create_key,
    is_loopback,
    needs_first_key,
)
from threads_server.http.responses import Response
from threads_server.openapi import ValidatedRequest
from threads_server.settings import Settings


class KeyStore:
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
    return KeyStore()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("192.168.1.2", False), ("example.org", False), ("", False),
    ],
)  # fmt: skip
def test_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


async def test_only_the_digest_of_a_key_is_stored(store: Any) -> None:
    first, second = await create_key(store, "a"), await create_key(store, "b", "account")
    assert first != second
    assert len(first) > 40
    assert store.rows == [
        ("a", hashlib.sha256(first.encode()).digest(), None),
        ("b", hashlib.sha256(second.encode()).digest(), "account"),
    ]


async def test_server_without_keys_makes_a_first_one_on_loopback(store: Any) -> None:
    assert await needs_first_key(store, Settings(host="127.0.0.1"))
    key = await create_first_key(store)
    assert key is not None
    assert store.rows == [("first", hashlib.sha256(key.encode()).digest(), DEFAULT_ACCOUNT)]
    assert not await needs_first_key(store, Settings(host="127.0.0.1"))


async def test_server_whose_last_key_is_revoked_makes_no_first_key(store: Any) -> None:
    await create_first_key(store)
    store.revoked = True
    with pytest.raises(
        KeyConfigError, match=r"^every API key of threads\.db is revoked; make one with: threads-server"
    ):
        await needs_first_key(store, Settings())
    assert len(store.rows) == 1


async def test_server_without_keys_refuses_to_start_elsewhere(store: Any) -> None:
    with pytest.raises(KeyConfigError, match=r"has no API key, and 0\.0\.0\.0 can be reached from elsewhere"):
        await needs_first_key(store, Settings(host="0.0.0.0"))
    assert store.rows == []


async def test_server_with_keys_starts_anywhere(store: Any) -> None:
    await create_key(store, "a")
    assert not await needs_first_key(store, Settings(host="0.0.0.0"))


async def test_key_of_the_environment_is_for_loopback_only(store: Any) -> None:
    assert not await needs_first_key(store, Settings(api_key="k"))
    check_own_key(Settings(api_key="k"))
    with pytest.raises(KeyConfigError, match="THREADS_SERVER_API_KEY is for a server on loopback only"):
        check_own_key(Settings(host="0.0.0.0", api_key="k"))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_wrong_keys_of_one_address_are_delayed_beyond_a_burst() -> None:
    clock = Clock()
    throttle = WrongKeyThrottle(clock)
    assert {throttle.delay("10.0.0.1") for _ in range(WRONG_KEY_BURST)} == {0.0}
    assert throttle.delay("10.0.0.1") == WRONG_KEY_DELAY_SECONDS
    assert throttle.delay("10.0.0.2") == 0.0
    clock.now += 1
    assert throttle.delay("10.0.0.1") == 0.0


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("2001:db8:1:2::", "2001:db8:1:2:ffff::1", "2001:db8:1:3::1"),
        ("2001:db8::", "2001:db8:0:0:ffff::1", "2001:db8:0:1::1"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1", "::ffff:10.0.0.2"),
    ],
)
def test_wrong_keys_of_an_ipv6_network_are_counted_together(address: str, same: str, other: str) -> None:
    throttle = WrongKeyThrottle(Clock())
    for number in range(WRONG_KEY_BURST):
        assert throttle.delay(f"{address}{number:x}" if address.endswith("::") else address) == 0.0
    assert throttle.delay(same) == WRONG_KEY_DELAY_SECONDS
    assert throttle.delay(other) == 0.0


def test_addresses_of_wrong_keys_are_bounded() -> None:
    throttle = WrongKeyThrottle(Clock())
    for _ in range(WRONG_KEY_BURST + 1):
        throttle.delay("quiet")
    for number in range(MAX_ADDRESSES):
        throttle.delay(str(number))
    assert throttle.delay("quiet") == 0.0  # forgotten


class CountingThrottle(WrongKeyThrottle):
    def __init__(self) -> None:
        super().__init__()
        self.counted: list[str] = []

    def delay(self, address: str) -> float:
        self.counted.append(address)
        return 0.01


async def test_valid_key_is_never_delayed_by_wrong_ones() -> None:
    throttle, store = CountingThrottle(), SmallStore()
    authenticator = Authenticator(Settings(api_key="own"), throttle)
    for key in (KEY, "own"):
        assert await authenticator.authenticate(key.encode(), "a", store)  # type: ignore[arg-type]
    for wrong in (b"", b"wrong", None):
        with pytest.raises(HTTPError, match="401"):
            await authenticator.authenticate(wrong, "a", store)  # type: ignore[arg-type]
    assert throttle.counted == ["a", "a"]  # a missing key is no guess


async def test_key_is_in_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(request: ValidatedRequest, services: Any) -> Response:
        raise ZeroDivisionError

    caplog.set_level(logging.DEBUG)
    async with client_of(small_app({"listThings": broken})) as client:
        for key in (KEY, "wrong-key-of-someone"):
            for path in ("/things", "/things?limit=0", "/nowhere", "/health"):
                await client.get(path, headers={"X-API-Key": key})
    assert "ZeroDivisionError" in caplog.text
    assert KEY not in caplog.text
    assert "wrong-key-of-someone" not in caplog.text


def test_tokens_of_a_quiet_address_are_a_burst_at_most_and_delayed_keys_take_none() -> None:
    moments = [0.0] * (WRONG_KEY_BURST + 50) + [0.1] * 2 + [10_000.0] * (WRONG_KEY_BURST + 1)
    clock = iter(moments)
    throttle = WrongKeyThrottle(clock=lambda: next(clock))
    delays = [throttle.delay("10.0.0.1") > 0 for _ in moments]
    assert delays == [
        *[False] * WRONG_KEY_BURST, *[True] * 50, False, True, *[False] * WRONG_KEY_BURST, True
    ]  # fmt: skip
