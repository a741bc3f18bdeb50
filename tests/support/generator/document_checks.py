"""Comparison of a document's client with an independent reading of the document by OpenAPI's rules."""

from __future__ import annotations

import inspect
import json
import re
import tempfile
from datetime import datetime
from email.parser import BytesParser
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

import httpx
import pytest

from tests.support.generator.answer_checks import Exchange, check_async, check_wrong_answers, response
from tests.support.generator.document_server import KEY, Server, plain
from tests.support.generator.documents import client_of, small_names
from tests.support.generator.listing_checks import check_listings
from tests.support.generator.plain_openapi import INSTANT, Call, Made, Reading
from tests.support.generator.random_documents import FORM, JSON, MULTIPART, Document
from tests.support.generator.random_names import LISTINGS, PYTHON_NAMES
from tests.support.generator.random_streams import PLAIN, STREAMS, SWITCH
from tests.support.generator.stream_checks import check_events, stream_call

OPTIONS = {"timeout", "deadline", "max_retries", "headers", "media_type"}
CALLS = 5
"""Calls of each operation."""


def check_document(document: Document, random: Random) -> None:
    """Generate a client, and compare with the document what its methods send, give and say."""
    reading = Reading(document, random)
    names = small_names(document)
    for identifier, one in names["operations"].items():
        one["method"] = identifier
    names["operations"] = {key: one for key, one in names["operations"].items() if key not in {*LISTINGS, *STREAMS}}
    with tempfile.TemporaryDirectory() as folder:
        module = client_of(Path(folder), document, names, trial=True)
        exchanges: list[Exchange] = []
        for path, method, item, operation in reading.operations():
            try:
                identifier = operation["operationId"]
                if identifier in LISTINGS:
                    continue
                if identifier in STREAMS:
                    check_stream(Server(module), reading, path, method, item, random)
                if identifier not in STREAMS or identifier in PLAIN:
                    made = check_operation(Server(module), reading, path, method, item)
                    exchanges += made[-1:]
                    if "json" in made[-1].answer.media:
                        check_wrong_answers(Server(module), made[-1], module.DecodeError, random)
                if method == "delete":
                    check_repeated_delete(Server(module), reading, path, item)
                check_docstring(module, operation)
            except Exception as error:
                error.add_note(json.dumps({path: item}, ensure_ascii=False))
                raise
        check_async(module, exchanges)
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
    words = re.sub(r"\bAsync(Paginator|Download|ServerSentEvents)\b", r"\1", str(text))
    return " ".join(words.replace("an `async with`", "a `with`").split())


def method_of(operation: Document) -> str:
    """The name of an operation's plain method, or of its only one."""
    identifier = operation["operationId"]
    return PLAIN.get(identifier, STREAMS.get(identifier, identifier))


def check_stream(server: Server, reading: Reading, path: str, method: str, item: Document, random: Random) -> None:
    for _ in range(CALLS):
        call = stream_call(reading, path, method, item)
        check_events(server, reading, item[method], call, random)
        check_request(server.requests.pop(), call, reading.security(item[method])[0])


def check_operation(server: Server, reading: Reading, path: str, method: str, item: Document) -> list[Exchange]:
    operation = item[method]
    send = getattr(server.things(api_key=KEY), method_of(operation))
    without_key = None if reading.needs_key else getattr(server.things(), method_of(operation))
    places, is_optional = reading.security(operation)
    exchanges: list[Exchange] = []
    for _ in range(CALLS):
        for answer in reading.answers(operation):
            call = reading.call(path, method, item, operation)
            server.answers = [response(answer), response(answer)]
            result = send(*call.path, **call.named)
            exchange = Exchange(method_of(operation), call, answer, server.requests.pop())
            check_request(exchange.request, call, places)
            exchanges.append(exchange)
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
    return exchanges


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
    assert request.headers["accept"] == call.accept
    key = request.headers.get("idempotency-key", "")
    assert key == call.named["idempotency_key"] if "idempotency_key" in call.named else bool(key) == call.takes_key
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


def check_read(read: Any, value: Any) -> None:
    """Compare a result with the JSON that it was read from: objects have attributes, date-times are such."""
    if isinstance(value, Made) and value.properties:
        if value.is_ambiguous and isinstance(read, dict):
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


def check_docstring(module: ModuleType, operation: Document) -> None:
    """The texts of an operation are in its method's docstring, each character as it was written."""
    method = getattr(module.Shop(api_key=KEY).things, method_of(operation))
    said = " ".join(str(method.__doc__).split())
    parameters = [one for one in operation["parameters"] if one["name"] != SWITCH]
    for text in [operation["summary"], *(one.get("description", "") for one in parameters)]:
        assert " ".join(text.split()) in said
    for one in parameters:
        for fact in facts(one.get("schema", {})):
            assert fact in said
    returned = str(inspect.signature(method).return_annotation).replace("models.", "").replace("builtins.", "")
    assert re.search(r"Returns: (.*?)(?=: |$| Raises:)", said)[1] == re.sub(r"^(\w+Events)\[.*", r"\1", returned)


def facts(schema: Document) -> list[str]:
    """The sentences on the limits, the values and the default of a schema."""
    found = [f"`{schema['default']}` unless given.".replace("``", '`""`')] if "default" in schema else []
    found += [f"One of {', '.join(f'`{value}`' for value in schema['enum'])}."] if "enum" in schema else []
    for least, most, unit in (("minLength", "maxLength", " characters"), ("minimum", "maximum", "")):
        low, high = schema.get(least), schema.get(most)
        if high is not None:
            found.append(f"At most {high}{unit}." if low is None else f"{low} to {high}{unit}.")
        elif low:
            found.append(f"At least {low}{unit}.")
    return found
