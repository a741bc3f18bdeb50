"""Functions as tools: JSON Schema, arguments and outputs. Needs the extra `tools` (msgspec and griffelib)."""

from __future__ import annotations

import inspect
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import import_module
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar, get_type_hints, overload

from ._json_types import is_array, is_object
from ._public import public

T = TypeVar("T")

MAX_ERROR_CHARACTERS = 2000
"""Length to which the text of a tool's error is cut before the model gets it."""

TOOL_NAME = re.compile(r"[\w.:-]+")
"""Names that some model takes; `<lambda>` is none."""


DATA = ("const", "default", "enum", "examples")
"""Keywords of JSON Schema whose values are no schemas."""


@public
class ToolResult:
    """One call of a tool: its arguments, and its output or error."""

    __slots__ = ("arguments", "error", "id", "name", "output")

    def __init__(self, id: str, name: str, arguments: str) -> None:
        self.id: str = id
        self.name: str = name
        self.arguments: str = arguments
        """The arguments as the model wrote them: JSON text."""
        self.output: str = ""
        """Text that the model got."""
        self.error: Exception | None = None
        """Exception of the tool, or of the check of its arguments."""

    def __repr__(self) -> str:
        return f"ToolResult({self.name!r}, {self.arguments!r}, output={self.output!r})"


@public
class ToolRun(Generic[T]):
    """The outcome of `run_tools` and `stream_tools`."""

    __slots__ = ("calls", "input_tokens", "output_tokens", "rounds", "total_tokens", "turn")

    def __init__(self) -> None:
        self.turn: T
        """The last turn; of a stream, the event that ended it."""
        self.rounds: int = 0
        """Rounds of tool calls."""
        self.calls: list[ToolResult] = []
        """All calls, in their order."""
        self.input_tokens: int = 0
        self.output_tokens: int = 0
        self.total_tokens: int = 0
        """Tokens of all turns; a turn without a count adds none."""

    def add(self, turn: T) -> None:
        """Add a turn and its tokens."""
        self.turn = turn
        for name in ("input_tokens", "output_tokens", "total_tokens"):
            setattr(self, name, getattr(self, name) + (getattr(turn, name, None) or 0))

    def __repr__(self) -> str:
        return f"ToolRun(rounds={self.rounds}, calls={self.calls!r}, total_tokens={self.total_tokens})"


OnToolError: TypeAlias = Literal["report", "raise"] | Callable[[ToolResult], str | Awaitable[str]]
"""After an error in a tool: its text goes to the model, or the run is cancelled and the error raised, or a function
returns the output; in the async client it may be a coroutine function."""


@public
class Tool:
    """A function that a model may call. Its schema comes from its type hints and its docstring.

    Raises `TypeError` for a parameter that JSON cannot carry, `ValueError` for a function without a usable name, and
    `ImportError` without the extra `tools`.
    """

    __slots__ = ("_arguments", "description", "function", "name", "parameters")

    def __init__(
        self, function: Callable[..., Any], *, name: str | None = None, description: str | None = None
    ) -> None:
        if not callable(function):
            raise TypeError(f"a tool must be a function, not {function!r}; a name is given as name=…")
        self.function: Callable[..., Any] = function
        named: Any = function
        while isinstance(named, partial):
            named = named.func
        self.name: str = name or str(getattr(named, "__name__", type(named).__name__))
        if not TOOL_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a tool; give another: Tool(function, name=…)")
        summary, described = _documentation(inspect.getdoc(named) or "")
        self.description: str = summary if description is None else description
        self._arguments: Any = _arguments_of(function, self.name, described)
        self.parameters: dict[str, Any] = _schema(self._arguments, self.name)

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        return self.function(*arguments, **named)

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as the API takes it."""
        function: dict[str, Any] = {"name": self.name, "parameters": self.parameters}
        if self.description:
            function["description"] = self.description
        return {"type": "function", "function": function}

    def decode(self, text: str) -> dict[str, Any]:
        """Return the arguments in the JSON object `text`, checked and converted. Raises `ValueError`."""
        msgspec = _msgspec()
        decoded = msgspec.json.decode(text.strip() or "{}", type=self._arguments, dec_hook=_decoded)
        values = ((name, getattr(decoded, name)) for name in self._arguments.__struct_fields__)
        return {name: value for name, value in values if value is not msgspec.UNSET}


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(*, name: str | None = None, description: str | None = None) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(function: Any = None, /, *, name: str | None = None, description: str | None = None) -> Any:
    """Make a tool of a function, with another name or description than its own: `@tool` or `@tool(name="look_up")`."""
    if function is None:
        return partial(Tool, name=name, description=description)
    return Tool(function, name=name, description=description)


def async_tools(tools: Iterable[Tool | Callable[..., Any]]) -> dict[str, Tool]:
    """Return the tools by name, functions made into tools.

    Raises `TypeError` if `tools` is no collection, and `ValueError` for two of one name.
    """
    try:
        given = list(tools)
    except TypeError:
        raise TypeError(f"tools must be a list of functions, not {tools!r}") from None
    found: dict[str, Tool] = {}
    for one in given:
        made = one if isinstance(one, Tool) else Tool(one)
        if found.setdefault(made.name, made) is not made:
            raise ValueError(f"two tools are called {made.name}")
    return found


def sync_tools(tools: Iterable[Tool | Callable[..., Any]]) -> dict[str, Tool]:
    """Return the tools by name. Raises `TypeError` for async functions, which only the async client can run."""
    found = async_tools(tools)
    for name, made in found.items():
        if inspect.iscoroutinefunction(made.function):
            raise TypeError(f"the tool {name} is a coroutine function: use the async client")
    return found


def output_text(value: object) -> str:
    """Return what a tool returned as the model gets it: text as it is, anything else as JSON. Raises `TypeError`."""
    if isinstance(value, str):
        return value
    return json.dumps(value, default=_encoded, ensure_ascii=False)


def error_text(error: Exception) -> str:
    """Return what the model gets of a tool's error."""
    return f"Error: {type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS]


