"""API keys: creation, authentication, throttling of wrong keys, and times of last use."""

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from threads_server.clock import now
from threads_server.errors import HTTPError
from threads_server.store import StoreUnavailable

if TYPE_CHECKING:
    from threads_server.settings import Settings
    from threads_server.store import Store

DEFAULT_ACCOUNT = "default"
"""Account of `THREADS_SERVER_API_KEY` and of the first key of a new database."""

FIRST_KEY_NAME = "first"

WRONG_KEY_BURST = 100
"""Wrong keys of one address that are answered without delay."""
WRONG_KEYS_PER_SECOND = 10
"""Wrong keys of one address, beyond the burst, that are answered without delay."""
WRONG_KEY_DELAY_SECONDS = 1.0
KEY_USE_INTERVAL_SECONDS = 60
"""Shortest time between two writes of a key's last use."""
MAX_ADDRESSES = 10_000
"""Addresses whose wrong keys are counted; the one that was quiet for longest is forgotten first."""


class KeyConfigError(Exception):
    """The server may not start with these keys; the text says why, in one line."""


def make_key() -> str:
    """Make a new key. It is shown once; only its digest is stored."""
    return f"bbt_{secrets.token_urlsafe(32)}"


def digest(key: bytes) -> bytes:
    """Digest of a key, as it is stored. Keys are long and random, so that a plain SHA-256 cannot be searched."""
    return hashlib.sha256(key).digest()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def create_key(store: "Store", name: str, account: str | None = None) -> str:
    """Make a key that opens `account`, or a new account for None. Raises ValueError if the name is in use."""
    key = make_key()
    await store.add_key(name, digest(key.encode()), account)
    return key


def check_own_key(settings: "Settings") -> None:
    """Raise KeyConfigError if others can reach a server whose key is in its settings."""
    if settings.api_key is not None and not is_loopback(settings.host):
        raise KeyConfigError(
            f"THREADS_SERVER_API_KEY is for a server on loopback only, not on {settings.host}; "
            "make a key with: threads-server keys create NAME"
        )


def no_key(settings: "Settings") -> KeyConfigError:
    """The error of a server that others can reach, and whose database has no key."""
    return KeyConfigError(
        f"{settings.shown_database} has no API key, and {settings.host} can be reached from elsewhere; "
        "make a key first with: threads-server keys create NAME"
    )


async def needs_first_key(store: "Store", settings: "Settings") -> bool:
    """Whether there is no key yet.

    Raises KeyConfigError if others can reach the server then, or if every key is revoked.
    """
    if settings.api_key is not None or await store.has_keys():
        return False
    if await store.has_keys(revoked=True):
        raise KeyConfigError(
            f"every API key of {settings.shown_database} is revoked; make one with: threads-server keys create NAME"
        )
    if not is_loopback(settings.host):
        raise no_key(settings)
    return True


async def create_first_key(store: "Store") -> str | None:
    """Make the first key of a new database; None if another process made it."""
    try:
        return await create_key(store, FIRST_KEY_NAME, DEFAULT_ACCOUNT)
    except ValueError:
        return None


class WrongKeyThrottle:
    """Token buckets of wrong keys, one per address. An IPv6 address stands for its /64 network."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def delay(self, address: str) -> float:
        """Count a wrong key, and return the seconds by which its answer is to be delayed."""
        address = _network(address)
        moment = self._clock()
        tokens, before = self._buckets.pop(address, (float(WRONG_KEY_BURST), moment))
        tokens = min(WRONG_KEY_BURST, tokens + (moment - before) * WRONG_KEYS_PER_SECOND)
        delayed = tokens < 1
        self._buckets[address] = (tokens if delayed else tokens - 1), moment
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        return WRONG_KEY_DELAY_SECONDS if delayed else 0.0


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # of a Unix socket
        return address
    if isinstance(parsed, ipaddress.IPv4Address) or parsed.ipv4_mapped is not None:
        return address
    return parsed.exploded[:19]


class KeyUses:
    """Last use of each stored key: kept in memory, and written at most once a minute per key."""

    def __init__(self) -> None:
        self._used: dict[bytes, int] = {}
        self._written: dict[bytes, int] = {}

    def note(self, key_digest: bytes) -> None:
        """Note that a key is used now."""
        self._used[key_digest] = now()

    async def write(self, store: "Store", *, all_of_them: bool = False) -> None:
        """Store the uses that are due, or all of them. They are lost if the store is unavailable."""
        moment = now()
        due = {
            key: used
            for key, used in self._used.items()
            if all_of_them or moment - self._written.get(key, 0) >= KEY_USE_INTERVAL_SECONDS * 1000
        }
        if due:
            self._written |= dict.fromkeys(due, moment)
            self._used = {key: used for key, used in self._used.items() if key not in due}
            with suppress(StoreUnavailable):
                await store.note_key_uses(due)


class Authenticator:
    """Map a key to its account. Uncached, so that revocation is immediate."""

    def __init__(self, settings: "Settings", throttle: WrongKeyThrottle | None = None) -> None:
        self.uses = KeyUses()
        self._own = None if settings.api_key is None else digest(settings.api_key.encode())
        self._throttle = throttle or WrongKeyThrottle()

    async def authenticate(self, key: bytes | None, address: str, store: "Store") -> str:
        """Find the account of a key. Raises HTTPError 401 for a missing or wrong one (docs/hosted-api.md §1).

        Beyond a burst of wrong keys from one address, the answer to a wrong key is delayed; to a valid key it never is.
        """
        if key is not None:
            key_digest = digest(key)
            account = await self.find_account(key_digest, store)
            if account is not None:
                if key_digest != self._own:
                    self.uses.note(key_digest)
                return account
            delay = self._throttle.delay(address)
            if delay:
                await asyncio.sleep(delay)
        raise HTTPError(401, "Invalid or missing API key")

    async def find_account(self, key_digest: bytes, store: "Store") -> str | None:
        """Find the account of a key by its digest; None for an unknown or revoked key."""
        if self._own is not None and hmac.compare_digest(key_digest, self._own):
            return DEFAULT_ACCOUNT
        return await store.find_key(key_digest)
