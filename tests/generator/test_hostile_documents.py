"""Documents with names and texts that would break careless code give correct code."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.support.generator_documents import (
    JSON,
    Document,
    client_of,
    operation,
    small_document,
    small_names,
    submodule,
    write_client,
)

TEXTS = [
    'Ends with a quote"',
    "Ends with a backslash\\",
    '"""triple""" \'\'\'both\'\'\' """',
    "\\N{BULLET} \\u0041 \\x \\U",
    "{{ 7 * 7 }} {% raw %} {# no comment #} {{ document.raw }}",
    "a\nb\n\n- c\n- d\n\n    e",
    "tab\there, feed\fhere, bell\a, nul\x00, return\r\nhere",
    "\u2028 \u2029 \u0085 \u202e right to left \ufeff \u200b",
    "é 漢字 🙂 ﷽",
    "x" * 500,
    "`getThing` and `gone`",
    '"""\nimport os\nos.abort()\n"""',
    "",
]

NAMES = [
    "class", "def", "None", "self", "cls", "type", "id", "list", "dict", "str", "int", "bool", "float", "datetime",
    "classmethod", "property", "object", "from_dict", "to_dict", "additional_properties", "_more", "__init__",
    "__class__", "data", "value", "get", "absent", "fault", "mapping", "define", "field", "Any", "UNSET", "a b", "1st",
    "é", "$ref!", "aB", "x" * 80, "mixedCase", "UPPER", "with\"quote", "with\\backslash", "and'quote",
    "new\nline", "{brace}", "%s", "hash", "repr", "models", "Literal",
]  # fmt: skip


def imported_modules(package: ModuleType) -> list[ModuleType]:
    folder = Path(str(package.__file__)).parent
    names = [path.relative_to(folder).with_suffix("") for path in sorted(folder.rglob("*.py"))]
    return [submodule(package, ".".join(name.parts)) for name in names if name.name != "__init__"]


def caller(package: ModuleType, answer: Any, seen: list[httpx.Request]) -> Any:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=answer)

    return package.Shop(api_key="k", http_client=httpx.Client(transport=httpx.MockTransport(handle)))


def test_texts_stay_texts(tmp_path: Path) -> None:
    schemas: Document = {"When": {"type": "string", "format": "date-time", "description": TEXTS[0]}}
    paths: Document = {}
    for number, text in enumerate(TEXTS):
        schemas[f"Thing{number}"] = {
            "type": "object",
            "description": text,
            "properties": {
                "name": {"type": "string", "description": text, "title": text, "default": text, "example": text},
                "kind": {"type": "string", "enum": ["a"], "description": text},
                "when": {"$ref": "#/components/schemas/When", "description": text},
            },
        }
        answer = {"$ref": f"#/components/schemas/Thing{number}"}
        described = operation(f"getThing{number}", summary=text, description=text, answer=answer)
        described["parameters"] = [
            {"name": "q", "in": "query", "description": text, "schema": {"type": "string", "default": text}}
        ]
        described["responses"]["404"] = {"description": text}
        described["responses"]["200"]["description"] = text
        paths[f"/things/{number}"] = {"get": described}
    everything = "\n\n".join(TEXTS)
    document = small_document(
        schemas,
        paths,
        info={"title": everything, "version": "1.0\"'", "description": everything},
        tags=[{"name": "things", "description": everything}],
    )
    package = client_of(tmp_path, document)
    assert all(ast.parse(inspect.getsource(module)) for module in imported_modules(package))
    assert submodule(package, "_api_info").VERSION == "1.0\"'"
    models = submodule(package, "models")
    for number, text in enumerate(TEXTS):
        model = getattr(models, f"Thing{number}")
        words = {word for word in text.split() if word.isalnum() and word.isascii()}
        assert words <= set(model.__doc__.split())
        assert model.from_dict({"name": "n"}).to_dict() == {"name": "n"}


