"""Sources of the API key and the base URL, and checks before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, cast

from .._network.transport import SECRET, URL
from .api_info import ApiInfo

IDEMPOTENCY_KEY = "Idempotency-Key"

KeyCallback: TypeAlias = Callable[[], str | Awaitable[str]]
"""Returns the API key, before each attempt; in the async client it may be a coroutine function."""

_HOP = frozenset(
    {"host", "content-length", "transfer-encoding", "connection"}
    | {"keep-alive", "proxy-connection", "te", "trailer", "upgrade"}
)
"""Headers that are the transport's."""
_NAME = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class ApiKey:
    """The API key, or where it comes from; not shown in tracebacks with their variables."""

    __slots__ = ("_value",)

    def __init__(self, value: str | KeyCallback) -> None:
        self._value = value

    @classmethod
    def of(cls, value: str | KeyCallback | ApiKey) -> ApiKey:
        """The key, hidden."""
        return value if isinstance(value, ApiKey) else cls(value)

    def __repr__(self) -> str:
        return "ApiKey([redacted])"

    @property
    def value(self) -> str | KeyCallback:
        """The key or the callback."""
        return self._value

    @property
    def header(self) -> str:
        """The key as a header's value; empty if it comes from a callback."""
        return self._value if isinstance(self._value, str) else ""

    @property
    def is_callback(self) -> bool:
        """Whether the key is asked for before each attempt."""
        return not isinstance(self._value, str)

    def problem(self) -> str | None:
        """Why no header can carry the key, if that is so."""
        key = self._value
        if not isinstance(key, str):
            return None
        if not key.strip():
            return "is blank"
        if any(not " " <= character <= "~" for character in key):
            kind = "a line break" if "\n" in key or "\r" in key else "a character that is not printable ASCII"
            return f"holds {kind}, which a header cannot carry"
        return "begins or ends with a blank" if key != key.strip() else None


NO_KEY = ApiKey("")
"""Stands for the key of a client without one, where the document's own `security` needs none."""


def missing_key(api_info: ApiInfo) -> str:
    """Return the text of the error for a key that is needed and not there."""
    return f"no API key: pass api_key=… or set {api_info.key_variable}"


def find_key(given: ApiKey | None, api_info: ApiInfo) -> ApiKey:
    """The API key: `given`, or the environment's.

    Raises `ValueError`, which never shows the key, if there is none and the document's own `security` needs one, or if
    it cannot be a header's value.
    """
    source = "api_key"
    if given is None:
        source = api_info.key_variable
        if not os.environ.get(source):
            if api_info.security is None or api_info.security.optional:
                return NO_KEY
            raise ValueError(missing_key(api_info))
        given = ApiKey(os.environ[source])
    elif not isinstance(given.value, str) and not callable(given.value):
        raise TypeError(f"api_key must be a string or a function, not {type(given.value).__name__}")
    problem = given.problem()
    if problem is not None:
        raise ValueError(f"the API key ({source}) {problem}: check {api_info.key_variable}")
    return given


def check_called_key(value: object) -> ApiKey:
    """The key that a callback returned. Raises `ValueError` or `TypeError` for one that cannot be sent."""
    if not isinstance(value, str):
        raise TypeError(f"the function api_key must return a string, not {type(value).__name__}")
    key = ApiKey(value)
    del value
    problem = key.problem()
    if problem is not None:
        raise ValueError(f"the API key that the function api_key returned {problem}")
    return key


def find_base_url(given: object, api_info: ApiInfo) -> str:
    """The base URL, without a slash at its end: `given`, or the environment's, or the document's first server.

    Raises `ValueError` if it is not an http or https URL, or if it carries more than host, port and path.
    """
    source = "base_url" if given is not None else api_info.url_variable
    text = given if given is not None else os.environ.get(api_info.url_variable) or next(iter(api_info.servers), None)
    if text is None:
        raise ValueError(f"no base URL: pass base_url=… or set {api_info.url_variable}")
    if not isinstance(text, str):
        raise TypeError(f"base_url must be a string, not {type(text).__name__}")
    wrong = f"{source} is not a base URL such as {next(iter(api_info.servers), 'https://api.example')}"
    if not text or any(not character >= "!" for character in text):
        raise ValueError(f"{wrong}: it is empty or holds a blank or a line break")
    try:
        url = URL(str(URL(text)))  # once more: only a scheme in lower case has its default port left out
    except Exception as error:  # httpx.InvalidURL, and UnicodeError from a host that is none
        raise ValueError(f"{wrong}: {error}") from None
    if url.userinfo:
        raise ValueError(f"{source} must not carry a user name or password")
    labels = url.raw_host.removesuffix(b".").split(b".")
    if url.scheme not in ("http", "https") or not all(0 < len(one) < 64 for one in labels):
        raise ValueError(f"{wrong}: {text!r}")
    if not 0 < (url.port or 80) < 65536:
        raise ValueError(f"{wrong}: {text!r}")
    if url.query or url.fragment or "?" in text or "#" in text:
        raise ValueError(f"{source} must not carry a query or a fragment: {text!r}")
    return str(url).rstrip("/")


def honours_keys(base_url: str, api_info: ApiInfo) -> bool:
    """Whether `Idempotency-Key` counts as honoured there: as the document says, and yes where it says nothing."""
    listed = {str(URL(url)).rstrip("/"): honoured for url, honoured in api_info.servers.items()}
    return listed.get(base_url, True)


def check_headers(headers: object, api_info: ApiInfo) -> dict[str, str]:
    """`headers` as they will be sent. Raises `ValueError` for the key's own, for the transport's, and for what is no
    header."""
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a mapping of names to values, not {type(headers).__name__}")
    checked: dict[str, str] = {}
    of_key = {scheme.name.lower() for scheme in api_info.schemes if scheme.place == "header"}
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str):
            raise TypeError(f"a header's name must be a string, not {type(name).__name__}")
        if name.lower() in of_key:
            raise ValueError(f"{name} is the API key's header: pass api_key=…")
        if name.lower() == IDEMPOTENCY_KEY.lower():
            raise ValueError(f"{name} belongs to one call: pass its idempotency_key=…")
        if name.lower() in _HOP:
            raise ValueError(f"the header {name} is set by the client itself")
        if not name or not _NAME.issuperset(name):
            raise ValueError(f"not a header's name: {name!r}")
        checked[name] = check_header(name, value)
    return checked


def check_method(method: object) -> str:
    """`method` in capitals; `ValueError` or `TypeError` if no request can have it."""
    if not isinstance(method, str):
        raise TypeError(f"method must be a string, not {type(method).__name__}")
    if not method or not _NAME.issuperset(method):
        raise ValueError(f"method must be that of a request, such as GET, not {method!r}")
    return method.upper()


def check_header(name: str, value: object) -> str:
    """`value`, if the header `name` can carry it; `ValueError` or `TypeError` otherwise."""
    if not isinstance(value, str):
        raise TypeError(f"the header {name} must be a string, not {type(value).__name__}")
    if not is_header_value(value):
        shown = "" if name.lower() in SECRET else f": {value!r}"
        raise ValueError(f"the header {name} holds a line break or something else that a header cannot carry{shown}")
    return value.strip(" \t")


def is_header_value(value: str) -> bool:
    """Whether a header can carry `value`: ASCII without control characters, but for tabs."""
    return value.isascii() and not any(
        (character < " " and character != "\t") or character == "\x7f" for character in value
    )
