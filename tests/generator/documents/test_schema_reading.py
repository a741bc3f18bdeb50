"""Schemas as the generator reads them: they allow what JSON Schema says that they allow, limits left out."""

from __future__ import annotations

import itertools
import json
from contextlib import nullcontext
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.document.document import Document, UnusableDocument
from generator.document.normalize import Reading, read
from tests.support.generator.documents import small_document
from tests.support.generator.random_choices import Choices
from tests.support.generator.random_documents import JSON
from tests.support.generator.random_schemas import Schema, reference

TEXT: Schema = {"type": "string"}
SCALARS: tuple[Schema, ...] = (
    TEXT, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {**TEXT, "enum": ["a", "b"]}, {"enum": [1, 2]},
    {"enum": ["a", None]}, {"enum": [1, None]}, {"enum": ["a", 1]}, {"enum": [True]}, {"type": "integer", "enum": [1]},
    {**TEXT, "maxLength": 5, "format": "email"}, {"type": "integer", "minimum": -9, "multipleOf": 1},
    {"type": "number", "enum": [1, 2]}, {"allOf": [TEXT, {"minLength": 1}]}, {"type": "object"}, {},
)  # fmt: skip
OF_3_1: tuple[Schema, ...] = (
    {"const": "a"}, {"const": 1}, {"const": None}, {"type": ["string", "integer", "null"]},
    {"type": ["number", "null"], "enum": [1, 2]},
)  # fmt: skip
OTHERS: tuple[Any, ...] = (None, True, 1, 0.5, "a", "text", [], ["a"], {}, {"a": 1})
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


