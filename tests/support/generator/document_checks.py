"""Comparison of a document's client with an independent reading of the document by OpenAPI's rules."""

from __future__ import annotations

import inspect
import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from email.parser import BytesParser
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

import httpx
import pytest

from tests.support.generator.documents import client_of, small_names
from tests.support.generator.plain_openapi import INSTANT, Call, Made, Reading
from tests.support.generator.random_documents import FORM, JSON, MULTIPART, Document
from tests.support.generator.random_names import LISTINGS, PYTHON_NAMES

OPTIONS = {"timeout", "deadline", "max_retries", "headers", "media_type"}
KEY = "user:key"
CALLS = 5
"""Calls of each operation."""


class Server:
    """Answers in turn with what is given, and keeps the requests."""

    def __init__(self, module: ModuleType) -> None:
        self.answers: list[httpx.Response] = []
        self.requests: list[httpx.Request] = []
        self._module = module
        self._answer: Callable[[httpx.Request], httpx.Response] = lambda _: self.answers.pop(0)

    def answer_with(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        """Answer all requests in another way."""
        self._answer = answer

    def things(self, **options: Any) -> Any:
        """The things of a client of this server."""
        return self.resource("things", **options)

    def resource(self, name: str, **options: Any) -> Any:
        """A resource of a client of this server."""
        http_client = httpx.Client(transport=httpx.MockTransport(self._handle))
        return getattr(self._module.Shop(http_client=http_client, **options), name)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self._answer(request)


def check_document(document: Document, random: Random) -> None:
    """Generate a client, and compare with the document what its methods send, give and say."""
    reading = Reading(document, random)
    names = small_names(document)
    for identifier, one in names["operations"].items():
        one["method"] = identifier
    names["operations"] = {key: one for key, one in names["operations"].items() if key not in LISTINGS}
    with tempfile.TemporaryDirectory() as folder:
        module = client_of(Path(folder), document, names, trial=True)
        for path, method, item, operation in reading.operations():
            try:
                if operation["operationId"] in LISTINGS:
                    continue
                check_operation(Server(module), reading, path, method, item)
                if method == "delete":
                    check_repeated_delete(Server(module), reading, path, item)
                check_docstring(module, operation)
            except Exception as error:
                error.add_note(json.dumps({path: item}, ensure_ascii=False))
                raise
        check_listings(module, reading, random)
        check_descriptions(module, document)
        check_twins(module)


def check_descriptions(module: ModuleType, document: Document) -> None:
    """The descriptions of the API, a tag and a schema are in docstrings, each character as it was written."""
    described = [(module, document["info"]), (type(module.Shop(api_key=KEY).things), document["tags"][0])]
    if hasattr(module.models, "Base"):
        described.append((module.models.Base, document["components"]["schemas"]["Base"]))
    for documented, written in described:
        assert " ".join(written["description"].split()) in " ".join(str(documented.__doc__).split())


def check_twins(module: ModuleType) -> None:
    """The methods of the sync and the async client take, give and say the same, but for the client's own classes."""
    for resource in ("things", "rows"):
        sync, twin = (getattr(made(api_key=KEY), resource) for made in (module.Shop, module.AsyncShop))
        names = [name for name in dir(sync) if not name.startswith("_")]
        assert names == [name for name in dir(twin) if not name.startswith("_")]
        for name in names:
            if name != "with_response":
                method, other = getattr(sync, name), getattr(twin, name)
                assert inspect.signature(method).parameters == inspect.signature(other).parameters
                given = str(inspect.signature(other).return_annotation)
                assert inspect.signature(method).return_annotation == given.removeprefix("Async")
                assert [spelled_sync(one.__doc__) for one in (other, twin)] == [
                    " ".join(str(one.__doc__).split()) for one in (method, sync)
                ]


def spelled_sync(text: str | None) -> str:
    """An async docstring as that of the sync client, on one line."""
    words = str(text).replace("AsyncPaginator", "Paginator").replace("AsyncDownload", "Download")
    return " ".join(words.replace("an `async with`", "a `with`").split())


def check_operation(server: Server, reading: Reading, path: str, method: str, item: Document) -> None:
    operation = item[method]
    send = getattr(server.things(api_key=KEY), operation["operationId"])
    without_key = None if reading.needs_key else getattr(server.things(), operation["operationId"])
    places, is_optional = reading.security(operation)
    for _ in range(CALLS):
        for answer in reading.answers(operation):
            call = reading.call(path, method, item, operation)
            headers = {"Content-Type": answer.media} if answer.media else {}
            response = httpx.Response(answer.status, headers=headers, content=answer.content)
            server.answers = [response, response]
            result = send(*call.path, **call.named)
            check_request(server.requests.pop(), call, places)
            assert plain(result) == answer.value
            check_read(result, answer.value)
            parameters = inspect.signature(send).parameters
            assert set(parameters) - OPTIONS == call.known
            assert {name for name, one in parameters.items() if one.default is one.empty} == call.required
            if without_key is None:
                continue
            if is_optional:
                without_key(*call.path, **call.named)
                check_request(server.requests.pop(), call, [])
            else:
                with pytest.raises(ValueError, match="key"):
                    without_key(*call.path, **call.named)
    assert server.requests == []


def check_request(request: httpx.Request, call: Call, places: list[tuple[str, str]]) -> None:
    """Compare a request with the call that it is of, and the place of its key."""
    assert request.method == call.method
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    host, *root = call.url.removeprefix("https://").split("/")
    assert request.url.host == host
    assert [unquote(step) for step in path.split("/")] == ["", *root, *call.segments]
    pairs = [tuple(pair.split("=", 1)) for pair in query.split("&") if query]
    keys = [("query", name) for name, value in pairs if KEY in unquote_plus(value)]
    keys += [("header", name) for name in ("x-key", "authorization") if name in request.headers]
    assert keys == places
    pairs = [(name, value) for name, value in pairs if KEY not in unquote_plus(value)]
    expected = call.query
    assert [unquote_plus(name) for name, _ in pairs] == [name for name, _, _ in expected]
    for (name, value), (_, items, separator) in zip(pairs, expected, strict=True):
        if separator == "json":
            assert [json.loads(unquote_plus(value))] == items, name
        else:
            assert [unquote_plus(one) for one in (value.split(separator) if separator else [value])] == items, name
    assert {name: request.headers.get(name) for name in call.headers} == call.headers
    check_body(request, call)


def check_body(request: httpx.Request, call: Call) -> None:
    media, content = request.headers.get("content-type", ""), request.content
    if not call.media:
        assert content in {b"", b"{}"} or media.startswith(MULTIPART)
    elif call.media == MULTIPART:
        message = BytesParser().parsebytes(f"Content-Type: {media}\r\n\r\n".encode() + content)
        parts = [
            (
                str(part.get_param("name", header="content-disposition")),
                part.get_filename("") or "",
                part.get_content_type() if "content-type" in part else "",
                part.get_payload(decode=True).decode("utf-8"),
            )
            for part in message.walk()
            if not part.is_multipart()
        ]
        assert sorted(map(spelled, parts)) == sorted(map(spelled, call.parts))
    elif call.media == FORM:
        assert media == FORM
        assert sorted(map(spelled, parse_qsl(content.decode("ascii"), keep_blank_values=True))) == sorted(
            map(spelled, call.form)
        )
    elif "json" in call.media:
        assert media == call.media
        assert json.loads(content) == call.body
    else:
        assert media.partition(";")[0] == call.media
        assert content == (call.body.encode() if isinstance(call.body, str) else call.body)


def spelled(part: tuple[str, ...]) -> tuple[str, ...]:
    """A part or a field of a form, with an object of JSON spelled in one way."""
    *rest, content = part
    return (*rest, json.dumps(json.loads(content))) if content.startswith("{") else part


def plain(value: Any) -> Any:
    """Return a result as JSON."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z") if isinstance(value, datetime) else value


def check_read(read: Any, value: Any) -> None:
    """Compare a result with the JSON that it was read from: objects have attributes, date-times are such."""
    if isinstance(value, Made) and value.properties:
        if isinstance(read, dict) and value.name in {"Alpha", "AsyncBeta"}:
            return  # a union that nothing tells apart is JSON
        assert value.name in {"", type(read).__name__}
        assert hash(read) == hash(type(read).from_dict(read.to_dict()))
        given = {PYTHON_NAMES[key]: getattr(read, PYTHON_NAMES[key]) for key in value.keys() - value.constants}
        assert type(read)(**given) == read
        for name, item in value.items():
            check_read(getattr(read, PYTHON_NAMES[name]), item)
    elif isinstance(value, list):
        for one, item in zip(read, value, strict=True):
            check_read(one, item)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_read(read[name], item)
    elif value == INSTANT:
        assert read == datetime.fromisoformat(INSTANT)
    else:
        assert read == value


def check_repeated_delete(server: Server, reading: Reading, path: str, item: Document) -> None:
    """A 404 after an attempt of unknown outcome gives what the document says in full, or is an error."""
    operation = item["delete"]
    call = reading.call(path, "delete", item, operation)
    answers = [httpx.Response(503, headers={"Retry-After": "0.001"}), httpx.Response(404, json={"detail": "gone"})]
    server.answers = list(answers)
    successes = [one for one in operation["responses"] if one.startswith("2")]
    schema = operation["responses"].get("200", {}).get("content", {}).get(JSON, {}).get("schema", {})
    send = getattr(server.things(api_key=KEY, max_retries=1), operation["operationId"])
    if successes == ["204"]:
        assert send(*call.path, **call.named) is None
    elif len(successes) == 1 and set(schema.get("required", ())) <= {"id"}:
        assert send(*call.path, **call.named).to_dict() == {"id": call.segments[-1]}
    else:
        with pytest.raises(Exception, match="gone"):
            send(*call.path, **call.named)


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
    arguments = dict.fromkeys(limits, limit) if limit else {}
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


def check_docstring(module: ModuleType, operation: Document) -> None:
    """The texts of an operation are in its method's docstring, each character as it was written."""
    said = " ".join(str(getattr(module.Shop(api_key=KEY).things, operation["operationId"]).__doc__).split())
    for text in [operation["summary"], *(one.get("description", "") for one in operation["parameters"])]:
        assert " ".join(text.split()) in said
    for one in operation["parameters"]:
        if "default" in one.get("schema", {}):
            default = one["schema"]["default"] or '""'
            assert f"`{default}` unless given" in said
