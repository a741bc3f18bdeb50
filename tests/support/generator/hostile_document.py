"""A document of names, texts and schemas that would break careless code."""

from typing import Any

from tests.support.generator.documents import JSON, Document, operation, small_document

REFERENCE = "#/components/schemas/"

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

VALUES = [
    *("", "a", "A", "a-b", "a_b", "1", "None", "class", "name", "value", "mro"),
    *('q"q', "b\\s", "é", "🙂", "{x}", "__x__"),
]
ANSWERS = {"200": "first", "201": "second", "202": "third"}
"""Statuses of one operation, with the name of what each answer's objects hold."""

TAGS = ['a"b', "c\\d", "e'f", "g h", "{i}", "type"]

BODY_NAMES = [
    *(name for name in NAMES if name not in {"id", "a b", "aB"}),
    *("timeout", "headers", "deadline", "max_retries", "media_type", "stream"),
]

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
    ({"type": "array", "items": {"enum": ["a", "b"]}}, "list[EveryFieldItem] | Unset | None", ["a", "new"]),
    (
        {"type": ["object", "null"], "properties": {"x": {"type": "string"}}},
        "EveryField | Unset | None",
        {"x": "y"},
    ),
    ({"enum": [1, 2]}, "int | Unset | None", 7),
    ({"enum": ["a", None]}, "EveryField | Unset | None", None),
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


def hostile_document() -> Document:
    """Return the document, with one schema for each subject and an operation that answers with it."""
    schemas: Document = {
        "Named": _object({name: {"type": "string"} for name in NAMES}),
        "Enumerated": _object({"kind": {"type": "string", "enum": VALUES}}),
        "Tagged": _object({"one": {"$ref": f"{REFERENCE}Any of them"}}),
        "Thing": _object({"parent": {"$ref": f"{REFERENCE}Thing"}, "others": {"$ref": f"{REFERENCE}Others"}}),
        "Every": _object({f"field_{number}": schema for number, (schema, _, _) in enumerate(KINDS)}),
        "Needed": _needed(),
        "Typed": _object(TYPED),
        "Other": {**_object(REQUIRED), "required": [*REQUIRED]},
    }
    paths: Document = {
        f"/{name}": {"get": operation(f"get{name}", answer={"$ref": f"{REFERENCE}{name}"})} for name in schemas
    }
    schemas |= {
        "Others": _object(
            {
                "all": {"type": "array", "items": {"$ref": f"{REFERENCE}Thing"}},
                "by_name": {"type": "object", "additionalProperties": {"$ref": f"{REFERENCE}Others"}},
            }
        ),
        "Text": {"type": "string"},
        "When": {"type": "string", "format": "date-time", "description": TEXTS[0]},
        **_tagged(),
    }
    for number, text in enumerate(TEXTS):
        schemas[f"Text{number}"], paths[f"/texts/{number}"] = _described(number, text)
    everything = "\n\n".join(TEXTS)
    return small_document(
        schemas,
        {**paths, **_sent()},
        info={"title": everything, "version": "1.0\"'", "description": everything},
        tags=[{"name": "things", "description": everything}],
    )


def _needed() -> Document:
    """Return an object that requires a field of every kind, and a list of each."""
    fields = {f"field_{number}": schema for number, (schema, _, _) in enumerate(KINDS)}
    fields |= {f"list_{number}": {"type": "array", "items": schema} for number, (schema, _, _) in enumerate(KINDS)}
    return {**_object(fields), "required": [*fields]}


def _object(properties: Document) -> Document:
    return {"type": "object", "properties": properties}


TYPED: Document = {
    **{name: {"type": "string", "description": TEXTS[number % len(TEXTS)]} for number, name in enumerate(NAMES)},
    "texts": {"type": "array", "items": {"type": ["string", "null"]}},
    "by name": {"type": "object", "additionalProperties": {"$ref": f"{REFERENCE}Typed"}},
    "when": {"type": ["string", "null"], "format": "date-time"},
    "kind": {"enum": ["a", "b", None]},
    "either": {"type": ["string", "integer", "boolean"]},
    "self like": {"$ref": f"{REFERENCE}Other"},
    "sure": {"type": "array", "items": {"enum": ["x"]}},
}
REQUIRED: Document = {
    "thing": {"$ref": f"{REFERENCE}Typed"},
    "things": {"type": ["array", "null"], "items": {"$ref": f"{REFERENCE}Typed"}},
    "kind": {"enum": ["a", None]},
    "null or": {"type": ["object", "null"], "properties": {"x": {"type": "number"}}},
    "anything": {},
}


def _tagged() -> Document:
    """Return a union whose tags are hostile, and its options."""
    options = {tag: f"Option{number}" for number, tag in enumerate(TAGS)}
    references = {tag: f"{REFERENCE}{name}" for tag, name in options.items()}
    union = {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "my type", "mapping": references},
    }
    return {
        **{name: {**_object({"my type": {"const": tag}}), "required": ["my type"]} for tag, name in options.items()},
        "Any of them": union,
    }


def _described(number: int, text: str) -> tuple[Document, Document]:
    """Return a schema and a path with the same text wherever there is one."""
    fields = {
        "name": {"type": "string", "description": text, "title": text, "default": text, "example": text},
        "kind": {"type": "string", "enum": ["a"], "description": text},
        "when": {"$ref": f"{REFERENCE}When", "description": text},
    }
    answer = {"$ref": f"{REFERENCE}Text{number}"}
    described = operation(f"getText{number}", summary=text, description=text, answer=answer)
    described["parameters"] = [
        {"name": "q", "in": "query", "description": text, "schema": {"type": "string", "default": text}}
    ]
    described["responses"]["404"] = {"description": text}
    described["responses"]["200"]["description"] = text
    return {**_object(fields), "description": text}, {"get": described}


def _sent() -> Document:
    """Return operations whose parameters and bodies are hostile."""
    texts: Document = {"type": "array", "items": {"type": "string"}}
    text: Document = {"type": "string"}
    body = _object(dict.fromkeys(BODY_NAMES, text))
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    lists = [
        {"name": "joined", "in": "query", "explode": False, "schema": texts},
        {"name": "repeated", "in": "query", "schema": texts},
        {"name": "numbers", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
    ]
    old = {"name": "old", "in": "query", "deprecated": True, "description": "Use `new`", "schema": text}
    get = operation("getDeprecated", path=["thing_id"], deprecated=True)
    get["parameters"] += [
        {"name": "ids", "in": "query", "explode": False, "schema": texts},
        {"name": "old", "in": "query", "deprecated": True, "schema": {"enum": ["a", "b"]}},
        {"name": "X-Note", "in": "header", "required": True, "schema": text},
    ]
    other = {JSON: {"schema": {"$ref": f"{REFERENCE}Other"}}}
    answers = {
        status: {"description": "", "content": {JSON: {"schema": _object({"part": _object({name: text})})}}}
        for status, name in ANSWERS.items()
    }
    return {
        "/made/{id}/{a-b}": {
            "post": operation("makeThing", path=["id", "a-b"], requestBody={"content": {JSON: {"schema": body}}})
        },
        "/100%25/{number}": {"get": operation("getNumber", parameters=[number])},
        "/found": {"get": operation("findThing", parameters=lists)},
        "/renamed": {
            "get": operation("findRenamed", parameters=[old, {"name": "new", "in": "query", "schema": text}]),
            "put": operation("dropThing", deprecated=True),
        },
        "/deprecated/{thing_id}": {"get": get},
        "/either": {"get": operation("getEither", responses=answers)},
        "/others": {"post": operation("makeOther", requestBody={"content": other})},
    }
