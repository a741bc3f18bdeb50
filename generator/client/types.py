"""Python types of the schemas: annotation, argument type, decoding and encoding.

Made from the properties of openapi-python-client's parser. A property without a shape here is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from openapi_python_client.parser.properties import AnyProperty, EnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from ..document.document import UnusableDocument
from ..text import literal
from .unions import reader_by_fields

Kind = Literal["plain", "instant", "enum", "model", "list", "map", "tagged", "choice", "file"]
Name = tuple[str, str]
"""A module of `models`, and a name in it."""
Expression = Callable[[str], str]
"""Function from the code of a value to the code that converts it."""

MODEL = "\0"
"""Placeholder before the name of a model, replaced by the prefix that the module needs."""


@dataclass(frozen=True)
class Shape:
    """One kind of value.

    `held` is the type of an attribute, `taken` that of a parameter. `expected` completes "expected …" in an error.
    `read` and `write` convert from and to JSON; without `write` the value is its own JSON. `classes` are the classes
    that `json.loads` gives, if they suffice to check it. `item` is the shape of a list's or map's items, or a choice's
    first option. Code needs the imports `names`, annotations the imports `types`. An enumeration has the name of its
    `table` of members by value, a constant its code.
    """

    kind: Kind
    held: str
    taken: str
    expected: str
    read: Expression
    write: Expression | None = None
    classes: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    types: tuple[Name, ...] = ()
    nullable: bool = False
    table: str = ""
    constant: str = ""
    item: Shape | None = None

    def annotation(self, prefix: str = "", *, optional: bool = False) -> str:
        return self._annotation(self.nonnull.held, prefix, optional)

    def argument(self, prefix: str = "", *, optional: bool = False) -> str:
        return self._annotation(self.nonnull.taken, prefix, optional)

    def _annotation(self, base: str, prefix: str, optional: bool) -> str:
        return base.replace(MODEL, prefix) + (" | Unset" if optional else "") + (" | None" if self.nullable else "")

    @property
    def mismatch(self) -> str:
        """The condition under which a `value` has another class, or is not the constant."""
        if self.constant:
            return f"value != {self.constant}"
        return " and ".join(f"value.__class__ is not {name}" for name in self.classes)

    @property
    def nonnull(self) -> Shape:
        """The shape of the values that are not null."""
        return self

    def decoded(self, source: str, prefix: str = "") -> str:
        """The expression that turns JSON into the value."""
        return self.read(source).replace(MODEL, prefix)

    def encoded(self, source: str) -> str:
        """The expression that turns the value into JSON."""
        return self.write(source).replace(MODEL, "") if self.write else source


@dataclass(frozen=True)
class OrNull(Shape):
    """A kind of value, or null."""

    inner: Shape = field(kw_only=True)

    @property
    def nonnull(self) -> Shape:
        return self.inner


def _reader(shape: Shape) -> str:
    """Return an expression for the function that reads one value of a shape."""
    expression = shape.read("value")
    function = expression.removesuffix("(value)")
    bare = function.replace(MODEL, "").replace(".", "").replace("_", "")
    return function if bare.isalnum() and function != expression else f"lambda value: {expression}"


def _calling(function: str) -> Expression:
    return lambda source: f"{function}({source})"


def _plain(held: str, taken: str, expected: str, function: str, *classes: str) -> Shape:
    return Shape("plain", held, taken, expected, _calling(function), classes=classes)


TEXT = _plain("str", "str", "a string", "text", "str")
ID = _plain("str", "str | UUID", "a string", "text", "str")
WHOLE = _plain("int", "int", "an integer", "whole", "int")
NUMBER = _plain("float", "float", "a number", "number", "float", "int")
FLAG = _plain("bool", "bool", "a boolean", "flag", "bool")
OBJECT = _plain("dict[str, Any]", "Mapping[str, Any]", "an object", "mapping", "dict")
ANYTHING = Shape("plain", "Any", "Any", "a value", lambda source: source)
INSTANT = Shape(
    "instant", "datetime", "datetime", "an RFC 3339 date-time", _calling("instant"), _calling("datetime_to_json")
)
BYTES = Shape("plain", "bytes", "bytes", "bytes", lambda source: source)
NOTHING = Shape("plain", "None", "None", "nothing", lambda source: source)
FILE = Shape("file", "File", "File", "a file", lambda source: source)
FILES = Shape("file", "Files", "Files", "files", lambda source: source)

_SIMPLE: dict[type, Shape] = {
    StringProperty: TEXT,
    UuidProperty: ID,
    IntProperty: WHOLE,
    FloatProperty: NUMBER,
    BooleanProperty: FLAG,
    DateTimeProperty: INSTANT,
    FileProperty: FILE,
    AnyProperty: ANYTHING,
}


class Shapes:
    """Finds the shapes of properties.

    `models` are the parser's models by class name, `unions` the unions that a discriminator tells apart: the names of
    the models in each, and the union's own module and name.
    """

    def __init__(self, models: Iterable[ModelProperty], unions: Mapping[frozenset[str], Name]) -> None:
        self.notes: list[str] = []
        """Places that are read as `Any`, with the reason."""
        self._models = {str(model.class_info.name): model for model in models}
        self._unions = unions

    def model(self, prop: ModelProperty) -> ModelProperty:
        """Return the model that a property refers to, with all that the parser found out about it since."""
        return self._models.get(str(prop.class_info.name), prop)

    def of(self, prop: PropertyProtocol, where: str) -> Shape:
        """Return the shape of a property.

        A union that nothing tells apart is `Any`. Raises UnusableDocument for a kind of property that is not known.
        """
        for kind, shape in _SIMPLE.items():
            if isinstance(prop, kind):
                return shape
        match prop:
            case ConstProperty():
                return _const(prop, where)
            case EnumProperty():
                return _enum(prop)
            case ListProperty():
                return _list(self.of(prop.inner_property, f"{where}[]"))
            case ModelProperty():
                return self._model(self.model(prop), where)
            case UnionProperty():
                return self._union(prop, where)
            case NoneProperty():
                return ANYTHING
            case _:
                raise UnusableDocument(f"{where}: a {type(prop).__name__} is not understood")

    def _model(self, prop: ModelProperty, where: str) -> Shape:
        if not prop.required_properties and not prop.optional_properties:
            more = prop.additional_properties
            return OBJECT if more is None or isinstance(more, AnyProperty) else _mapping(self.of(more, f"{where}.*"))
        name = (str(prop.class_info.module_name), str(prop.class_info.name))
        return _object("model", name, f"{name[1]}.from_dict", name)

    def _union(self, prop: UnionProperty, where: str) -> Shape:
        options = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)]
        if not options:
            return ANYTHING
        shape = self.of(options[0], where) if len(options) == 1 else self._choice(options, where)
        return or_null(shape) if len(options) < len(prop.inner_properties) else shape

    def _choice(self, options: list[PropertyProtocol], where: str) -> Shape:
        models = [str(option.class_info.name) for option in options if isinstance(option, ModelProperty)]
        union = self._unions.get(frozenset(models)) if len(models) == len(options) else None
        if union is not None:
            return tagged(union)
        shapes = [TEXT if (shape := self.of(option, where)) is INSTANT else shape for option in options]
        classes = tuple(name for shape in shapes for name in shape.classes)
        if set(classes) == {"str"} and all(shape.classes for shape in shapes):
            return TEXT
        if any(shape.kind not in {"plain", "enum"} or not shape.classes for shape in shapes) or len(classes) != len(
            set(classes)
        ):
            choice = self._distinguishable_union(options, shapes)
            if choice is None:
                self.notes.append(f"{where}: read as Any, since nothing tells the values of this union apart")
            return choice or ANYTHING
        expected = " or ".join(shape.expected for shape in shapes)
        return Shape(
            kind="plain",
            held=" | ".join("str" if shape.kind == "enum" else shape.held for shape in shapes),
            taken=" | ".join(shape.taken for shape in shapes),
            expected=expected,
            read=lambda source: f"one_of({source}, {literal(expected)}, {', '.join(classes)})",
            classes=classes,
        )

    def _distinguishable_union(self, options: list[PropertyProtocol], shapes: list[Shape]) -> Shape | None:
        """Return the shape of a union whose values differ in JSON type or in required fields; None for any other."""
        readers: dict[str, str] = {}
        objects: list[ModelProperty] = []
        for option, shape in zip(options, shapes, strict=True):
            of_kind = {"model": ("dict",), "map": ("dict",), "tagged": ("dict",), "list": ("list",)}
            classes = of_kind.get(shape.kind, shape.classes)
            if shape.kind == "model" and isinstance(option, ModelProperty):
                objects.append(self.model(option))
            elif not classes or (set(classes) & set(readers) and classes != ("str",)):
                return None
            readers |= dict.fromkeys(classes, "text" if classes == ("str",) else _reader(shape))
        if objects:
            by_fields = reader_by_fields(objects, MODEL)
            if by_fields is None or any(shape.kind in {"map", "tagged"} or "dict" in shape.classes for shape in shapes):
                return None
            readers["dict"] = by_fields
        expected = " or ".join(dict.fromkeys(shape.expected for shape in shapes))
        table = ", ".join(f"{name}: {reader}" for name, reader in readers.items())
        held = dict.fromkeys("str" if shape.classes == ("str",) else shape.held for shape in shapes)
        return Shape(
            kind="choice",
            held=" | ".join(held),
            taken=" | ".join(dict.fromkeys(shape.taken for shape in shapes)),
            expected=expected,
            read=lambda source: f"choose({source}, {literal(expected)}, {{{table}}})",
            write=_calling("to_json"),
            names=tuple(name for shape in shapes for name in shape.names),
            types=tuple(name for shape in shapes for name in shape.types),
            item=shapes[0],
        )


def or_null(shape: Shape) -> Shape:
    """Return a shape that null fits as well."""
    if shape.nullable or shape is ANYTHING:
        return shape

    def unless_null(expression: Expression) -> Expression:
        return lambda source: f"None if {source} is None else {expression(source)}"

    return OrNull(
        shape.kind,
        held=f"{shape.held} | None",
        taken=f"{shape.taken} | None",
        expected=f"{shape.expected} or null",
        read=unless_null(shape.read),
        write=None if shape.write is None else unless_null(shape.write),
        classes=shape.classes,
        names=shape.names,
        types=shape.types,
        nullable=True,
        table=shape.table,
        constant=shape.constant,
        item=shape.item,
        inner=shape,
    )


def _const(prop: ConstProperty, where: str) -> Shape:
    value = prop.value.raw_value
    if not isinstance(value, str):
        raise UnusableDocument(f"{where}: only texts can be constants, not {value!r}")
    code = literal(value)
    return Shape(
        "plain",
        f"Literal[{code}]",
        f"Literal[{code}]",
        code,
        lambda source: f"constant({source}, {code})",
        classes=("str",),
        constant=code,
    )


def _enum(prop: EnumProperty) -> Shape:
    if prop.value_type is not str:
        return WHOLE
    name, module, table = str(prop.class_info.name), str(prop.class_info.module_name), enum_table(prop)
    values = ", ".join(literal(value) for value in enum_values(prop).values())
    return Shape(
        kind="enum",
        held=f"{MODEL}{name}",
        taken=f"Literal[{values}] | str",
        expected="a string",
        read=lambda source: f"{MODEL}{name}(text({source}))",
        write=_calling("str"),
        classes=("str",),
        names=((module, name), (module, table)),
        types=((module, name),),
        table=table,
    )


def enum_table(prop: EnumProperty) -> str:
    """Return the name of the table of an enumeration's members by value."""
    return f"{prop.class_info.module_name.upper()}_VALUES"


