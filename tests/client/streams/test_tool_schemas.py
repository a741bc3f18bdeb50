"""`Tool`: the JSON Schema of a function, and its arguments."""

import datetime
import json
import pathlib
import sys
from functools import partial
from typing import Any, Literal, TypedDict

import attrs
import pydantic
import pytest

from backboard_threads import Tool, models, tool
from backboard_threads._tools import output_text
from tests.support.client.tool_functions import Place, Station, Unit, weather


@attrs.define
class Height:
    """A height."""

    metres: float


class Range(TypedDict):
    first: int


class Visit(pydantic.BaseModel):
    on: datetime.date


class Node(TypedDict):
    next: "Node"


HEIGHT = {
    "type": "object",
    "description": "A height.",
    "properties": {"metres": {"type": "number"}},
    "required": ["metres"],
}
OUTPUT = {"tool_call_id": "c", "output": "o"}
CITY = {"type": "string", "description": "The city, by name."}
UNIT = {"type": "string", "enum": ["c", "f"]}


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (str, {"type": "string"}),
        (bool | None, {"type": "boolean"}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2], {"anyOf": [{"const": 1}, {"const": 2}]}),
        (Unit, UNIT),
        (list[Unit], {"type": "array", "items": UNIT}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (datetime.date, {"type": "string", "format": "date"}),
        (Any, {}),
        (
            Place,
            {
                "type": "object",
                "properties": {"city": {"type": "string"}, "country": {"type": "string", "default": "NO"}},
                "required": ["city"],
            },
        ),
        (Height, HEIGHT),
        (Height | None, HEIGHT),
        (list[Height], {"type": "array", "items": HEIGHT}),
        (Range, {"type": "object", "properties": {"first": {"type": "integer"}}, "required": ["first"]}),
        (Station, {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}),
    ],
)
def test_schema_follows_type_hints(hint: Any, schema: dict[str, Any]) -> None:
    def function(value: Any) -> None: ...

    function.__annotations__["value"] = hint
    assert Tool(function).parameters == {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    function.__doc__ = "Do it.\n\nArgs:\n    value: What it is done to."
    assert Tool(function).parameters["properties"]["value"] == {**schema, "description": "What it is done to."}


WORDS = ["title", "default", "enum", "const", "anyOf", "properties", "required", "type", "items", "$ref", "$defs"]


def test_names_and_values_that_are_words_of_json_schema_stay() -> None:
    default = {"title": "T", "default": None, "$defs": {}}
    named = TypedDict("named", dict.fromkeys(WORDS, str))  # type: ignore[misc]
    given = pydantic.create_model("Given", title=(str, ...), value=(dict[str, Any], default))

    def function(named: named, given: given) -> None: ...  # type: ignore[valid-type]

    properties = Tool(function).parameters["properties"]
    assert properties["named"]["properties"] == {name: {"type": "string"} for name in WORDS}
    assert sorted(properties["named"]["required"]) == sorted(WORDS)
    assert properties["given"]["properties"].keys() == {"title", "value"}
    assert properties["given"]["properties"]["value"]["default"] == default


def test_description_comes_from_the_docstring() -> None:
    function = Tool(weather).definition["function"]
    assert function["description"] == "Tell the weather."
    properties = {"city": CITY, "unit": {**UNIT, "description": "Of the temperature."}}
    assert function["parameters"] == {"type": "object", "properties": properties, "required": ["city"]}


def test_tool_decorator_gives_another_name() -> None:
    @tool(name="sky", description="Look up.")
    def look(city: str) -> str:
        return city

    assert look.definition["function"]["name"] == "sky"
    assert look.definition["function"]["description"] == "Look up."
    assert look("Oslo") == "Oslo"


def variadic(*values: str) -> None: ...
def recursive(node: Node) -> None: ...
def pathless(city: str, path: pathlib.Path) -> None: ...
def unresolved(city: "City") -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (variadic, r"variadic has \*values: str: a model gives arguments by name"),
        (recursive, "recursive has a parameter node that JSON Schema cannot describe"),
        (
            pathless,
            r"pathless has a parameter path that JSON Schema cannot describe: type <class 'pathlib\..*Path'> is not",
        ),
        (unresolved, "unresolved has a type hint that cannot be resolved: name 'City' is not defined"),
        ("look_up", "must be a function, not 'look_up'; a name is given as name="),
    ],
)
def test_function_that_cannot_be_a_tool_is_refused(function: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        Tool(function)


def test_name_of_a_tool_is_one_that_models_take() -> None:
    with pytest.raises(ValueError, match="'<lambda>' cannot be the name of a tool"):
        Tool(lambda city: city)
    assert Tool(lambda city: city, name="look_up").name == "look_up"


def test_partial_is_described_by_its_function() -> None:
    assert Tool(partial(weather, "Oslo")).definition["function"] == {
        "name": "weather",
        "description": "Tell the weather.",
        "parameters": {
            "type": "object",
            "properties": {"unit": {**UNIT, "description": "Of the temperature."}},
            "required": [],
        },
    }


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(ImportError, match=r"backboard-threads\[tools\]"):
        Tool(weather)


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (Unit, "f", Unit.FAHRENHEIT),
        (Place, {"city": "x"}, Place("x")),
        (list[Place] | None, [{"city": "x"}], [Place("x")]),
        (Station, {"number": 3}, Station(number=3)),
        (Visit, {"on": "2026-02-05"}, Visit(on=datetime.date(2026, 2, 5))),
        (datetime.date, "2026-02-05", datetime.date(2026, 2, 5)),
        (models.ToolOutput, OUTPUT, models.ToolOutput(**OUTPUT)),
    ],
)
def test_arguments_are_converted_and_outputs_back(hint: Any, value: Any, expected: object) -> None:
    def function(value: Any) -> None: ...

    function.__annotations__["value"] = hint
    assert Tool(function).decode(json.dumps({"value": value})) == {"value": expected}
    assert Tool(function).decode(f'{{"value": {output_text(expected)}}}') == {"value": expected}


@pytest.mark.parametrize("text", ["", " ", "{}"])
def test_arguments_may_be_left_out(text: str) -> None:
    def function(value: str = "usual") -> None: ...

    assert Tool(function).decode(text) == {}