def _msgspec() -> Any:
    try:
        import_module("msgspec.json")
        return import_module("msgspec")
    except ImportError:
        raise ImportError("tools need pip install 'backboard-threads[tools]'") from None


def _documentation(text: str) -> tuple[str, dict[str, str]]:
    """Return the text of a docstring and the descriptions of its parameters, in any of the usual styles."""
    if not text:
        return "", {}
    try:
        import griffe
    except ImportError:
        return text, {}
    logger = logging.getLogger("griffe")
    level, logger.level = logger.level, logging.CRITICAL + 1  # it warns of types that the docstring does not repeat
    try:
        sections = griffe.Docstring(text).parse("auto")
    finally:
        logger.level = level
    summary = [section.value for section in sections if section.kind is griffe.DocstringSectionKind.text]
    parameters = [
        one for section in sections if section.kind is griffe.DocstringSectionKind.parameters for one in section.value
    ]
    return "\n\n".join(summary).strip(), {one.name: " ".join(one.description.split()) for one in parameters}


def _arguments_of(function: Callable[..., Any], name: str, described: Mapping[str, str]) -> Any:
    """Return the msgspec Struct of a function's parameters; those with a default are optional."""
    msgspec = _msgspec()
    hints = _type_hints(function, name)
    parameters: list[Any] = []
    for one in inspect.signature(function).parameters.values():
        if one.kind not in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
            raise TypeError(f"the tool {name} has {one}: a model gives arguments by name")
        hint = hints.get(one.name, Any)
        if one.name in described:
            hint = Annotated[hint, msgspec.Meta(description=described[one.name])]
        if one.default is one.empty:
            parameters.append((one.name, hint))
        else:
            parameters.append((one.name, hint | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(name, parameters, kw_only=True, forbid_unknown_fields=True)


def _type_hints(function: Any, name: str) -> dict[str, Any]:
    while isinstance(function, partial):
        function = function.func
    try:
        return get_type_hints(function if inspect.isroutine(function) else type(function).__call__, include_extras=True)
    except NameError as error:
        raise TypeError(f"the tool {name} has a type hint that cannot be resolved: {error}") from None


def _schema(arguments: Any, name: str) -> dict[str, Any]:
    """Return the schema of a tool's arguments, each parameter by itself, so that an error names it."""
    properties: dict[str, Any] = {}
    for one in _msgspec().structs.fields(arguments):
        try:
            (schema,), components = _msgspec().json.schema_components([one.type], schema_hook=_described)
            properties[one.encode_name] = _flat(schema, components)
        except (TypeError, RecursionError) as error:
            reason = str(error).rpartition("\n")[2]  # before it, msgspec advises what no tool can do
            raise TypeError(
                f"the tool {name} has a parameter {one.name} that JSON Schema cannot describe: {reason}"
            ) from None
    return {
        "type": "object",
        "properties": properties,
        "required": [one.encode_name for one in _msgspec().structs.fields(arguments) if one.required],
    }


def _flat(schema: Any, components: Mapping[str, Any]) -> Any:
    """Return a schema in the few keywords that all models know: references resolved, null left out of a choice."""
    if is_array(schema):
        return [_flat(one, components) for one in schema]
    if not is_object(schema):
        return schema
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        target: dict[str, Any] = components.get(name) or {}
        return _flat({**target, **{key: schema[key] for key in schema if key != "$ref"}}, components)
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        return _flat({**choices[0], **{key: schema[key] for key in schema if key != "anyOf"}}, components)
    values = schema.get("enum", ())
    if None in values:
        schema = {**schema, "enum": (values := [one for one in values if one is not None])}
    if values and all(isinstance(one, str) for one in values):
        schema = {"type": "string", **schema}
    elif values:  # the API takes texts only
        schema = {**{key: schema[key] for key in schema if key != "enum"}, "anyOf": [{"const": one} for one in values]}
    return {
        key: {name: _flat(one, components) for name, one in value.items()}
        if key == "properties"
        else value
        if key in DATA
        else _flat(value, components)
        for key, value in schema.items()
        if key not in ("title", "$defs") and (key, value) != ("default", None)
    }


def _described(kind: Any) -> dict[str, Any]:
    """Return the schema of a class that msgspec does not know: pydantic's and this package's models."""
    if hasattr(kind, "model_json_schema"):
        schema: dict[str, Any] = kind.model_json_schema()
        flat: dict[str, Any] = _flat(schema, schema.get("$defs", {}))
        return flat
    if hasattr(kind, "from_dict"):
        return {"type": "object"}
    raise NotImplementedError


def _decoded(kind: Any, value: object) -> Any:
    if hasattr(kind, "model_validate"):
        try:
            return kind.model_validate(value)
        except ValueError as error:
            raise ValueError(_faults(error)) from error
    if hasattr(kind, "from_dict"):
        return kind.from_dict(value)
    raise NotImplementedError


def _faults(error: Any) -> str:
    """Return the faults that pydantic found, each with its place, and without its links to documentation."""
    if not hasattr(error, "errors"):
        return str(error)
    return "; ".join(": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in error.errors())


def _encoded(value: Any) -> object:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value):  # msgspec leaves out the defaults of those that it has decoded
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return _msgspec().to_builtins(value)