def test_fields_of_any_name_are_read_and_written(tmp_path: Path) -> None:
    properties = {name: {"type": "string"} for name in NAMES}
    package = client_of(tmp_path, small_document({"Thing": {"type": "object", "properties": properties}}))
    thing = submodule(package, "models").Thing
    everything = {name: f"value of {name}" for name in NAMES}
    read = thing.from_dict(everything)
    assert read.to_dict() == everything
    assert read.additional_properties == {}
    assert thing.from_dict({}).to_dict() == {}
    assert read.type == "value of type"
    assert read.class_ == "value of class"
    arguments = {name: f"new {name}" for name in inspect.signature(thing).parameters if name != "additional_properties"}
    assert len(arguments) == len(NAMES)
    assert set(thing(**arguments).to_dict()) == set(NAMES)


def test_arguments_of_any_name_are_sent(tmp_path: Path) -> None:
    names = [name for name in NAMES if name not in {"id", "a b", "aB"}]
    more = ["timeout", "headers", "deadline", "max_retries", "media_type", "stream"]
    body = {"type": "object", "properties": {name: {"type": "string"} for name in [*names, *more]}}
    document = small_document(
        paths={
            "/things/{id}/{a-b}": {
                "post": {
                    **operation("makeThing", path=["id", "a-b"]),
                    "requestBody": {"content": {JSON: {"schema": body}}},
                }
            }
        }
    )
    package = client_of(tmp_path, document)
    seen: list[httpx.Request] = []
    with caller(package, {"name": "n"}, seen) as client:
        parameters = inspect.signature(client.things.do_makeThing).parameters
        options = {"timeout", "headers", "deadline", "max_retries"}
        arguments = {name: name for name in parameters if name not in options and name not in {"id", "a_b"}}
        assert client.things.do_makeThing("1/2", "3?", **arguments).name == "n"
    assert seen[0].url.raw_path == b"/api/things/1%2F2/3%3F"
    sent = httpx.Response(200, content=seen[0].read()).json()
    assert set(sent) == {*names, *more}


def test_enumerations_of_any_value(tmp_path: Path) -> None:
    values = [
        "",
        "a",
        "A",
        "a-b",
        "a_b",
        "1",
        "None",
        "class",
        "name",
        "value",
        "mro",
        'q"q',
        "b\\s",
        "é",
        "🙂",
        "{x}",
        "__x__",
    ]
    schema = {"type": "object", "properties": {"kind": {"type": "string", "enum": values}}}
    package = client_of(tmp_path, small_document({"Thing": schema}))
    models = submodule(package, "models")
    for value in [*values, "not documented", "\x00"]:
        thing = models.Thing.from_dict({"kind": value})
        assert thing.kind == value
        assert isinstance(thing.kind, models.ThingKind)
        assert thing.kind.is_known == (value in values)
        assert thing.to_dict() == {"kind": value}
    assert [member.value for member in models.ThingKind] == values


def test_tags_of_any_value(tmp_path: Path) -> None:
    tags = ['a"b', "c\\d", "e'f", "g h", "{i}", "type"]
    schemas: Document = {
        f"Option{number}": {"type": "object", "properties": {"my type": {"const": tag}}, "required": ["my type"]}
        for number, tag in enumerate(tags)
    }
    references = {tag: f"#/components/schemas/Option{number}" for number, tag in enumerate(tags)}
    schemas["Any of them"] = {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "my type", "mapping": references},
    }
    schemas["Thing"] = {"type": "object", "properties": {"one": {"$ref": "#/components/schemas/Any of them"}}}
    package = client_of(tmp_path, small_document(schemas))
    models = submodule(package, "models")
    for number, tag in enumerate(tags):
        thing = models.Thing.from_dict({"one": {"my type": tag, "more": 1}})
        assert isinstance(thing.one, getattr(models, f"Option{number}"))
        assert thing.to_dict() == {"one": {"my type": tag, "more": 1}}
    unknown = models.Thing.from_dict({"one": {"my type": "new", "more": [1]}})
    assert type(unknown.one).__name__ == "UnknownAnyOfThem"
    assert unknown.to_dict() == {"one": {"my type": "new", "more": [1]}}


