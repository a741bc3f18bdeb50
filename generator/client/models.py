"""The models that the client needs, each with its fields as the templates want them."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema import Schema
from openapi_python_client.strings import ClassName, PythonIdentifier

from ..document.bodies import merged_properties
from ..document.document import Document, UnusableDocument
from ..document.unions import texts_of
from ..text import literal, wrapped
from .types import Name, Shape, Shapes, enum_values

RESERVED_MEMBERS = {
    "additional_properties", "bool", "classmethod", "datetime", "dict", "fields_set", "float", "from_dict", "int",
    "list", "map", "property", "self", "str", "to_dict", "to_json",
}  # fmt: skip
"""Members of every model and names in its class body, which no field or argument may have."""

RESERVED_NAMES = {
    "Any", "BaseModel", "Callable", "DecodeError", "Final", "Literal", "Mapping", "OpenEnum", "Self", "TypeAlias",
    "UNSET", "Unset",
}  # fmt: skip
"""Names in the modules of models, which no schema may have."""


@dataclass(frozen=True)
class Field:
    """One field of a model: its name in Python and on the wire, what it holds, and what the document says of it."""

    attribute: str
    wire: str
    required: bool
    shape: Shape
    text: str
    read_only: bool = False
    write_only_required: bool = False

    @property
    def key(self) -> str:
        return literal(self.wire)

    @property
    def slot(self) -> str:
        """The attribute that holds the value: of an optional field, `UNSET` if it is absent."""
        return self.attribute if self.required else f"_{self.attribute}"

    @property
    def annotation(self) -> str:
        """The type of the slot. An optional field takes null even if the document does not allow it."""
        annotation = self.shape.annotation(optional=not self.required)
        return annotation if self.required or self.shape.nullable or annotation == "Any" else f"{annotation} | None"

    @property
    def read_annotation(self) -> str:
        """The type that reading an optional field gives: absent reads as None."""
        annotation = self.shape.annotation()
        return annotation if self.shape.nullable or annotation == "Any" else f"{annotation} | None"

    @property
    def default(self) -> str:
        """The code of the default, with the constructor's argument and the name on the wire where these are others."""
        if self.required and self.wire == self.attribute:
            return self.shape.constant
        arguments = [] if self.required else ["default=UNSET", f'alias="{self.attribute}"']
        if self.required and self.shape.constant:
            arguments.append(f"default={self.shape.constant}")
        if self.wire != self.attribute:
            arguments.append(f'metadata={{"key": {self.key}}}')
        return f"field({', '.join(arguments)})"


@dataclass(frozen=True)
class Model:
    """A class of the client, made of an object of the document."""

    name: str
    module: str
    text: str
    fields: tuple[Field, ...]

    @property
    def docstring(self) -> str:
        about = wrapped(self.text or self.name, 4)
        entries = [f"{field.attribute}: {field.text}".rstrip(" :") for field in self.fields]
        entries.append("additional_properties: Properties without a field, by their name on the wire.")
        lines = (wrapped(" ".join(entry.split()), 8, hanging=4) for entry in entries)
        return "\n".join([about, "", "Attributes:", *(f"    {line}" for text in lines for line in text.splitlines())])

    @property
    def identity(self) -> list[str]:
        """The fields that a hash is made of: the required ones that hold something immutable."""
        immutable = {"instant", "enum", "plain"}
        return [
            field.attribute
            for field in self.fields
            if field.required
            and field.shape.kind in immutable
            and not {"dict", "list"} & set(field.shape.classes)
            and field.shape.held != "Any"
        ]

    @cached_property
    def imports(self) -> list[Name]:
        """The names from other modules that this one needs."""
        names = {name for field in self.fields for name in (*field.shape.names, *field.shape.types)}
        return sorted(name for name in names if name[0] != self.module)

    @property
    def modules(self) -> set[str]:
        return {module for module, _ in self.imports}


