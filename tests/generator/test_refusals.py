"""Documents that the generator refuses: it names place and reason, exits with 1 and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.__main__ import main
from generator.document.document import UnusableDocument
from tests.support.generator.documents import Document, operation, small_document, small_names, write_client


def with_schema(schema: Any, **more: Any) -> Document:
    return small_document({"Thing": {"type": "object", "properties": {"field": schema}}, **more})


def with_scheme(**scheme: str) -> Document:
    document = small_document()
    document["components"]["securitySchemes"]["Key"] = scheme
    return document


def with_operation(described: Any, path: str = "/things", method: str = "post") -> Document:
    return small_document(paths={path: {method: described}})


def with_parameter(**parameter: Any) -> Document:
    described = {"name": "p", "in": "query", "schema": {"type": "string"}, **parameter}
    return with_operation(operation("findThing", parameters=[described]), method="get")


def with_body(content: Document) -> Document:
    return with_operation(operation("makeThing", requestBody={"content": content}))


def with_answers(responses: Document) -> Document:
    return with_operation(operation("makeThing", responses=responses))


ANSWER = operation("")["responses"]["200"]
OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}
REFUSED: dict[str, tuple[Document, str]] = {
    # the document as a whole
    "no paths": ({**small_document(), "paths": None}, "document: `paths` is missing"),
    "paths that are a list": (small_document(paths={"/a": {"get": []}}), "document: paths//a/get: "),
    "parameters that are a text": (
        with_operation(operation("makeThing", parameters="p")),
        "document: paths//things/post/parameters: Input should be a valid list",
    ),
    "server template": (small_document(servers=[{"url": "https://{region}.example"}]), "is not an address to call"),
    "digest authentication": (
        with_scheme(type="http", scheme="digest"),
        "document: security Key: only one API key in a header or query, bearer or basic, is understood",
    ),
    "key header that is none": (
        with_scheme(type="apiKey", **{"in": "header", "name": "X\n"}),
        "security scheme Key: 'X\\n' is not the name of a header",
    ),
    # operations
    "operationId twice": (
        small_document(paths={"/a": {"get": operation("getThing")}, "/b": {"get": operation("getThing")}}),
        "getThing (GET /b): operationId of GET /a as well",
    ),
    "operationIds alike": (
        small_document(paths={"/a": {"get": operation("getThing")}, "/b": {"get": operation("get_thing")}}),
        "another operationId becomes the same name in Python",
    ),
    "path with a space": (
        with_operation(operation("makeThing"), "/a b"),
        "makeThing (POST /a b): not a path that can be called",
    ),
    "path with a query": (
        with_operation(operation("makeThing"), "/a?b=c"),
        "makeThing (POST /a?b=c): not a path that can be called",
    ),
    "its own server": (
        with_operation(operation("makeThing", servers=[{"url": "ftp://things.example"}])),
        "makeThing (POST /things): the server 'ftp://things.example' is not an address to call",
    ),
    "path parameter missing": (
        with_operation(operation("getThing"), "/things/{thing_id}", "get"),
        "getThing (GET /things/{thing_id}): the path names thing_id, its parameters are []",
    ),
    # parameters
    "cookie": (with_parameter(**{"in": "cookie"}), "findThing (GET /things): parameter p: a parameter in 'cookie'"),
    "parameter with content": (
        with_operation(operation("findThing", parameters=[{"name": "p", "in": "query", "content": {}}]), method="get"),
        "findThing (GET /things): parameter p: only parameters with a `schema` can be sent",
    ),
    "style": (with_parameter(style="deepObject"), "findThing (GET /things): parameter p: a string has no style"),
    "header that is none": (
        with_parameter(**{"in": "header", "name": "a b"}),
        "findThing (GET /things): parameter a b: not the name of a header",
    ),
    # bodies and answers
    "body of XML": (
        with_body({"application/xml": {"schema": OBJECT}}),
        "makeThing (POST /things): body of application/xml cannot be sent",
    ),
    "no success": (with_answers({"404": {"description": ""}}), "makeThing (POST /things): no successful answer"),
    "answers of two shapes, one for any status": (
        with_answers({"200": ANSWER, "2XX": {**ANSWER, "content": {"text/plain": {}}}}),
        "makeThing (POST /things): the answer 2XX is another than 200",
    ),
    "events as a list": (
        with_answers({"200": {"description": "", "content": {"text/event-stream": {"schema": {"type": "array"}}}}}),
        "makeThing (POST /things): a schema of a list of text/event-stream is not understood",
    ),
    # schemas
    "reference to nothing": (
        with_schema({"$ref": "#/components/schemas/Gone"}),
        "schema Thing.field: #/components/schemas/Gone leads nowhere",
    ),
    "reference to elsewhere": (
        with_schema({"$ref": "other.yaml#/A"}),
        "schema Thing.field: only references into the document",
    ),
    "reference to itself": (
        with_schema(
            {"$ref": "#/components/schemas/A"},
            A={"$ref": "#/components/schemas/B"},
            B={"$ref": "#/components/schemas/A"},
        ),
        "#/components/schemas/A refers to itself",
    ),
    "allOf of itself": (
        with_schema(
            {"$ref": "#/components/schemas/A"},
            A={"allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"x": {"type": "string"}}}]},
        ),
        "schema Thing.field: #/components/schemas/A is made of itself",
    ),
    "branch of itself": (
        with_schema(
            {"type": "array", "items": {"$ref": "#/components/schemas/A"}},
            A={"anyOf": [{"$ref": "#/components/schemas/B"}, {"type": "string"}]},
            B={"oneOf": [{"type": "integer"}, {"allOf": [{"$ref": "#/components/schemas/A"}]}]},
        ),
        "#/components/schemas/A is made of itself",
    ),
    "alternative with a property of its own kind": (
        with_schema(
            {"$ref": "#/components/schemas/A"},
            A={"type": "object", "anyOf": [{"properties": {"a": {"$ref": "#/components/schemas/A"}}}, {}]},
        ),
        "schema A: a is a property in branches of `anyOf` only",
    ),
    "JSON in a text that is in itself": (
        with_schema(
            {"$ref": "#/components/schemas/A"},
            A={
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}},
            },
        ),
        ".a: #/components/schemas/A is made of itself",
    ),
    "part of a schema that is in itself": (
        with_schema(
            {"$ref": "#/components/schemas/A/properties/a"},
            A={"properties": {"a": {"type": "array", "items": {"$ref": "#/components/schemas/A/properties/a"}}}},
        ),
        "#/components/schemas/A/properties/a is made of itself",
    ),
    "list of itself": (
        with_schema(
            {"$ref": "#/components/schemas/L"}, L={"type": "array", "items": {"$ref": "#/components/schemas/L"}}
        ),
        "schemas/L",
    ),
    "unknown word": (
        with_schema({"type": "object", "patternProperties": {}}),
        "schema Thing.field: `patternProperties` is not understood",
    ),
    "unknown type": (
        with_schema({"type": "file"}),
        "document: components/schemas/Thing/properties/field/type: Input should be 'string'",
    ),
    "schema that nothing fits": (with_schema(False), "document: components/schemas/Thing"),
    "enum with a control character": (
        with_schema({"enum": ["a\u0000"]}),
        "schema Thing.field: the value 'a\\x00' cannot be printed",
    ),
    "discriminator that disagrees": (
        small_document(
            {
                "Thing": {"type": "object", "properties": {"u": {"$ref": "#/components/schemas/U"}}},
                "U": {
                    "oneOf": [{"$ref": "#/components/schemas/A"}],
                    "discriminator": {"propertyName": "t", "mapping": {"b": "#/components/schemas/A"}},
                },
                "A": {"type": "object", "properties": {"t": {"const": "a"}}, "required": ["t"]},
            }
        ),
        "schema U: the mapping leads from 'b' to A, whose `t` is another",
    ),
    "required that is no property": (
        with_schema(
            {"$ref": "#/components/schemas/A"},
            A={"allOf": [{**OBJECT, "required": ["zzz"]}]},
        ),
        "`required` names zzz, which is no property",
    ),
    "properties alike": (
        small_document({"Thing": {"type": "object", "properties": {"a-b": {}, "a.b": {}}}}),
        "schema Thing: `a-b` and `a.b` would have the same name in Python",
    ),
    "allOf of texts": (
        with_schema({"allOf": [{"type": "string"}, {"type": "integer"}]}),
        "schema Thing.field: `allOf` of something",
    ),
    "allOf that contradicts itself": (
        with_schema(
            {"$ref": "#/components/schemas/A"},
            A={
                "allOf": [
                    {"properties": {"x": {"type": "string"}}, "type": "object"},
                    {"properties": {"x": {"type": "integer"}}, "type": "object"},
                ]
            },
        ),
        "schema A.x: defined twice in an `allOf`",
    ),
    "name of the client's own": (
        with_schema({"$ref": "#/components/schemas/BaseModel"}, BaseModel=OBJECT),
        "schema BaseModel: the client's own code uses this name",
    ),
    "names alike": (
        with_schema({"$ref": "#/components/schemas/thing"}, thing=OBJECT),
        'Attempted to generate duplicate models with name "Thing"',
    ),
    "modules alike": (
        with_schema(
            {"type": "array", "items": {"$ref": "#/components/schemas/ThingID"}},
            Thing2={"type": "object", "properties": {"b": {"$ref": "#/components/schemas/ThingId"}}},
            ThingID={"type": "object", "properties": {"a": {"$ref": "#/components/schemas/ThingId"}}},
            ThingId=OBJECT,
        ),
        "would be the module thing_id, like",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unusable_document_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    document, reason = REFUSED[name]
    names = small_names({"paths": document["paths"] or {}})
    with pytest.raises(UnusableDocument) as refused:
        write_client(tmp_path, document, names)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "package").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("openapi: 3.1.0\nopenapi: 3.1.0\n", "found duplicate key"),
        ('{"openapi": "3.1.0", "openapi": "3.1.0"}', "found duplicate key 'openapi'"),
        ("{", "not readable as YAML"),
        ("openapi: [", "not readable as YAML"),
        ("just a text", "not an OpenAPI document of version 3.0 or 3.1"),
        ("", "not an OpenAPI document of version 3.0 or 3.1"),
    ],
)
def test_file_that_is_not_a_document_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    document, target = tmp_path / "openapi.yaml", tmp_path / "package"
    document.write_text(text, "utf-8")
    assert main(["--document", str(document), "--output", str(target)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("generator: document: ")
    assert reason in said
    assert said.count("\n") == 1
    assert not target.exists()


def test_file_that_is_not_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "openapi.yaml").write_bytes(b"\x80\x81\x82")
    assert main(["--document", str(tmp_path / "openapi.yaml"), "--output", str(tmp_path / "package")]) == 1
    assert capsys.readouterr().err.startswith("generator: document: not readable")


def test_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--document", str(tmp_path / "none.yaml"), "--output", str(tmp_path / "package")]) == 1
    assert capsys.readouterr().err == f"generator: {tmp_path / 'none.yaml'}: No such file or directory\n"


def test_another_document_needs_an_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--document", str(tmp_path / "openapi.yaml")])
    assert "needs --output" in capsys.readouterr().err
