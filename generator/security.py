"""Where the API key goes, and where the API is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .document import Document, UnusableDocument

HEADER = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""The name of a header, RFC 9110."""


@dataclass(frozen=True)
class KeyHeader:
    """The header that carries the API key, and the text in front of the key."""

    name: str
    prefix: str = ""


def find_key_header(document: Document) -> KeyHeader:
    """Return the header of the API key: the same for all operations that need one.

    An operation that needs none is sent it all the same. Raises UnusableDocument for other kinds of security.
    """
    schemes = (document.raw.get("components") or {}).get("securitySchemes") or {}
    default = document.raw.get("security", [])
    found: set[KeyHeader] = set()
    for where, needed in [("document", default), *((str(one), one.raw.get("security")) for one in document.operations)]:
        alternatives = [one for one in needed or () if one]
        if not alternatives:
            continue
        usable = [header for one in alternatives if (header := _header(document, schemes, one))]
        if not usable:
            names = " or ".join(" and ".join(one) for one in alternatives)
            raise UnusableDocument(
                f"{where}: security {names}: only an API key or bearer token in one header is understood"
            )
        found.add(usable[0])
    if len(found) > 1:
        raise UnusableDocument(f"document: the key goes in {' or '.join(sorted(one.name for one in found))}")
    return found.pop() if found else KeyHeader("Authorization", "Bearer ")


def _header(document: Document, schemes: dict[str, Any], alternative: dict[str, Any]) -> KeyHeader | None:
    """Return the header of one alternative of `security`, or None if it is of another kind."""
    if len(alternative) != 1:
        return None
    name = next(iter(alternative))
    scheme = document.follow(schemes.get(name), f"security scheme {name}")
    if scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer":
        return KeyHeader("Authorization", "Bearer ")
    if scheme.get("type") != "apiKey" or scheme.get("in") != "header":
        return None
    if not re.fullmatch(HEADER, str(scheme.get("name"))):
        raise UnusableDocument(f"security scheme {name}: {scheme.get('name')!r} is not the name of a header")
    return KeyHeader(str(scheme["name"]))


def find_servers(document: Document) -> list[tuple[str, bool]]:
    """Return the addresses of the API, each with whether it is said to honour `Idempotency-Key`.

    Variables have their defaults. Relative addresses are left out: the caller says where the API is.
    """
    servers = []
    for server in document.servers:
        url = str(server.get("url"))
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        if url.startswith("/") or url in {"", "."}:
            continue
        if not re.fullmatch(r"https?://[^\s{}\"'\\]+", url):
            raise UnusableDocument(f"document: the server {url!r} is not an address to call")
        servers.append((url.rstrip("/"), server.get("x-idempotency") == "honoured"))
    return servers
