"""Branches of `anyOf` and `oneOf`: the ones that only constrain, and the property that tells objects apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .bodies import merged_properties, required_properties
from .document import Document, UnusableDocument
from .schemas import Schema, named


def refuse_made_of_itself(document: Document, schema: Any, where: str, sound: set[str], inside: Sequence[str]) -> None:
    """Raise UnusableDocument if a schema is a branch or a part of itself; adds references that are not to `sound`.

    `inside` are the references that led to it.
    """
    if not isinstance(schema, dict):
        return
    reference = schema.get("$ref")
    if reference in inside:
        raise UnusableDocument(f"{where}: {reference} is made of itself")
    if reference is not None and reference not in sound:
        refuse_made_of_itself(document, document.follow(schema, where), where, sound, (*inside, reference))
        sound.add(reference)
    for word in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(word, ()):
            refuse_made_of_itself(document, one, where, sound, inside)


def only_constrains(document: Document, schema: Any, where: str, inside: Sequence[str] = ()) -> bool:
    """Whether a schema says nothing of a value's shape, only which of the values that have it are allowed.

    `inside` are the references that led to it: a property may be of the schema that it is in.
    """
    if schema is True or schema.get("$ref") in inside:
        return True
    inside = (*inside, schema["$ref"]) if "$ref" in schema else inside
    schema = document.follow(schema, where)
    if "allOf" in schema or schema.get("type", "object") != "object":
        return False
    if schema.get("additionalProperties", True) is not True or {"items", "enum", "const", "format"} & set(schema):
        return False
    branches = (branch for word in ("anyOf", "oneOf") for branch in schema.get(word, []))
    values = (value for value in schema.get("properties", {}).values())
    return all(only_constrains(document, one, where, inside) for one in branches) and all(
        "type" not in one and only_constrains(document, one, where, inside) for one in values if isinstance(one, dict)
    )


@dataclass(frozen=True)
class Tag:
    """A property of all branches of a union, and the texts that it has in each."""

    property: str
    texts: tuple[list[str], ...]

    def names(self, union: str) -> list[str]:
        """Return a name for each branch that has none of its own."""
        return [named(union, texts[0]) for texts in self.texts]

    def discriminator(self, branches: list[Schema]) -> Schema:
        """Return the discriminator for the branches, references all of them."""
        mapping = {
            text: branch.get("$ref") for texts, branch in zip(self.texts, branches, strict=False) for text in texts
        }
        return {"discriminator": {"propertyName": self.property, "mapping": mapping}}


def find_tag(document: Document, branches: list[Any], where: str) -> Tag | None:
    """Return the property that tells the branches of a union apart, or null, without a discriminator.

    Each branch is an object that requires it, with one or several texts that no other branch allows.
    """
    objects = [branch for branch in branches if branch != {"type": "null"}]
    found = [merged_properties(document, branch, where) for branch in objects]
    needed = [required_properties(document, branch, where) for branch in objects]
    for name in found[0] if len(objects) > 1 else ():
        texts = [
            texts_of(document, properties.get(name), where) if name in required else []
            for properties, required in zip(found, needed, strict=True)
        ]
        flat = [text for one in texts for text in one]
        if all(texts) and len(flat) == len(set(flat)):
            return Tag(name, tuple(texts))
    return None


def texts_of(document: Document, schema: Any, where: str) -> list[str]:
    """Return the texts that a schema allows; nothing if it allows others or does not name them."""
    if not isinstance(schema, dict):
        return []
    schema = document.follow(schema, where)
    values = [schema["const"]] if "const" in schema else schema.get("enum", ())
    if not values and len(schema.get("allOf", ())) == 1:
        return texts_of(document, schema["allOf"][0], where)
    return list(values) if all(isinstance(value, str) for value in values) else []