class Drawer(Choices):
    """Draws the components of a document."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(draw)
        self.is_3_0 = self.chance()
        self.named = ("Base", "Pet", "Extended", "Value", "BaseInner", "Packed")

    def schema(self, depth: int = 0) -> Schema:
        kinds = ["scalar", "scalar"]
        if depth < 3:
            kinds += ["array", "map", "object", "reference", "nullable", "union", "extended", "constrained"]
        match self.one_of(*kinds):
            case "array":
                return {"type": "array", "items": self.schema(depth + 1), "minItems": 0}
            case "map":
                return {"type": "object", "additionalProperties": self.schema(depth + 1)}
            case "object":
                return self.object(depth)
            case "reference":
                beside = {} if self.is_3_0 else {**self.required("id"), "properties": {"own": self.schema(depth + 1)}}
                schema = reference(self.one_of(*self.named))
                return self.one_of(schema, {**reference("Base"), **beside})
            case "nullable":
                return self.nullable(self.schema(depth + 1))
            case "union":
                branches = [self.schema(depth + 1) for _ in range(3)]
                return {self.one_of("oneOf", "anyOf"): branches + ([] if self.is_3_0 else [{"type": "null"}])}
            case "extended":
                return self.extended(depth)
            case "constrained":
                alternatives = [{"required": ["a"]}, {"properties": {"b": {"minLength": 1}}}]
                return {**self.object(depth), "properties": {"a": TEXT, "b": TEXT}, "anyOf": alternatives}
            case _:
                return self.one_of(*SCALARS, *(() if self.is_3_0 else OF_3_1))

    def nullable(self, schema: Schema) -> Schema:
        if not self.is_3_0:
            if isinstance(schema.get("type"), str) and "enum" not in schema and self.chance():
                return {**schema, "type": [schema["type"], "null"]}
            return {self.one_of("anyOf", "oneOf"): self.some_order(schema, {"type": "null"})}
        if "$ref" in schema or self.chance():
            null = {"nullable": True}
            return self.one_of({"allOf": [schema], **null}, {"allOf": self.some_order(schema, null)})
        return {**schema, "nullable": True}

    def property(self, depth: int) -> Schema:
        schema = self.schema(depth + 1)
        if "$ref" in schema and self.is_3_0:
            return schema
        marks = self.one_of({}, {}, {"writeOnly": True}, {"readOnly": True})
        return {**schema, **marks, **({"description": "Of its own."} if self.chance() else {})}

    def object(self, depth: int) -> Schema:
        properties = {name: self.property(depth) for name in ("a", "b")}
        return {"type": "object", "properties": properties, **self.required("a", "b"), **self.more(depth)}

    def required(self, *names: str) -> Schema:
        required = self.some(*names)
        return {"required": required} if required else {}

    def more(self, depth: int) -> Schema:
        return {} if self.chance() else {"additionalProperties": self.one_of(True, False, {}, self.schema(depth + 1))}

    def base(self) -> Schema:
        properties = {
            "id": TEXT, "size": {"type": "number"}, "any": {}, "kind": {**TEXT, "enum": ["cat", "dog", "kitten"]},
            "inner": {"type": "object", "properties": {"n": TEXT}},
        }  # fmt: skip
        return {"type": "object", "properties": properties, **self.required(*properties)}

    def extended(self, depth: int) -> Schema:
        """An `allOf` over the base: narrower properties and new ones, what is required in a part of its own."""
        narrower = {"size": {"type": "integer"}, "any": self.schema(depth + 1), "kind": {**TEXT, "enum": ["dog"]}}
        chosen = {name: narrower[name] for name in self.some(*narrower)} | {"own": self.schema(depth + 1)}
        own = {"type": "object", "properties": chosen}
        base = reference(self.one_of("Base", "Base", "Maybe"))
        required: Schema = self.required("id", "kind", "own")
        match self.one_of("beside", "part", "alone", "only"):
            case "beside":
                return {"allOf": [base], **own, **required}
            case "part":
                return {"allOf": self.some_order(base, {**own, **required})}
            case "only":
                return {"allOf": [{"required": ["own"]}], **own}
            case _:
                return {"allOf": self.some_order(base, own, {"required": ["id", "own"]})}

    def packed(self) -> Schema:
        """Text that is JSON, of anything but itself."""
        named, self.named = self.named, tuple(name for name in self.named if name != "Packed")
        packed = {**TEXT, "contentMediaType": JSON, "contentSchema": self.object(1)}
        self.named = named
        return packed

    def pet(self) -> Schema:
        """A union of objects that `kind` tells apart, null among them."""
        own = {"type": "object", "required": ["kind"]}
        tags = (["cat", "kitten"], ["dog"], ["bird"])
        pets: list[Schema] = []
        for name, texts in zip("abc", tags, strict=True):
            constant = {"const": texts[0]} if len(texts) == 1 and not self.is_3_0 else {**TEXT, "enum": texts}
            pet = {**own, "properties": {"kind": constant, name: self.one_of(*SCALARS)}}
            extended: Schema = self.one_of(
                {"allOf": self.some_order(reference("Base"), pet)}, {"allOf": [reference("Base")], **pet}
            )
            pets.append(extended if texts != ["bird"] and self.chance() else pet)
        union = {self.one_of("oneOf", "anyOf"): self.some_order(*pets, *([] if self.is_3_0 else [{"type": "null"}]))}
        return {**union, **({"nullable": True} if self.is_3_0 and self.chance() else {})}

    def vague(self) -> Schema:
        """A union whose objects have a text in common, or of which one need not have any."""
        own, other = ({"type": "object", "properties": {"kind": {**TEXT, "enum": [one]}}} for one in ("a", "b"))
        shared = {"type": "object", "required": ["kind"], "properties": {"kind": {**TEXT, "enum": ["b", "c"]}}}
        required = {"required": ["kind"]}
        branches = self.one_of([own, {**other, **required}], [shared, {**other, **required}, {**own, **required}])
        return {self.one_of("oneOf", "anyOf"): branches}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    drawer = Drawer(draw)
    schemas = {
        "Base": drawer.base(),
        "BaseInner": {"type": "object", "required": ["m"], "properties": {"m": TEXT}},
        "Maybe": drawer.nullable(drawer.base()),
        "Extended": drawer.extended(1),
        "Value": drawer.object(1),
        "Packed": drawer.packed(),
        "Pet": drawer.pet(),
        "Vague": drawer.vague(),
    }
    paths = {}
    named = map(reference, ("Pet", "Extended", "Vague", "Value"))
    for number, schema in enumerate([*named, *(drawer.schema() for _ in range(2))]):
        answer = {"200": {"description": "", "content": {JSON: {"schema": schema}}}}
        paths[f"/{number}"] = {"get": {"operationId": f"get{number}", "responses": answer}}
    return {
        "openapi": "3.0.3" if drawer.is_3_0 else "3.1.0",
        "info": {"title": "", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


@settings(max_examples=40)
@given(documents(), st.integers(0, 2**32))
def test_schema_is_read_as_what_it_allows(raw: dict[str, Any], seed: int) -> None:
    random = Random(seed)
    reading = read(Document(json.dumps(raw).encode()))
    schemas = raw["components"]["schemas"]
    loose = {name: loosened(schema) for name, schema in schemas.items()}
    assert len(reading.unions) == 1
    check_properties(reading.raw["components"]["schemas"]["Value"], schemas["Value"])
    for number, item in enumerate(raw["paths"].values()):
        schema = loosened(item["get"]["responses"]["200"]["content"][JSON]["schema"])
        allowed = validator(schema, loose)
        found = validator(reference(f"PartsOfOperation{number}/properties/a0"), reading.raw["components"]["schemas"])
        for _ in range(20):
            value = changed(sample(schema, loose, random), random)
            assert found.is_valid(value) == allowed.is_valid(value), (schema, value)
            if number == 0 and isinstance(value, dict) and allowed.is_valid(value):
                check_tag(reading, value)


@pytest.mark.parametrize(("name", "is_refused"), [("a", False), ("other", True)])
def test_property_that_only_an_alternative_has_is_refused(name: str, is_refused: bool) -> None:
    """Wherever the alternative is written: a client would have no field for it, and lose it in a body."""
    alternative = {"properties": {name: {"minLength": 1}}, "required": [name]}
    schemas = {"Alternative": alternative, "Other": reference("Alternative")}
    spelled = (alternative, reference("Alternative"), reference("Other"), {"anyOf": [{"oneOf": [{}, alternative]}]})
    objects = (
        {"type": "object", "properties": {"a": TEXT}},
        {"allOf": [{"type": "object", "properties": {"a": TEXT}}]},
    )
    for word, branch, schema in itertools.product(("anyOf", "oneOf"), spelled, objects):
        answer = {"200": {"description": "", "content": {JSON: {"schema": {**schema, word: [{}, branch]}}}}}
        paths = {"/a": {"get": {"operationId": "getA", "responses": answer}}}
        document = Document(json.dumps(small_document(schemas, paths)).encode())
        with pytest.raises(UnusableDocument, match="other is a property") if is_refused else nullcontext():
            read(document)


@pytest.mark.parametrize("own", [{}, {"minLength": 1}, {"description": "Of its own."}, {"nullable": True}, TEXT])
def test_extension_keeps_its_own_property_and_what_it_requires(own: Any) -> None:
    """Also a property that any value fits."""
    base = {"type": "object", "properties": {"id": TEXT}}
    parts: tuple[Schema, ...] = ({"properties": {"own": own}}, {"required": ["id"]})
    extensions: list[Schema] = [{"allOf": [reference("Base"), *parts]}]
    extensions += [{"allOf": [reference("Base"), one], **other} for one, other in itertools.permutations(parts)]
    extensions += [{"allOf": [reference("Base")], "properties": {"own": own}, "required": ["id"]}]
    for schema in extensions:
        answer = {"200": {"description": "", "content": {JSON: {"schema": schema}}}}
        paths = {"/a": {"get": {"operationId": "getA", "responses": answer}}}
        reading = read(Document(json.dumps(small_document({"Base": base}, paths)).encode()))
        found = reading.raw["components"]["schemas"]["GetAResponse"]
        assert (set(found["properties"]), found["required"]) == ({"id", "own"}, ["id"])


def check_properties(found: Schema, written: Schema) -> None:
    """Properties keep their marks and what is said of them."""
    for name, schema in written["properties"].items():
        read_as = found["properties"][name]
        assert read_as.get("x-readOnly", False) == schema.get("readOnly", False)
        assert read_as.get("x-required", False) == (name in written.get("required", ()) and "writeOnly" in schema)
        assert read_as["x-text"].startswith(schema.get("description", ""))


def check_tag(reading: Reading, value: dict[str, Any]) -> None:
    """The union has one class for the value, by the text of its `kind`, and that class takes it."""
    (union,) = reading.unions.values()
    assert union["discriminator"]["propertyName"] == "kind"
    target = union["discriminator"]["mapping"][value["kind"]]
    schemas = reading.raw["components"]["schemas"]
    assert validator({"$ref": target}, schemas).is_valid(value)
    assert schemas[target.rsplit("/", 1)[-1]]["properties"]["kind"] != TEXT


def loosened(schema: Any) -> Any:
    """A schema as JSON Schema has it, without limits: a client takes numbers that are no option of an `enum`."""
    if not isinstance(schema, dict):
        return {}
    if "contentSchema" in schema:
        return loosened(schema["contentSchema"])
    null = {"nullable": True}
    parts = [part for part in schema.get("allOf", ()) if part != null]
    if schema.get("nullable") or len(parts) < len(schema.get("allOf", ())):
        rest = {key: value for key, value in schema.items() if key not in {"nullable", "allOf"}}
        return {"anyOf": [loosened({**rest, **({"allOf": parts} if parts else {})}), {"type": "null"}]}
    loose = {key: schema[key] for key in ("$ref", "type") if key in schema}
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if any(isinstance(value, str) for value in values) and all(isinstance(value, str | None) for value in values):
        loose["enum"] = values
    elif values:
        loose = {"type": sorted({TYPES[type(value)] for value in values}), **loose}
    properties = schema.get("properties", {})
    if properties:
        loose["properties"] = {name: loosened(one) for name, one in properties.items()}
    loose["required"] = [name for name in schema.get("required", ()) if not properties.get(name, {}).get("writeOnly")]
    for word in {"items", "additionalProperties"} & set(schema):
        loose[word] = loosened(schema[word])
    if parts:
        loose["allOf"] = [loosened(part) for part in parts]
    for word in ("anyOf", "oneOf"):
        if "properties" not in schema and word in schema:
            loose["anyOf"] = [loosened(one) for one in schema[word]]
    return loose


def validator(schema: Schema, schemas: dict[str, Schema]) -> jsonschema_rs.Draft202012Validator:
    text = json.dumps({**schema, "components": {"schemas": schemas}})
    return jsonschema_rs.Draft202012Validator(json.loads(text.replace('"oneOf"', '"anyOf"')))


def sample(schema: Schema, schemas: dict[str, Schema], random: Random, depth: int = 0) -> Any:
    """A value that is likely to fit a loosened schema; what an object requires of its own kind without end is null."""
    if depth > 20:
        return None
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, random, depth)
    if "anyOf" in schema:
        return sample(random.choice(schema["anyOf"]), schemas, random, depth)
    if "allOf" in schema:
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        values = [sample(one, schemas, random, depth) for one in (*schema["allOf"], rest)]
        objects = [value for value in values if isinstance(value, dict)]
        return {key: value for one in objects for key, value in one.items()} if objects else values[0]
    if "enum" in schema:
        return random.choice(schema["enum"])
    kinds = schema.get("type", "object" if schema.get("required") else "any")
    match kinds if isinstance(kinds, str) else random.choice(kinds):
        case "object":
            wanted = {
                **schema.get("properties", {}),
                **({"k": more} if (more := schema.get("additionalProperties")) else {}),
            }
            return {
                key: sample(one, schemas, random, depth + 1)
                for key, one in wanted.items()
                if key in schema["required"] or (depth < 4 and random.random() < 0.7)
            }
        case "array":
            return [sample(schema["items"], schemas, random, depth + 1)] if depth < 4 else []
        case kind:
            samples = {"string": "text", "integer": 1, "number": 0.5, "boolean": True, "null": None}
            return samples.get(kind, OTHERS[4])


def changed(value: Any, random: Random) -> Any:
    """A value, half of the time with a part of it left out or replaced."""
    if random.random() < 0.5:
        return value
    if isinstance(value, dict) and value and random.random() < 0.8:
        key = random.choice(list(value))
        rest = {name: one for name, one in value.items() if name != key}
        return rest if random.random() < 0.3 else {**rest, key: changed(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        return [changed(value[0], random)]
    return random.choice(OTHERS)
