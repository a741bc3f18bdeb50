"""Comparison of the listings of a document's client with pages that a server gives as the document declares them."""

from __future__ import annotations

import inspect
from random import Random
from types import ModuleType
from typing import Any

import httpx

from tests.support.generator.document_server import KEY, Server, plain
from tests.support.generator.plain_openapi import Reading
from tests.support.generator.random_documents import JSON

TRACE = "trace 1"


def check_listings(module: ModuleType, reading: Reading, random: Random) -> None:
    """Iterate over each listing, by the methods that convention named, whichever these are."""
    resource = module.Shop(api_key=KEY).rows
    iterated = []
    for name in [one for one in dir(resource) if one.startswith("iterate")]:
        parameters = set(inspect.signature(getattr(resource, name)).parameters)
        for _ in range(3):
            iterated.append(check_listing(Server(module), reading, name, parameters, random))
    listings = {path for path in reading.document["paths"] if path.startswith("/rows/") and not path.endswith("}")}
    assert set(iterated) == listings


def check_listing(server: Server, reading: Reading, name: str, parameters: set[str], random: Random) -> str:
    """Iterate over a listing whose server gives pages as its declaration says, up to the last position it allows.

    Returns the listing's path.
    """
    count = random.randrange(12)
    limit, gap = random.choice([None, 1, 2, 3]), random.random() < 0.5
    limits = {"limit", "size"} & parameters
    arguments: dict[str, Any] = dict.fromkeys(limits, limit) if limit else {}
    arguments |= {"x_trace": TRACE} if "x_trace" in parameters else {}
    listed = Listing(reading, count, limit or 2, gap, random)
    server.answer_with(listed)
    given: list[Any] = []
    listing = getattr(server.resource("rows", api_key=KEY), name)(**arguments)
    try:
        given.extend(map(plain, listing))
    except Exception as error:
        if "the most the API allows" not in str(error) or listed.reachable is None or count < listed.reachable:
            raise
        del listed.rows[listed.reachable :]
    assert given == listed.rows
    return listed.path


class Listing:
    """A listing as its declaration says: the page of each request."""

    most = 3
    """The greatest position, as the documents have it."""

    def __init__(self, reading: Reading, count: int, size: int, gap: bool, random: Random) -> None:
        self.rows: list[Any] = []
        self.path = ""
        self.reachable: int | None = None
        self._reading = reading
        self._count = count
        self._size = size
        self._gap = gap
        self._end = random.choice([None, ""])

    def _open(self, path: str) -> None:
        self.path = path
        operation = self._reading.document["paths"][path]["get"]
        self.declared = operation["x-paging"]
        self._needs_trace = any(one["in"] == "header" and one["required"] for one in operation["parameters"])
        schema = operation["responses"]["200"]["content"][JSON]["schema"]
        item = schema.get("properties", {}).get("rows", schema)["items"]
        self.rows = [{**self._reading.sample(item), "row": number} for number in range(self._count)]
        key = self.declared.get("key", "id")
        is_needed = "key" in self.declared or key in self._reading.plain(item)[0].get("required", ())
        for number, row in enumerate(self.rows):
            row.pop(key, None)
            if is_needed or number % 2:
                row[key] = f"row {number}"
        reachable = {"skip": self.most + self._size, "page": self.most * self._size}
        self.reachable = reachable.get(self.declared["style"])

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.path:
            self._open(request.url.path.removeprefix("/api"))
        declared, asked, size = self.declared, request.url.params, self._size
        assert request.headers.get("X-Trace") == (TRACE if self._needs_trace else None)
        assert int(asked.get(declared["limit"], "2")) == size
        style = declared["style"]
        position = int(asked.get(declared["position"], "1" if style == "page" else "0"))
        if style != "cursor" and position > self.most:
            return httpx.Response(422, json={"detail": "beyond"})
        more: dict[str, Any] = {}
        if style == "cursor":  # the number of a page, of which some are empty
            pages = [page for start in range(0, len(self.rows) or 1, size) for page in self._pages(start)]
            page = pages[position]
            more = {"more": str(position + 1) if position + 1 < len(pages) else self._end}
        else:
            start = (position - 1) * size if style == "page" else position
            page = self.rows[start : start + size]
        return httpx.Response(200, json={"rows": page, **more} if "items" in declared else page)

    def _pages(self, start: int) -> list[list[Any]]:
        page = self.rows[start : start + self._size]
        return [[], page] if self._gap else [page]
