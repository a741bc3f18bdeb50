"""The derived forms say what the document says; that they are valid is seen when they are published."""

import json
import re
from itertools import product
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator

from tests.support.examples import examples
from tests.support.one_pass import for_each
from tools.document import document, merged, properties, required
from tools.publish.forms.event_streams import EVENT_STREAM
from tools.publish.forms.for_generators import RENAMED, TAKEN, for_generators
from tools.publish.forms.openapi_3_0 import Inexpressible, schema_3_0, to_3_0
from tools.publish.forms.openapi_3_2 import to_3_2
from tools.release.reach import at

DOCUMENT = document()
FORMS = {"3.2.0": to_3_2(DOCUMENT), "3.0.3": to_3_0(DOCUMENT)}
FOR_GENERATORS = for_generators(DOCUMENT)
SCHEMAS = DOCUMENT["components"]["schemas"]


def names(node: Any) -> list[str]:
    """Return the names of all properties of a node's schemas."""
    if isinstance(node, dict):
        return [*node.get("properties", {}), *(name for value in node.values() for name in names(value))]
    return [name for one in node for name in names(one)] if isinstance(node, list) else []


FIELDS = sorted({name for name in names(SCHEMAS) if isinstance(name, str)} | {"a", "b"})
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 300)
    | st.sampled_from([0.5, "", "x", "auto", "off", "completed", "run_1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=8,
)


def nodes(value: Any) -> Any:
    """Yield every object in a document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


@pytest.mark.parametrize("form", [*FORMS.values(), FOR_GENERATORS], ids=[*FORMS, "for generators"])
def test_form_has_every_operation(form: dict[str, Any]) -> None:
    operations = [node["operationId"] for node in nodes(form["paths"]) if "responses" in node]
    assert operations == [node["operationId"] for node in nodes(DOCUMENT["paths"]) if "responses" in node]


@pytest.mark.parametrize("form", [*FORMS.values(), FOR_GENERATORS], ids=[*FORMS, "for generators"])
def test_every_reference_of_a_form_leads_somewhere(form: dict[str, Any]) -> None:
    """The values of a discriminator's mapping are references, too."""
    references = {value for node in nodes(form) for value in node.values() if str(value).startswith("#/")}
    for reference in references:
        at(form, reference)


@pytest.mark.parametrize("version", FORMS)
def test_form_names_its_version(version: str) -> None:
    assert FORMS[version]["openapi"] == version
    assert FORMS[version]["info"]["version"] == DOCUMENT["info"]["version"]


SIMPLER = {"links", "examples", "example", "externalDocs"}
"""What the form for generators leaves out, beside `x-` keys."""


def around_schemas(node: Any, key: str = "", *, is_simpler: bool = False) -> Any:
    """A node without what the schemas, the event streams and the shared examples in it say.

    With `is_simpler` also without what the form for generators leaves out, and with each description cut as there.
    """
    if key in ("schema", "schemas", EVENT_STREAM):
        return key
    if isinstance(node, list):
        return [around_schemas(one, is_simpler=is_simpler) for one in node]
    if not isinstance(node, dict):
        return re.split(r"[.:;](?:\s|$)", " ".join(node.split()))[0] if is_simpler and key == "description" else node
    if is_simpler and key == "requestBody":
        node = {**node, "content": dict([*node["content"].items()][:1])}
    return {
        name: around_schemas(value, name, is_simpler=is_simpler)
        for name, value in node.items()
        if not is_simpler or (name not in SIMPLER and not name.startswith("x-"))
    }


def test_forms_say_the_same_around_schemas() -> None:
    shared = DOCUMENT["components"]["examples"]
    for version, form in {**FORMS, "for generators": FOR_GENERATORS}.items():
        is_simpler = version not in FORMS
        expected, found = (around_schemas(one, is_simpler=is_simpler) for one in (DOCUMENT, form))
        expected["openapi"] = found["openapi"]
        if version != "3.2.0":
            del expected["info"]["summary"]
            expected["info"]["license"].pop("identifier", None)
        if is_simpler:
            expected["servers"] = [{"url": one["url"]} for one in DOCUMENT["servers"]]
        else:
            named = re.findall(r"#/components/examples/(\w+)", json.dumps(form))
            expected["components"]["examples"] = {name: one for name, one in shared.items() if name in named}
        assert found == expected, version


def test_deriving_changes_nothing_and_repeats_itself() -> None:
    before = json.dumps(DOCUMENT)
    for derive in (to_3_2, to_3_0, for_generators):
        assert json.dumps(derive(DOCUMENT)) == json.dumps(derive(DOCUMENT))
    assert json.dumps(DOCUMENT) == before


def test_event_streams_of_3_2_are_sequences_of_events() -> None:
    streams = [node[EVENT_STREAM] for node in nodes(FORMS["3.2.0"]) if EVENT_STREAM in node]
    assert len(streams) == sum(EVENT_STREAM in node for node in nodes(DOCUMENT))
    item = Draft202012Validator({**SCHEMAS["ServerSentEvent"], "components": DOCUMENT["components"]})
    for media in streams:
        assert media["itemSchema"] == {"$ref": "#/components/schemas/ServerSentEvent"}
        assert "schema" not in media
        example = media["examples"]["events"]
        lines = [line for line in example["serializedValue"].split("\n") if line.startswith("data: ")]
        assert lines == [f"data: {frame['data']}" for frame in example["dataValue"]]
        assert all(item.is_valid(frame) for frame in example["dataValue"])
        kinds = [json.loads(frame["data"])["type"] for frame in example["dataValue"]]
        assert [kind in SCHEMAS["StreamEvent"]["x-stream-ends"] for kind in kinds] == [False] * (len(kinds) - 1) + [
            True
        ]


def test_event_streams_of_3_0_are_texts() -> None:
    streams = [node[EVENT_STREAM] for node in nodes(FORMS["3.0.3"]) if EVENT_STREAM in node]
    assert streams
    for media in streams:
        assert media["schema"]["type"] == "string"
        assert media["schema"]["x-item-schema"] == {"$ref": "#/components/schemas/ServerSentEvent"}
        text = media["examples"]["events"]["value"]
        assert text.endswith("\n\n")
        assert [line.partition(": ")[0] for line in text.split("\n")[:3]] == ["id", "data", ""]


def both(schema: dict[str, Any], root: dict[str, Any], lowered: dict[str, Any]) -> tuple[Any, Any]:
    """Return a validator of a schema as it is, and one of the same in 3.0."""
    return (
        jsonschema_rs.Draft202012Validator({**schema, "components": root["components"]}),
        OAS30Validator({**schema_3_0(schema), "components": lowered["components"]}),
    )


VALIDATORS = {name: both({"$ref": f"#/components/schemas/{name}"}, DOCUMENT, FORMS["3.0.3"]) for name in SCHEMAS}
EXAMPLES = [
    example["value"] for example in DOCUMENT["components"]["examples"].values() if isinstance(example["value"], dict)
]


@st.composite
def changed_examples(draw: st.DrawFn) -> Any:
    """Draw an example of the document in which one value is another, or gone."""
    value = json.loads(json.dumps(draw(st.sampled_from(EXAMPLES))))
    places = [(node, key) for node in nodes(value) for key in node]
    if places and draw(st.booleans()):
        node, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            node[key] = draw(JSON)
        else:
            del node[key]
    return value


@examples(40)
@given(st.sampled_from(sorted(SCHEMAS)), JSON | changed_examples())
def test_value_is_valid_in_3_0_exactly_if_in_3_1(name: str, value: Any) -> None:
    written, lowered = VALIDATORS[name]
    assert written.is_valid(value) == lowered.is_valid(value)


@for_each([(name,) for name in SCHEMAS])
def test_examples_are_valid_in_3_0_exactly_if_in_3_1(name: str) -> None:
    written, lowered = VALIDATORS[name]
    for value in (*EXAMPLES, None, "", "x", "auto", 1, True, [], {}):
        assert written.is_valid(value) == lowered.is_valid(value), value


TYPES = st.sampled_from(["string", "integer", "boolean", "object", "array", "null"])
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x", "auto"])
SIMPLE = st.fixed_dictionaries(
    {},
    optional={
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "const": SCALARS,
        "enum": st.lists(SCALARS, min_size=1, max_size=3),
        **dict.fromkeys(("minimum", "exclusiveMinimum"), st.integers(0, 2)),
        **dict.fromkeys(("maximum", "exclusiveMaximum"), st.integers(1, 3)),
        "maxLength": st.integers(0, 2),
        "description": st.just("A value."),
        "$ref": st.just("#/components/schemas/Target"),
    },
)
RANDOM_SCHEMAS = st.recursive(
    SIMPLE,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            "required": st.just(["a"]),
            "items": inner,
            "additionalProperties": inner | st.booleans(),
            "oneOf": st.lists(inner | st.just({"type": "null"}), min_size=1, max_size=2),
            "anyOf": st.lists(inner | st.just({"type": "null"}), min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=4,
)
SMALL = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)


@examples(80)
@given(RANDOM_SCHEMAS, SIMPLE, SMALL)
def test_value_is_valid_for_any_lowered_schema_exactly_if_for_the_schema(
    schema: dict[str, Any], target: dict[str, Any], value: Any
) -> None:
    assume("$ref" not in target)
    root = {"components": {"schemas": {"Target": target}}}
    lowered = {"components": {"schemas": {"Target": schema_3_0(target)}}}
    written, rewritten = both(schema, root, lowered)
    assert written.is_valid(value) == rewritten.is_valid(value), (schema_3_0(schema), lowered)


VALUES: list[Any] = [
    None,
    True,
    0,
    1,
    2,
    3,
    0.5,
    "",
    "x",
    "auto",
    [],
    [1],
    {},
    {"a": 1},
    {"a": None},
    {"a": "x", "b": 1},
]


KEYWORDS: list[tuple[str, Any]] = [
    *(
        ("type", one)
        for one in ("string", "null", ["integer", "null"], ["string", "integer"], ["object", "array", "null"])
    ),
    *(("const", one) for one in (None, "auto")),
    ("enum", ["auto", None, 1]),
    *(("minimum", 1), ("maximum", 1)),
    *((f"exclusive{limit}", one) for limit in ("Minimum", "Maximum") for one in (0, 1, 3)),
    *(("minLength", 1), ("maxLength", 1), ("minItems", 1), ("minProperties", 1)),
    ("$ref", "#/components/schemas/Target"),
    ("not", {"const": 1}),
    ("allOf", [{"maxLength": 1}]),
    ("anyOf", [{"minimum": 2}, {"maxLength": 1}]),
    ("oneOf", [{"$ref": "#/components/schemas/Target"}, {"type": "null"}]),
    ("properties", {"a": {"type": ["integer", "null"]}}),
    *(("required", ["b"]), ("additionalProperties", False), ("items", {"type": "string"})),
]


def test_each_value_is_valid_for_any_two_keywords_in_either_order_exactly_if_for_their_lowered_schema() -> None:
    target = {"type": "string", "minLength": 1}
    root = {"components": {"schemas": {"Target": target}}}
    lowered = {"components": {"schemas": {"Target": schema_3_0(target)}}}
    for first, second in product(KEYWORDS, KEYWORDS):
        schema = dict([first, second])
        written, rewritten = both(schema, root, lowered)
        expected = [value for value in VALUES if written.is_valid(value)]
        assert [value for value in VALUES if rewritten.is_valid(value)] == expected, schema


def test_keyword_that_3_0_lacks_is_refused() -> None:
    with pytest.raises(Inexpressible, match="patternProperties"):
        schema_3_0({"type": "object", "patternProperties": {"^x": {}}})


def test_form_for_generators_has_nothing_to_stumble_over() -> None:
    assert not FOR_GENERATORS["components"]["schemas"].keys() & TAKEN
    assert RENAMED.keys() <= SCHEMAS.keys()
    for node in nodes(FOR_GENERATORS):
        assert not {"links", "examples", "pattern"} & {
            key for key in node if not isinstance(node[key], dict) or key != "pattern"
        }
        assert not any(str(key).startswith("x-") for key in node)
        assert len(node.get("allOf", [])) in (0, 1)
        assert "description" not in node or not isinstance(node["description"], str) or len(node["description"]) < 200
    assert len(json.dumps(FOR_GENERATORS)) < 0.8 * len(json.dumps(FORMS["3.0.3"]))


PLAIN = {"type", "format", "enum", "default", "minimum", "maximum", "minLength", "maxLength", "maxItems", "minItems"}


@for_each([(name,) for name in sorted(FOR_GENERATORS["components"]["schemas"])])
def test_schema_for_generators_has_the_fields_of_the_document_and_needs_the_same(name: str) -> None:
    schema = FOR_GENERATORS["components"]["schemas"][name]
    original = SCHEMAS[{other: own for own, other in RENAMED.items()}.get(name, name)]
    assert schema.get("properties", {}).keys() == properties(original).keys()
    assert set(schema.get("required", ())) == required(original)
    for field, sub in properties(original).items():
        said, derived = merged(sub), schema["properties"][field]
        if "$ref" not in derived and isinstance(said.get("type"), str):
            assert {key: derived.get(key) for key in PLAIN if key in said} == {
                key: value for key, value in said.items() if key in PLAIN
            }, field


def test_property_for_generators_has_what_any_part_of_its_schema_says() -> None:
    said = {"type": "integer", "description": "A number.", "minimum": 1, "default": 2}
    needed = {"schema": {"$ref": "#/components/schemas/Whole"}}
    paths = {"/": {"get": {"responses": {"200": {"content": {"application/json": needed}}}}}}
    for first in product((True, False), repeat=len(said)):
        split: list[dict[str, Any]] = [
            {"properties": {"n": {key: said[key] for key, one in zip(said, first, strict=True) if one is of_first}}}
            for of_first in (True, False)
        ]
        part = {"$ref": "#/components/schemas/Part"}
        for whole in ({"allOf": [*split]}, {"allOf": [part, split[1]]}, {"allOf": [part], **split[1]}):
            schemas = {"Part": split[0], "Whole": whole}
            derived = for_generators({"servers": [], "info": {}, "paths": paths, "components": {"schemas": schemas}})
            assert derived["components"]["schemas"]["Whole"]["properties"] == {"n": said}, whole


@for_each([(name,) for name in sorted(FOR_GENERATORS["components"]["schemas"])])
def test_example_of_the_document_is_valid_for_generators(name: str) -> None:
    """Whatever fits the document's own schema fits the simpler one."""
    original = {other: own for own, other in RENAMED.items()}.get(name, name)
    reference = {"$ref": f"#/components/schemas/{name}"}
    simpler = OAS30Validator({**reference, "components": FOR_GENERATORS["components"]})
    for value in EXAMPLES:
        for changed in (value, *({**value, key: None} for key in value)):
            if VALIDATORS[original][0].is_valid(changed):
                assert simpler.is_valid(changed), changed
