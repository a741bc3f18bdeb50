"""Where the API key and the base URL come from, and what is refused before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ._operation import ApiInfo
from ._transport import SECRET, URL

IDEMPOTENCY_KEY = "Idempotency-Key"

_HOP = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that are the transport's."""
_NAME = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def find_key(given: str | None, api_info: ApiInfo) -> str:
    """The API key: `given`, or the environment's.

    Raises `ValueError`, which never shows the key, if there is none or if it cannot be a header's value.
    """
    key, source = (
        (given, "api_key") if given is not None else (os.environ.get(api_info.key_variable), api_info.key_variable)
    )
    if key is None or (given is None and not key):
        raise ValueError(f"no API key: pass api_key=… or set {api_info.key_variable}")
    if not isinstance(key, str):
        raise TypeError(f"api_key must be a string, not {type(key).__name__}")
    if not key.strip():
        raise ValueError(f"the API key is blank ({source}): pass api_key=… or set {api_info.key_variable}")
    if any(not " " <= character <= "~" for character in key):
        kind = "a line break" if "\n" in key or "\r" in key else "a character that is not printable ASCII"
        raise ValueError(
            f"the API key ({source}) holds {kind}, which a header cannot carry: check {api_info.key_variable}"
        )
    if key != key.strip():
        raise ValueError(f"the API key ({source}) begins or ends with a blank: check {api_info.key_variable}")
    return key


def find_base_url(given: str | None, api_info: ApiInfo) -> str:
    """The base URL, without a slash at its end: `given`, or the environment's, or the document's first server.

    Raises `ValueError` if it is not an http or https URL, or if it carries more than host, port and path.
    """
    source = "base_url" if given is not None else api_info.url_variable
    text = given if given is not None else os.environ.get(api_info.url_variable) or next(iter(api_info.servers))
    if not isinstance(text, str):
        raise TypeError(f"base_url must be a string, not {type(text).__name__}")
    wrong = f"{source} is not a base URL such as {next(iter(api_info.servers))}"
    if not text or any(not character >= "!" for character in text):
        raise ValueError(f"{wrong}: it is empty or holds a blank or a line break")
    try:
        url = URL(str(URL(text)))  # once more: only a scheme in lower case has its default port left out
    except Exception as error:  # httpx.InvalidURL, and UnicodeError from a host that is none
        raise ValueError(f"{wrong}: {error}") from None
    if url.userinfo:
        raise ValueError(f"{source} must not carry a user name or password")
    if url.scheme not in ("http", "https") or not url.host or not 0 < (url.port or 80) < 65536:
        raise ValueError(f"{wrong}: {text!r}")
    if url.query or url.fragment or "?" in text or "#" in text:
        raise ValueError(f"{source} must not carry a query or a fragment: {text!r}")
    return str(url).rstrip("/")


def honours_keys(base_url: str, api_info: ApiInfo) -> bool:
    """Whether `Idempotency-Key` counts as honoured there: as the document says, and yes where it says nothing."""
    listed = {str(URL(url)).rstrip("/"): honoured for url, honoured in api_info.servers.items()}
    return listed.get(base_url, True)


def check_headers(headers: Mapping[str, str], api_info: ApiInfo) -> dict[str, str]:
    """`headers` as they will be sent. Raises `ValueError` for the key's own, for the transport's, and for what is no
    header."""
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a mapping of names to values, not {type(headers).__name__}")
    checked = {}
    for name, value in headers.items():
        if not isinstance(name, str):
            raise TypeError(f"a header's name must be a string, not {type(name).__name__}")
        if name.lower() == api_info.key_header.lower():
            raise ValueError(f"{name} is the API key's header: pass api_key=…")
        if name.lower() == IDEMPOTENCY_KEY.lower():
            raise ValueError(f"{name} belongs to one call: pass its idempotency_key=…")
        if name.lower() in _HOP:
            raise ValueError(f"the header {name} is set by the client itself")
        if not name or not _NAME.issuperset(name):
            raise ValueError(f"not a header's name: {name!r}")
        checked[name] = check_header(name, value)
    return checked


def check_method(method: str) -> str:
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
    if not value.isascii() or any(
        (character < " " and character != "\t") or character == "\x7f" for character in value
    ):
        shown = "" if name.lower() in SECRET else f": {value!r}"
        raise ValueError(f"the header {name} holds a line break or something else that a header cannot carry{shown}")
    return value.strip(" \t")