def test_models_that_need_each_other(tmp_path: Path) -> None:
    reference = "#/components/schemas/"
    schemas = {
        "Thing": {
            "type": "object",
            "properties": {"parent": {"$ref": f"{reference}Thing"}, "others": {"$ref": f"{reference}Others"}},
        },
        "Others": {
            "type": "object",
            "properties": {
                "all": {"type": "array", "items": {"$ref": f"{reference}Thing"}},
                "by_name": {"type": "object", "additionalProperties": {"$ref": f"{reference}Others"}},
            },
        },
    }
    package = client_of(tmp_path, small_document(schemas))
    value = {"parent": {"parent": {}}, "others": {"all": [{}, {"others": {}}], "by_name": {"x": {"all": []}}}}
    models = submodule(package, "models")
    assert models.Thing.from_dict(value).to_dict() == value
    for first in ("thing", "others"):
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import package.models.{first} as m; print(m)"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


KINDS: list[tuple[Document, str, Any]] = [
    ({"type": "integer"}, "int | Unset | None", 1),
    ({"type": "number"}, "float | Unset | None", 1.5),
    ({"type": ["string", "null"]}, "str | Unset | None", None),
    ({"type": ["string", "integer"]}, "str | int | Unset | None", 3),
    ({"type": "string", "format": "date"}, "str | Unset | None", "2026-02-05"),
    ({"type": "string", "format": "uuid"}, "str | Unset | None", "not a UUID at all"),
    ({}, "Any | Unset | None", [None, {"a": 1}]),
    ({"type": "object"}, "dict[str, Any] | Unset | None", {"a": {"b": None}}),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int] | Unset | None", {"a": 1}),
    (
        {"type": ["object", "null"], "additionalProperties": {"type": "array", "items": {"type": "boolean"}}},
        "dict[str, list[bool]] | Unset | None",
        {"a": [True]},
    ),
    ({"type": "array", "items": {"type": ["number", "null"]}}, "list[float | None] | Unset | None", [1, None, 2.5]),
    ({"type": "array", "items": {"enum": ["a", "b"]}}, "list[ThingFieldItem] | Unset | None", ["a", "new"]),
    (
        {"type": ["object", "null"], "properties": {"x": {"type": "string"}}},
        "ThingField | Unset | None",
        {"x": "y"},
    ),
    ({"enum": [1, 2]}, "int | Unset | None", 7),
    ({"enum": ["a", None]}, "ThingField | Unset | None", None),
    ({"const": "only"}, "Literal['only'] | Unset | None", "only"),
    ({"$ref": "#/components/schemas/Text", "minLength": 1}, "str | Unset | None", "t"),
    ({"allOf": [{"$ref": "#/components/schemas/Text"}, {"maxLength": 3}]}, "str | Unset | None", "t"),
    ({"anyOf": [{"$ref": "#/components/schemas/Text"}, {"type": "null"}]}, "str | Unset | None", None),
    (
        {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        "list[list[str]] | Unset | None",
        [["a"]],
    ),
]


def test_schemas_of_every_kind(tmp_path: Path) -> None:
    properties = {f"field_{number}": schema for number, (schema, _, _) in enumerate(KINDS)}
    document = small_document({"Thing": {"type": "object", "properties": properties}, "Text": {"type": "string"}})
    thing = submodule(client_of(tmp_path, document), "models").Thing
    annotations = inspect.get_annotations(thing)
    for number, (_, annotation, value) in enumerate(KINDS):
        name = f"field_{number}"
        assert annotations[f"_{name}"] == annotation.replace("ThingField", f"ThingField{number}")
        assert thing.from_dict({name: value}).to_dict() == {name: value}
    assert thing.from_dict({}).to_dict() == {}


