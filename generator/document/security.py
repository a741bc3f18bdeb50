"""Where the API key goes, and where the API is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..text import literal
from .document import Document, Operation, UnusableDocument

HEADER = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""The name of a header, RFC 9110."""

ADDRESS = r"https?://[^\s{}\"'\\?#]+"


@dataclass(frozen=True)
class Scheme:
    """A security scheme: a header, with the text in front of the key, or a query parameter."""

    place: Literal["header", "query"]
    name: str
    prefix: str = ""
    optional: bool = False

    @property
    def code(self) -> str:
        """The code that makes the runtime's `SecurityScheme`."""
        prefix = f", {literal(self.prefix)}" if self.prefix else ""
        return f"SecurityScheme({literal(self.place)}, {literal(self.name)}{prefix}{', optional=True' * self.optional})"

    @property
    def text(self) -> str:
        kind = "header" if self.place == "header" else "query parameter"
        return f"the {kind} `{self.name}`"


class Security:
    """The scheme of each operation by its id, and of calls that the document does not describe.

    The client has one key: of several alternatives the first counts that needs a key and no more than one, preferably
    that of the document as a whole. An operation with other alternatives only is refused by name. The `default` is
    optional where the document as a whole says nothing and some operations need no key.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._schemes = (document.raw.get("components") or {}).get("securitySchemes") or {}
        written = document.raw.get("security")
        inherit = {one.id for one in document.operations if one.raw.get("security", written) == written}
        is_used = written is not None and (inherit or not document.operations)
        self.default: Scheme | None = None
        if is_used:
            self.default = self._chosen(written, "document")
        self._by_operation = {
            one.id: self.default if one.id in inherit else self._chosen(one.raw["security"], str(one))
            for one in document.operations
        }
        if not is_used:
            found = list(dict.fromkeys(self._by_operation.values()))
            first = next((scheme for scheme in found if scheme), None)
            self.default = first if len(found) == 1 or first is None else replace(first, optional=True)

    def of(self, operation: Operation) -> Scheme | None:
        return self._by_operation[operation.id]

    @property
    def others(self) -> list[Scheme]:
        """The schemes that are not the default one."""
        found = [scheme for scheme in self._by_operation.values() if scheme and scheme != self.default]
        return list(dict.fromkeys(found))

    def _chosen(self, needed: Any, where: str) -> Scheme | None:
        """Return the scheme for a `security`, or None if no key is needed. Raises UnusableDocument if none fits."""
        if not isinstance(needed, list):
            raise UnusableDocument(f"{where}: `security` is no list")
        alternatives = [one for one in needed if one]
        if not alternatives:
            return None
        usable = [scheme for one in alternatives if (scheme := self._scheme(one))]
        if not usable:
            names = " or ".join(" and ".join(one) for one in alternatives)
            raise UnusableDocument(
                f"{where}: security {names}: only one API key in a header or query, bearer or basic, is understood"
            )
        preferred = replace(self.default, optional=False) if self.default else None
        chosen = preferred if preferred in usable else usable[0]
        return replace(chosen, optional=len(alternatives) < len(needed))

    def _scheme(self, alternative: dict[str, Any]) -> Scheme | None:
        """Return the scheme of one alternative of `security`, or None if it is of another kind."""
        if len(alternative) != 1:
            return None
        name = next(iter(alternative))
        if name not in self._schemes:
            raise UnusableDocument(f"security scheme {name}: the document does not describe it")
        scheme = self._document.follow(self._schemes.get(name), f"security scheme {name}")
        if scheme.get("type") == "http":
            prefix = {"bearer": "Bearer ", "basic": "Basic "}.get(str(scheme.get("scheme")).lower())
            return Scheme("header", "Authorization", prefix) if prefix else None
        if scheme.get("type") in {"oauth2", "openIdConnect"}:
            return Scheme("header", "Authorization", "Bearer ")  # the key is an access token (RFC 6750)
        if scheme.get("type") != "apiKey" or scheme.get("in") not in {"header", "query"}:
            return None
        if scheme["in"] == "query":
            return Scheme("query", str(scheme.get("name")))
        if not re.fullmatch(HEADER, str(scheme.get("name"))):
            raise UnusableDocument(f"security scheme {name}: {scheme.get('name')!r} is not the name of a header")
        return Scheme("header", str(scheme["name"]))


def find_servers(document: Document) -> list[tuple[str, bool]]:
    """Return the addresses of the API, each with whether it is said to honour `Idempotency-Key`.

    Variables have their defaults. Relative addresses are left out: the caller says where the API is.
    """
    servers = []
    for server in document.servers:
        url = _address(server, "document")
        if url.startswith(("http:", "https:")):
            servers.append((url, server.get("x-idempotency") == "honoured"))
    return servers


def find_server(document: Document, operation: Operation) -> str:
    """Return the address of an operation that has a server of its own, else an empty text.

    A relative one is a path at the origin of the client's base URL.
    """
    if not operation.servers:
        return ""
    url = _address(operation.servers[0], str(operation))
    return "" if url in {url for url, _ in find_servers(document)[:1]} else url


def _address(server: dict[str, Any], where: str) -> str:
    """Return the address of a server with its variables' defaults, without a slash at its end; `/` is a root."""
    url = str(server.get("url"))
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    if not re.fullmatch(ADDRESS, url) and not re.fullmatch(r"(?!//)[^\s{}\"'\\?#:]*", url):
        raise UnusableDocument(f"{where}: the server {url!r} is not an address to call")
    return url.rstrip("/") or ("/" if url.startswith("/") else "")


def addresses(document: Document) -> Iterator[str]:
    """Yield the addresses that operations have of their own."""
    found = (find_server(document, operation) for operation in document.operations)
    yield from dict.fromkeys(url for url in found if url.startswith(("http:", "https:")))