def enum_values(prop: EnumProperty) -> dict[str, str]:
    """Return the values of an enumeration by the names of its members, without the parser's escapes."""
    return {name: json.loads(f'"{value}"') for name, value in prop.values.items()}


def _list(item: Shape) -> Shape:
    if item.kind == "file":
        return FILES
    return _many("list", "an array", "list[{}]", "Sequence[{}]", "decode_list", "[{} for item in {}]", item)


def _mapping(item: Shape) -> Shape:
    written = "{{key: {} for key, item in {}.items()}}"
    return _many("map", "an object", "dict[str, {}]", "Mapping[str, {}]", "decode_map", written, item)


def _many(kind: Kind, expected: str, held: str, taken: str, function: str, written: str, item: Shape) -> Shape:
    """Return the shape of a list or map; the templates are filled with the code of its items."""
    write = item.write
    return Shape(
        kind=kind,
        held=held.format(item.held),
        taken=taken.format(item.taken),
        expected=expected,
        read=lambda source: f"{function}({source}, {_reader(item)})",
        write=None if write is None else lambda source: written.format(write("item"), source),
        names=item.names,
        types=item.types,
        item=item,
    )


def tagged(union: Name) -> Shape:
    """Return the shape of a union that a discriminator tells apart."""
    reader = f"{union[0]}_from_dict"
    return _object("tagged", union, reader, (union[0], reader))


def _object(kind: Kind, name: Name, reader: str, imported: Name) -> Shape:
    return Shape(
        kind=kind,
        held=f"{MODEL}{name[1]}",
        taken=f"{MODEL}{name[1]} | Mapping[str, Any]",
        expected="an object",
        read=_calling(f"{MODEL}{reader}"),
        write=lambda source: f"{source}.to_dict()",
        names=(imported,),
        types=(name,),
    )
