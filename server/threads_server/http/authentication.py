"""API keys, and the account that each one opens."""

import hashlib
import hmac
import ipaddress
import secrets
from typing import TYPE_CHECKING

from threads_server.errors import HTTPError

if TYPE_CHECKING:
    from threads_server.settings import Settings
    from threads_server.store import Store

DEFAULT_ACCOUNT = "default"
"""What `THREADS_SERVER_API_KEY` and the first key of a new database open."""

FIRST_KEY_NAME = "first"


class KeyConfigError(Exception):
    """The server may not start with these keys; the text says why, in one line."""


def make_key() -> str:
    """A new key. It is shown once; only its digest is kept."""
    return f"bbt_{secrets.token_urlsafe(32)}"


def digest(key: bytes) -> bytes:
    """What is kept of a key. Keys are long and random, so that a plain SHA-256 cannot be searched."""
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
    """Makes a key that opens `account`, or a new account for None, and gives it. ValueError: the name is in use."""
    key = make_key()
    await store.add_key(name, digest(key.encode()), account)
    return key


async def prepare_keys(store: "Store", settings: "Settings") -> str | None:
    """Makes sure that someone can use the server: gives the first key if one had to be made.

    Raises Refused if that would leave a key lying about where others can reach the server.
    """
    if settings.api_key is not None:
        if not is_loopback(settings.host):
            raise KeyConfigError(
                f"THREADS_SERVER_API_KEY is for a server on loopback only, not on {settings.host}; "
                "make a key with: threads-server keys create NAME"
            )
        return None
    if await store.has_keys():
        return None
    if await store.has_keys(revoked=True):
        raise KeyConfigError(
            f"every API key of {settings.shown_database} is revoked; make one with: threads-server keys create NAME"
        )
    if not is_loopback(settings.host):
        raise KeyConfigError(
            f"{settings.shown_database} has no API key, and {settings.host} can be reached from elsewhere; "
            "make a key first with: threads-server keys create NAME"
        )
    try:
        return await create_key(store, FIRST_KEY_NAME, DEFAULT_ACCOUNT)
    except ValueError:  # another server, on the same new database, was faster
        return None


class Authenticator:
    """Says which account a request may use. Nothing is remembered from one request to the next: a revocation is
    effective at once."""

    def __init__(self, settings: "Settings") -> None:
        self._own = None if settings.api_key is None else digest(settings.api_key.encode())

    async def open(self, key: bytes | None, store: "Store") -> str:
        """The account that the key opens. Raises HTTPError 401 for none or an unknown one (docs/hosted-api.md §1)."""
        if key is not None:
            given = digest(key)
            if self._own is not None and hmac.compare_digest(given, self._own):
                return DEFAULT_ACCOUNT
            account = await store.find_key(given)
            if account is not None:
                return account
        raise HTTPError(401, "Invalid or missing API key")
