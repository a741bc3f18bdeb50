"""Requests of generated methods on the wire: parameters in all styles, headers, paths, and bodies of every kind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.generator.documents import Document, client_of, operation, small_document

TEXTS: Document = {"type": "array", "items": {"type": "string"}}
OBJECT: Document = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
MAP: Document = {"type": "object", "additionalProperties": {"type": "string"}}
FORM: Document = {"type": "object", "properties": {"tags": TEXTS, "on": {"type": "boolean"}}}
UPLOAD: Document = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
MOMENT = datetime(2026, 2, 5, 2, 15, 38, tzinfo=UTC)
SENT = "2026-02-05T02%3A15%3A38.000Z"


def parameter(name: str, place: str, schema: Document, **more: Any) -> Document:
    return {"name": name, "in": place, "schema": schema, "required": place == "path", **more}


FIND = operation(
    "findThing",
    parameters=[
        parameter("flag", "path", {"type": "boolean"}),
        parameter("at", "path", {"type": "string", "format": "date-time"}),
        parameter("joined", "query", TEXTS, explode=False),
        parameter(
            "moments", "query", {"type": "array", "items": {"type": "string", "format": "date-time"}}, explode=False
        ),
        parameter("spaced", "query", TEXTS, style="spaceDelimited"),
        parameter("piped", "query", TEXTS, style="pipeDelimited"),
        parameter("deep", "query", OBJECT, style="deepObject"),
        parameter("filter", "query", OBJECT),
        parameter("packed", "query", OBJECT, explode=False),
        parameter("cursor", "query", {"type": ["string", "null"]}),
        parameter("X-At", "header", {"type": "string", "format": "date-time"}),
        parameter("X-On", "header", {"type": "boolean"}),
        parameter("X-Key", "header", {"type": "string"}),
        parameter("Accept", "header", {"type": "string"}),
        parameter("id", "query", {"type": "string"}),
        parameter("id", "header", {"type": "string"}),
    ],
)


def body(schema: Document, media: str = "application/json", required: bool = True) -> Document:
    return {"required": required, "content": {media: {"schema": schema}}}


EITHER = {
    "required": True,
    "content": {
        "application/json": {"schema": OBJECT},
        "multipart/form-data": {"schema": {**UPLOAD, "properties": {**OBJECT["properties"], **UPLOAD["properties"]}}},
    },
}
PATHS = {
    "/find/{at}/{flag}": {"get": FIND},
    "/array": {"put": operation("putArray", requestBody=body({"type": "array", "items": {"type": "integer"}}))},
    "/text": {"put": operation("putText", requestBody=body({"type": "string"}, "text/plain"))},
    "/bytes": {"put": operation("putBytes", requestBody=body({}, "application/octet-stream"))},
    "/patch": {"patch": operation("patchThing", requestBody=body(OBJECT, "application/merge-patch+json"))},
    "/map": {"put": operation("putMap", requestBody=body(MAP))},
    "/more": {"put": operation("putMore", requestBody=body({**OBJECT, "additionalProperties": True}))},
    "/optional": {"put": operation("putOptional", requestBody=body({**OBJECT, "required": ["a"]}, required=False))},
    "/upload": {"post": operation("uploadThing", requestBody=body(UPLOAD, "multipart/form-data", required=False))},
    "/either": {"post": operation("sendEither", requestBody=EITHER)},
    "/form": {"put": operation("putForm", requestBody=body(FORM, "application/x-www-form-urlencoded"))},
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return client_of(tmp_path_factory.mktemp("wire"), small_document(paths=PATHS))


@pytest.fixture(scope="module")
def things(module: Any) -> Any:
    """The resource of a client whose server answers everything with a thing."""
    client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"name": "a"})))
    return module.Shop(api_key="key", http_client=client).things


def sent(answer: Any) -> httpx.Request:
    request: httpx.Request = answer.request
    return request


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({"joined": ["a,b", "c&d"]}, "joined=a%2Cb,c%26d"),
        ({"joined": []}, ""),
        ({"moments": [MOMENT, MOMENT]}, f"moments={SENT},{SENT}"),
        ({"spaced": ["a", "b c"]}, "spaced=a%20b+c"),
        ({"piped": ["a", "b"]}, "piped=a%7Cb"),
        ({"deep": {"a": "x y", "b": 1}}, "deep%5Ba%5D=x+y&deep%5Bb%5D=1"),
        ({"filter": {"a": "x", "b": 1}}, "a=x&b=1"),
        ({"packed": {"a": "x", "b": 1}}, "packed=a,x,b,1"),
        ({"cursor": None}, ""),
        ({"id": "1", "header_id": "2"}, "id=1"),
    ],
)
def test_query_parameter_has_its_style(things: Any, arguments: dict[str, Any], query: str) -> None:
    request = sent(things.with_response.do_findThing(MOMENT, True, **arguments))
    assert request.url.query.decode() == query
    assert request.url.raw_path.decode().partition("?")[0] == f"/api/find/{SENT}/true"


def test_query_parameter_accepts_a_model(things: Any, module: Any) -> None:
    deep = module.models.FindThingDeep(a="x", b=1)
    request = sent(things.with_response.do_findThing(MOMENT, True, deep=deep))
    assert request.url.query == b"deep%5Ba%5D=x&deep%5Bb%5D=1"


def test_header_parameter_is_text_and_not_reserved(things: Any) -> None:
    request = sent(things.with_response.do_findThing(MOMENT, False, x_at=MOMENT, x_on=True, header_id="2"))
    assert request.headers["X-At"] == "2026-02-05T02:15:38.000Z"
    assert request.headers["X-On"] == "true"
    assert request.headers["id"] == "2"
    assert request.headers["Accept"] == "application/json"
    with pytest.raises(TypeError):
        things.do_findThing(MOMENT, False, x_key="other")


@pytest.mark.parametrize(
    ("method", "arguments", "media", "content"),
    [
        ("putArray", {"body": [1, 2]}, "application/json", b"[1,2]"),
        ("putText", {"body": "é"}, "text/plain; charset=utf-8", "é".encode()),
        ("putBytes", {"body": b"\x00"}, "application/octet-stream", b"\x00"),
        ("patchThing", {"a": None}, "application/merge-patch+json", b'{"a":null}'),
        ("putMap", {"body": {"k": "v"}}, "application/json", b'{"k":"v"}'),
        ("putMore", {"a": "x", "additional_properties": {"a": "y", "c": 1}}, "application/json", b'{"a":"x","c":1}'),
        ("putOptional", {}, None, b""),
        ("putOptional", {"a": "x"}, "application/json", b'{"a":"x"}'),
        ("sendEither", {"a": "x"}, "application/json", b'{"a":"x"}'),
        ("putForm", {"tags": ["a", "b"], "on": True}, "application/x-www-form-urlencoded", b"tags=a&tags=b&on=true"),
    ],
)
def test_body_is_sent_in_its_media_type(
    things: Any, method: str, arguments: dict[str, Any], media: str | None, content: bytes
) -> None:
    request = sent(getattr(things.with_response, f"do_{method}")(**arguments))
    assert request.headers.get("Content-Type") == media
    assert request.read() == content


def test_optional_body_needs_its_required_fields(things: Any) -> None:
    with pytest.raises(ValueError, match="a body of putOptional needs a"):
        things.do_putOptional(b=1)
    request = sent(things.with_response.do_uploadThing(file=("a.txt", b"text")))
    assert b'filename="a.txt"' in request.read()
    assert sent(things.with_response.do_uploadThing()).read() == b""


@pytest.mark.parametrize(("method", "value"), [("putText", b"x"), ("putBytes", "x")])
def test_whole_body_of_another_class_is_refused(things: Any, method: str, value: object) -> None:
    with pytest.raises(TypeError, match="body must be"):
        getattr(things, f"do_{method}")(body=value)


def test_response_of_each_kind_is_decoded(tmp_path: Path) -> None:
    def answers(**by_status: Any) -> Document:
        return {status.removeprefix("s"): {"description": "", **content} for status, content in by_status.items()}

    text = {"content": {"text/csv": {"schema": {"type": "string"}}}}
    pdf = {"content": {"application/pdf": {}}}
    thing = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    paths = {
        "/text": {"get": operation("getText", responses=answers(s200=text))},
        "/bytes": {"get": operation("getBytes", responses=answers(s200=pdf))},
        "/job": {"post": operation("postJob", responses=answers(s200=thing, s202={}))},
    }
    module = client_of(tmp_path, small_document(paths=paths))
    seen: list[httpx.Request] = []
    queue = [
        httpx.Response(200, text="a,b", headers={"Content-Type": "text/csv"}),
        httpx.Response(200, content=b"%PDF"),
        httpx.Response(200, json={"name": "a"}),
        httpx.Response(202),
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return queue.pop(0)

    things = module.Shop(api_key="key", http_client=httpx.Client(transport=httpx.MockTransport(answer))).things
    assert things.do_getText() == "a,b"
    assert things.do_getBytes() == b"%PDF"
    assert things.do_postJob().name == "a"
    assert things.do_postJob() is None
    assert [request.headers["Accept"] for request in seen[:3]] == ["text/csv", "application/pdf", "application/json"]
