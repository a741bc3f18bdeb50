"""Unions without a discriminator: told apart by JSON type, by a tag or by required fields, else read as `Any`."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.generator.documents import JSON, Document, client_of, operation, small_document

TEXT: Document = {"type": "string"}
INTEGER: Document = {"type": "integer"}


def one_of(*branches: Document | str) -> Document:
    return {
        "oneOf": [{"$ref": f"#/components/schemas/{one}"} if isinstance(one, str) else one for one in branches],
    }


def thing(required: list[str], *optional: str) -> Document:
    return {"type": "object", "required": required, "properties": dict.fromkeys((*required, *optional), INTEGER)}


def tagged(kind: Document, *optional: str) -> Document:
    return {"type": "object", "required": ["kind"], "properties": {"kind": kind, **dict.fromkeys(optional, INTEGER)}}


def marked(name: str) -> Document:
    """An object with a text of its own that may be absent."""
    return {"type": "object", "required": [name], "properties": {name: INTEGER, "kind": {"const": name}}}


SCHEMAS: Document = {
    "Cat": tagged({"enum": ["cat", "kitten"]}, "lives"),
    "Dog": {"allOf": [{"$ref": "#/components/schemas/Animal"}, tagged({"const": "dog"})]},
    "Animal": {"type": "object", "properties": {"kind": TEXT, "lives": INTEGER}},
    "Kind": {"type": "string", "enum": ["hare"]},
    "Hare": tagged({"$ref": "#/components/schemas/Kind"}),
    "Alpha": thing(["alpha"], "shared"),
    "Beta": thing(["beta"], "shared"),
    "Ant": marked("ant"),
    "Bee": marked("bee"),
    "AlphaMore": thing(["alpha", "more"]),
    "Loose": thing([], "alpha", "beta"),
    "Thing": {
        "type": "object",
        "properties": {
            "text_or_list": one_of(TEXT, {"type": "array", "items": INTEGER}),
            "id_or_object": one_of(TEXT, "Alpha"),
            "number_or_map": one_of({"type": "number"}, {"type": "object", "additionalProperties": TEXT}),
            "objects": one_of("Alpha", "Beta"),
            "wider": one_of("Alpha", "AlphaMore"),
            "insect": one_of("Ant", "Bee"),
            "nullable": one_of(TEXT, "Alpha", {"type": "null"}),
            "objects_or_text": one_of(TEXT, "Alpha", "Beta"),
            "list_of_unions": {"type": "array", "items": one_of(TEXT, "Alpha")},
            "ambiguous": one_of("Loose", "Alpha"),
            "pet": one_of("Cat", "Dog", "Hare", {"type": "null"}),
            "part": one_of(tagged({"const": "text"}, "a"), tagged({"const": "input image"}, "a"), "Hare"),
            "lists": one_of({"type": "array", "items": TEXT}, {"type": "array", "items": INTEGER}),
        },
    },
}
PUT = operation(
    "putThing", requestBody={"required": True, "content": {JSON: {"schema": {"$ref": "#/components/schemas/Thing"}}}}
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return client_of(tmp_path_factory.mktemp("unions"), small_document(SCHEMAS, {"/thing": {"put": PUT}}))


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("text_or_list", "a", "str"),
        ("text_or_list", [1, 2], "list"),
        ("id_or_object", "a", "str"),
        ("id_or_object", {"alpha": 1, "new": True}, "Alpha"),
        ("number_or_map", 1.5, "float"),
        ("number_or_map", {"a": "b"}, "dict"),
        ("objects", {"alpha": 1}, "Alpha"),
        ("objects", {"beta": 1, "shared": 2}, "Beta"),
        ("wider", {"alpha": 1}, "Alpha"),
        ("wider", {"alpha": 1, "more": 2}, "AlphaMore"),
        ("insect", {"bee": 1}, "Bee"),
        ("insect", {"bee": 1, "kind": "bee"}, "Bee"),
        ("nullable", None, "NoneType"),
        ("nullable", {"alpha": 1}, "Alpha"),
        ("objects_or_text", {"beta": 1}, "Beta"),
        ("objects_or_text", "a", "str"),
        ("ambiguous", {"alpha": 1}, "dict"),
        ("pet", {"kind": "kitten", "lives": 1}, "Cat"),
        ("pet", {"kind": "dog", "lives": 1}, "Dog"),
        ("pet", {"kind": "hare"}, "Hare"),
        ("pet", {"kind": "fish"}, "UnknownThingPet"),
        ("pet", None, "NoneType"),
        ("part", {"kind": "text", "a": 1}, "ThingPartText"),
        ("part", {"kind": "input image", "a": 1}, "ThingPartInputImage"),
        ("part", {"kind": "hare"}, "Hare"),
        ("lists", [1], "list"),
    ],
)
def test_value_of_a_union_is_decoded_by_its_branch(module: Any, field: str, value: object, kind: str) -> None:
    thing = module.models.Thing.from_dict({field: value})
    assert type(getattr(thing, field)).__name__ == kind
    assert getattr(getattr(thing, field), "a", 1) == 1
    assert thing.to_dict() == {field: value}


def test_items_of_a_union_are_decoded_by_their_branch(module: Any) -> None:
    thing = module.models.Thing.from_dict({"list_of_unions": ["a", {"alpha": 1}]})
    assert thing.list_of_unions[1].alpha == 1
    assert thing.to_dict() == {"list_of_unions": ["a", {"alpha": 1}]}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("text_or_list", 1, "expected a string or an array, got 1"),
        ("text_or_list", ["a"], "[0]"),
        ("objects", {"shared": 1}, "expected the required fields of one of several objects"),
        ("objects", {"alpha": "x"}, "alpha"),
    ],
)
def test_value_that_fits_no_branch_raises(module: Any, field: str, value: object, reason: str) -> None:
    with pytest.raises(module.DecodeError) as raised:
        module.models.Thing.from_dict({field: value})
    assert field in str(raised.value)
    assert reason in str(raised.value)


def test_models_and_plain_values_of_a_union_are_encoded(module: Any) -> None:
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.read())
        return httpx.Response(200, json={})

    with module.Shop(api_key="key", http_client=httpx.MockTransport(answer)) as shop:
        shop.things.do_putThing(objects=module.models.Beta(beta=1), list_of_unions=["a", {"alpha": 2}])
    assert json.loads(sent[0]) == {"objects": {"beta": 1}, "list_of_unions": ["a", {"alpha": 2}]}