def test_numbers_in_the_path_are_sent(tmp_path: Path) -> None:
    get = operation("getThing")
    get["parameters"] = [{"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}]
    package = client_of(tmp_path, small_document(paths={"/100%25/{number}": {"get": get}}))
    seen: list[httpx.Request] = []
    with caller(package, {}, seen) as client:
        client.things.do_getThing(7)
    assert seen[0].url.raw_path == b"/api/100%25/7"


def test_lists_in_the_query_are_sent_as_the_document_says(tmp_path: Path) -> None:
    texts: Document = {"type": "array", "items": {"type": "string"}}
    find = operation("findThing")
    find["parameters"] = [
        {"name": "joined", "in": "query", "explode": False, "schema": texts},
        {"name": "repeated", "in": "query", "schema": texts},
        {"name": "numbers", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
    ]
    package = client_of(tmp_path, small_document(paths={"/things": {"get": find}}))
    seen: list[httpx.Request] = []
    with caller(package, {}, seen) as client:
        client.things.do_findThing(joined=["a", "b&c"], repeated=["d", "e"], numbers=[1])
        client.things.do_findThing()
    assert seen[0].url.query == b"joined=a,b%26c&repeated=d&repeated=e&numbers=1"
    assert seen[1].url.query == b""


def test_what_is_deprecated_warns_once(tmp_path: Path) -> None:
    find = operation("findThing")
    find["parameters"] = [
        {"name": "old", "in": "query", "deprecated": True, "description": "Use `new`", "schema": {"type": "string"}},
        {"name": "new", "in": "query", "schema": {"type": "string"}},
    ]
    drop = operation("dropThing", deprecated=True)
    package = client_of(tmp_path, small_document(paths={"/things": {"get": find, "put": drop}}))
    with caller(package, {}, []) as client:
        client.things.do_findThing(new="x")
        with pytest.warns(DeprecationWarning, match=r"things.do_findThing\(old=…\) is deprecated: Use `new`") as warned:
            client.things.do_findThing(old="x")
        assert Path(warned[0].filename).name == Path(__file__).name
        client.things.do_findThing(old="x")
        with pytest.warns(DeprecationWarning, match="dropThing"):
            client.things.do_dropThing()
        client.things.do_dropThing()
    assert "Deprecated." in client.things.do_dropThing.__doc__


def test_the_code_of_a_hostile_document_is_typed(tmp_path: Path) -> None:
    fields: Document = {
        name: {"type": "string", "description": TEXTS[number % len(TEXTS)]} for number, name in enumerate(NAMES)
    }
    kinds: Document = {
        "texts": {"type": "array", "items": {"type": ["string", "null"]}},
        "by name": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Thing"}},
        "when": {"type": ["string", "null"], "format": "date-time"},
        "kind": {"enum": ["a", "b", None]},
        "either": {"type": ["string", "integer", "boolean"]},
        "self like": {"$ref": "#/components/schemas/Other"},
        "sure": {"type": "array", "items": {"enum": ["x"]}},
    }
    other: Document = {
        "type": "object",
        "required": ["thing", "things", "kind", "null or"],
        "properties": {
            "thing": {"$ref": "#/components/schemas/Thing"},
            "things": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Thing"}},
            "kind": {"enum": ["a", None]},
            "null or": {"type": ["object", "null"], "properties": {"x": {"type": "number"}}},
            "anything": {},
        },
    }
    schemas: Document = {"Thing": {"type": "object", "properties": {**fields, **kinds}}, "Other": other}
    get = operation("getThing", path=["thing_id"], deprecated=True)
    get["parameters"] += [
        {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array", "items": {"type": "string"}}},
        {"name": "old", "in": "query", "deprecated": True, "schema": {"enum": ["a", "b"]}},
        {"name": "X-Note", "in": "header", "required": True, "schema": {"type": "string"}},
    ]
    make = operation("makeThing", requestBody={"content": {JSON: {"schema": {"$ref": "#/components/schemas/Other"}}}})
    document = small_document(schemas, {"/things/{thing_id}": {"get": get}, "/things": {"post": make}})
    package = write_client(tmp_path, document, small_names(document))
    package.rename(tmp_path / "hostile_client")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--cache-dir", str(tmp_path), "hostile_client"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
