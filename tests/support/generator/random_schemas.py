"""Schemas of documents that are drawn at random: scalars, objects, and the components."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support.generator.random_choices import Choices
from tests.support.generator.random_names import TEXTS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WORDS: Schema = {**TEXT, "enum": ["new", "old/er", "old er", "old-er", "async", "class"]}
KINDS = ("fine", "cat", "kitten", "dog", "bird")
TYPED = ({"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "string", "format": "date-time"})


class SchemaDrawer(Choices):
    """Draws the schemas of one document."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(draw)
        self.is_3_0 = self.chance()

    def text(self) -> str:
        return self.one_of(*TEXTS)

    def nullable(self, schema: Schema) -> Schema:
        """The schema, or null, in a spelling of the document's version."""
        if self.is_3_0:
            return {"allOf": [schema], "nullable": True} if "$ref" in schema else {**schema, "nullable": True}
        if "type" in schema and "enum" not in schema and self.chance():
            return {**schema, "type": [schema["type"], "null"]}
        return {self.one_of("anyOf", "oneOf"): [schema, {"type": "null"}]}

    def constant(self, text: str) -> Schema:
        return {"type": "string", "enum": [text]} if self.is_3_0 else {"const": text}

    def scalar(self) -> Schema:
        return self.one_of(TEXT, WORDS, {**TEXT, "format": "uuid"}, *TYPED)

    def described(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            schema = {"allOf": [schema]}
        return {**schema, "description": self.text()} if self.chance() else schema

    def array(self, items: Schema) -> Schema:
        return {"type": "array", "items": items}

    def map(self, items: Schema) -> Schema:
        return {"type": "object", "additionalProperties": items}

    def thing(self) -> Schema:
        """A reference to an object or a union."""
        return reference(self.one_of("Base", "Derived", "Pet", "Pet", "Either"))

    def value(self) -> Schema:
        """The schema of a JSON value of any kind."""
        schema = self.one_of(
            self.scalar(), self.thing(), self.array(self.thing()), self.array(self.scalar()),
            self.array(self.nullable(self.thing())), self.map(self.scalar()), self.map(self.thing()),
            self.map(self.nullable(self.thing())), self.array(self.array(self.thing())),
        )  # fmt: skip
        return self.nullable(schema) if self.chance() else schema

    def object(self, properties: Schema) -> Schema:
        required = self.some(*properties)
        return {"type": "object", "properties": properties, **({"required": required} if required else {})}

    # components

    def schemas(self) -> dict[str, Schema]:
        """The components: a base and what `allOf` makes of it, unions with and without tags, and a misleading name."""
        base = {
            "id": TEXT,
            "kind": self.one_of(TEXT, {**TEXT, "enum": list(KINDS)}),
            "size": {"type": "number"},
            "meta": {},
            "at": TYPED[3],
            "owner": self.object({"name": TEXT}),
        }
        narrower = {"size": {"type": "integer"}, "kind": self.constant("fine"), "meta": {"type": "object"}}
        return {
            "Base": {
                **self.object({key: self.described(schema) for key, schema in base.items()}),
                "description": self.text(),
            },
            "BaseOwner": self.object({"serial": {"type": "integer"}}),
            "Derived": self.derived(
                "Base",
                narrower,
                {"keeper": self.nullable(reference("BaseOwner")), "from": self.described(self.scalar())},
            ),
            **self.pets(),
            "Alpha": {"type": "object", "required": ["alpha"], "properties": {"alpha": TEXT}},
            "AsyncThings": {
                "type": "object",
                "required": ["beta"],
                "properties": {"beta": TEXT, **({"alpha": TEXT} if self.chance() else {})},
            },
            "Either": {self.one_of("oneOf", "anyOf"): [reference("Alpha"), reference("AsyncThings")]},
        }

    def derived(self, base: str, narrower: dict[str, Schema], own: dict[str, Schema]) -> Schema:
        """An `allOf` over a base: narrower properties and new ones, among its parts or beside it."""
        chosen = {**{name: narrower[name] for name in self.some(*narrower)}, **own}
        parts: list[Schema] = [reference(base)]
        required = self.some("id", *chosen)
        if required and self.chance():
            parts.append({"required": required})
            required = []
        described = {"type": "object", "properties": chosen, **({"required": required} if required else {})}
        if self.chance():
            return {"allOf": self.some_order(*parts, described)}
        return {"allOf": parts, **described}

    def pets(self) -> dict[str, Schema]:
        """A union of three objects that one property tells apart, with its discriminator spelled in several ways."""
        tag = self.one_of("kind", "kind", "kind", "class")
        tags = {"Cat": self.one_of(["cat"], ["cat", "kitten"]), "Dog": ["dog"], "Bird": ["bird"]}
        pets: dict[str, Schema] = {}
        for number, (name, texts) in enumerate(tags.items()):
            tagged = {tag: self.constant(texts[0]) if len(texts) == 1 else {"type": "string", "enum": texts}}
            more = {("legs", "wings")[number % 2]: {"type": "integer"}}
            if self.chance():
                own = {"type": "object", "properties": {**tagged, **more}, "required": [tag]}
                parts = self.some_order(reference("Base"), own)
                pets[name] = self.one_of({"allOf": [reference("Base")], **own}, {"allOf": parts})
            else:
                pets[name] = {"type": "object", "properties": {**tagged, **more}, "required": [tag, *more]}
        discriminator: Schema = {"propertyName": tag}
        if self.chance():
            discriminator["mapping"] = {
                text: self.one_of(f"#/components/schemas/{name}", name)
                for name in self.some_order(*tags)[: self.one_of(1, 3)]
                for text in tags[name]
            }
        union: Schema = {self.one_of("oneOf", "anyOf"): [reference(name) for name in self.some_order(*tags)]}
        partial = {"propertyName": tag, "mapping": dict.fromkeys(tags["Cat"], "Cat")}
        step = {"oneOf": [reference("Dog"), reference("Cat")], "discriminator": partial}
        return {
            **pets,
            "Pet": union if self.chance() else {**union, "discriminator": discriminator},
            "Step": {**step, "x-stream-ends": ["dog"]},
        }


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