@dataclass(frozen=True)
class Union:
    """A union of models that a discriminator tells apart."""

    name: str
    module: str
    text: str
    tag: str
    options: tuple[tuple[str, Name], ...]
    ends: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The attribute that holds the tag."""
        return attribute_name(PythonIdentifier(self.tag, "field_"), self.tag)

    @property
    def unknown(self) -> str:
        return f"Unknown{self.name}"

    @property
    def unknown_text(self) -> str:
        return (
            f"What has a `{self.attribute}` that the document does not name, kept as it came.\n\n"
            f"Attributes:\n    {self.attribute}: What tells it apart.\n"
            "    additional_properties: Everything else, as decoded from JSON."
        )

    @property
    def modules(self) -> set[str]:
        return {module for _, (module, _) in self.options}


class Catalogue:
    """All that the parser found, and of that what the client needs: what `require` was asked for, and what it needs."""

    def __init__(self, document: Document, data: GeneratorData, unions: Mapping[str, dict[str, Any]]) -> None:
        self._document = document
        self._written_unions = unions
        self._models = {str(model.class_info.name): model for model in data.models}
        self._enums = {str(enum.class_info.name): enum for enum in data.enums if isinstance(enum, EnumProperty)}
        self.unions = {union.name: union for union in self._find_unions()}
        tagged = {
            frozenset(name for _, (_, name) in union.options): (union.module, union.name)
            for union in self.unions.values()
        }
        self.shapes = Shapes(data.models, tagged)
        self.models: dict[str, Model] = {}
        self.enums: dict[str, EnumProperty] = {}
        self.used_unions: dict[str, Union] = {}

    def require(self, prop: PropertyProtocol, where: str) -> Shape:
        """Return the shape of a property whose models the client shall have."""
        shape = self.shapes.of(prop, where)
        for _, name in shape.types:
            self._keep(name)
        return shape

    def require_sent(self, prop: PropertyProtocol, where: str) -> Shape:
        """Return the shape of a property that is only sent. An enumeration needs no class then: its texts do."""
        shape = self.shapes.of(prop, where)
        if shape.kind not in {"enum", "file"}:
            for _, name in shape.types:
                self._keep(name)
        return shape

    def parts(self, name: str) -> dict[str, PropertyProtocol]:
        """Return the properties of one of the parser's models by name."""
        model = self._models.get(_class_name(name))
        if model is None:
            return {}
        properties = [*(model.required_properties or []), *(model.optional_properties or [])]
        return {prop.name.get_untrusted_value(): prop for prop in properties}

    def first_value(self, name: str) -> str:
        """Return the first value of an enumeration."""
        return next(iter(enum_values(self._enums[name]).values()))

    def union(self, name: str) -> Union:
        """Return a union of the document that the client shall have."""
        self._keep(name)
        return self.unions[name]

    def model_of(self, prop: PropertyProtocol) -> ModelProperty | None:
        """Return the parser's model behind a property, if it is one."""
        return self.shapes.model(prop) if isinstance(prop, ModelProperty) else None

    def check(self) -> None:
        """Refuse two things that would be one module."""
        modules: dict[str, str] = {}
        for name, module in self.modules.items():
            first = modules.setdefault(module, name)
            if first != name:
                raise UnusableDocument(f"schema {name}: would be the module {module}, like {first}")

    @property
    def modules(self) -> dict[str, str]:
        """The module of each class and union that the client has."""
        models = {model.name: model.module for model in self.models.values()}
        enums = {name: str(enum.class_info.module_name) for name, enum in self.enums.items()}
        return models | enums | {union.name: union.module for union in self.used_unions.values()}

    def deferred_imports(self, model: Model) -> list[Name]:
        """Return the imports of a model's module that would be circular at its top."""
        return [name for name in model.imports if model.module in self._reached(name[0])]

    def _reached(self, module: str) -> set[str]:
        uses = {model.module: model.modules for model in self.models.values()}
        uses |= {union.module: union.modules for union in self.used_unions.values()}
        found: set[str] = set()
        waiting = [module]
        while waiting:
            new = uses.get(waiting.pop(), set()) - found
            found |= new
            waiting += sorted(new)
        return found

    def fields(self, model: ModelProperty, where: str) -> list[Field]:
        """Return the fields of a model, the required ones first."""
        properties = model.data.properties or {}
        fields = []
        for prop in [*(model.required_properties or []), *(model.optional_properties or [])]:
            wire = prop.name.get_untrusted_value()
            place = f"{where}.{wire}"
            schema = properties.get(prop.name)
            extra = (schema.model_extra if isinstance(schema, Schema) else None) or {}
            text = str(extra.get("x-text", ""))
            shape = self.shapes.of(prop, place)
            fields.append(
                Field(
                    attribute_name(prop.python_name, wire),
                    wire,
                    prop.required,
                    shape,
                    text,
                    read_only=extra.get("x-readOnly") is True,
                    write_only_required=extra.get("x-required") is True,
                )
            )
        names = [field.attribute for field in fields]
        for field in fields:
            if names.count(field.attribute) > 1:
                raise UnusableDocument(
                    f"{where}: `{field.wire}` and another property would both be `{field.attribute}`"
                )
        return fields

    def _keep(self, name: str) -> None:
        if name in self.models or name in self.enums or name in self.used_unions:
            return
        if name in RESERVED_NAMES or name in {union.unknown for union in self.unions.values()}:
            raise UnusableDocument(f"schema {name}: the client's own code uses this name")
        if name in self.unions:
            union = self.used_unions[name] = self.unions[name]
            for _, (_, option) in union.options:
                self._keep(option)
        elif name in self._enums:
            self.enums[name] = self._enums[name]
        else:
            self._keep_model(self._models[name])

    def _keep_model(self, model: ModelProperty) -> None:
        name = str(model.class_info.name)
        where = f"schema {name}"
        description = model.data.description.get_untrusted_value() if model.data.description else ""
        fields = tuple(self.fields(model, where))
        for field in fields:
            if field.shape.kind == "file":
                raise UnusableDocument(f"{where}.{field.wire}: `format: binary` inside JSON is not understood")
        self.models[name] = Model(name, str(model.class_info.module_name), description, fields)
        for field in fields:
            for _, needed in field.shape.types:
                self._keep(needed)

    def _find_unions(self) -> Iterator[Union]:
        for name, schema in self._written_unions.items():
            where = f"schema {name}"
            branches = schema.get("oneOf") or schema.get("anyOf") or []
            referred = [str(branch.get("$ref", "")) for branch in branches if branch != {"type": "null"}]
            models = {reference: self._models.get(_class_name(reference.rsplit("/", 1)[-1])) for reference in referred}
            if not all(models.values()):
                continue  # a branch that is no object: the union is read as Any
            tag_name = str(schema["discriminator"].get("propertyName"))
            options = []
            for tag, reference in self._tags(schema["discriminator"], referred, tag_name, where):
                model = models[reference]
                assert model is not None
                options.append((tag, (str(model.class_info.module_name), str(model.class_info.name))))
            class_name = _class_name(name)
            yield Union(
                name=class_name,
                module=PythonIdentifier(class_name, "union_"),
                text=str(schema.get("description", "")),
                tag=tag_name,
                options=tuple(options),
                ends=tuple(schema.get("x-stream-ends", ())),
                failures=tuple(schema.get("x-stream-failures", ())),
            )

    def _tags(
        self, discriminator: dict[str, Any], referred: list[str], tag_name: str, where: str
    ) -> Iterator[tuple[str, str]]:
        """Yield each tag with its reference: by `mapping`, by the constant of the property, or the schema's name."""
        mapping = {
            str(tag): str(target) if "/" in str(target) else f"#/components/schemas/{target}"
            for tag, target in (discriminator.get("mapping") or {}).items()
        }
        for tag, target in mapping.items():
            if target not in referred:
                raise UnusableDocument(f"{where}: the discriminator leads from {tag!r} to {target}, which is no branch")
        own = {
            reference: texts_of(
                self._document, merged_properties(self._document, {"$ref": reference}, where).get(tag_name), where
            )
            for reference in referred
            if reference.rsplit("/", 1)[-1] in self._document.schemas
        }
        for tag, target in mapping.items():
            if own.get(target) and tag not in own[target]:
                name = target.rsplit("/", 1)[-1]
                raise UnusableDocument(
                    f"{where}: the mapping leads from {tag!r} to {name}, whose `{tag_name}` is another"
                )
            yield tag, target
        for reference in referred:
            if reference not in mapping.values():
                for tag in own[reference] or [reference.rsplit("/", 1)[-1]]:
                    yield tag, reference


def attribute_name(python_name: str, wire: str) -> str:
    """Return the Python name of a property: the parser's, but without the underscore that it gives a builtin's name.

    `event.type` hides nothing that matters, and reads as the document does.
    """
    name = str(python_name)
    if name == f"{wire}_" and not keyword.iskeyword(wire) and wire not in RESERVED_MEMBERS:
        name = wire
    while name in RESERVED_MEMBERS or keyword.iskeyword(name):
        name += "_"
    return name


def _class_name(name: str) -> str:
    return str(ClassName(name, "field_"))
