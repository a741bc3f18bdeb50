"""Mutations of the schemas: limits, types, fields, enums."""

from collections.abc import Callable

from tools.mutation.places import Mutated, drop, put, schemas, shown

LIMITS = ("maximum", "maxLength", "maxItems")


def limit_raised() -> Mutated:
    for place, node in schemas(lambda one: any(key in one for key in LIMITS)):
        for key in LIMITS:
            if isinstance(node.get(key), int):
                yield shown((*place, key)), put(place, key, node[key] * 2)


def limit_lowered() -> Mutated:
    for place, node in schemas(lambda one: any(key in one for key in LIMITS)):
        for key in LIMITS:
            if isinstance(node.get(key), int) and node[key] > 1:
                yield shown((*place, key)), put(place, key, node[key] // 2)


def least_changed() -> Mutated:
    for place, node in schemas(lambda one: True):
        for key in ("minimum", "minLength", "minItems"):
            if isinstance(node.get(key), int):
                yield shown((*place, key)), put(place, key, 1 - min(node[key], 1))


def field_optional() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("required"), list)):
        for name in node["required"]:
            yield shown((*place, name)), put(place, "required", [one for one in node["required"] if one != name])


def field_required() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("properties"), dict)):
        for name in node["properties"]:
            if name not in node.get("required", []):
                yield shown((*place, name)), put(place, "required", [*node.get("required", []), name])


def type_widened() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("type"), str)):
        if node["type"] in ("string", "integer", "boolean", "array", "object") and place[-1] != "schema":
            yield shown(place), put(place, "type", [node["type"], "null"])


def null_refused() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("type"), list) and "null" in one["type"]):
        yield shown(place), put(place, "type", next(kind for kind in node["type"] if kind != "null"))


def type_exchanged() -> Mutated:
    other = {"string": "integer", "integer": "string", "boolean": "string", "number": "string"}
    for place, node in schemas(lambda one: isinstance(one.get("type"), str) and one["type"] in other):
        yield shown(place), put(place, "type", other[node["type"]])


def format_dropped() -> Mutated:
    for place, node in schemas(lambda one: one.get("format") in ("uuid", "date-time")):
        yield f"{shown(place)} ({node['format']})", drop(place, "format")


def pattern_loosened() -> Mutated:
    for place, _ in schemas(lambda one: isinstance(one.get("pattern"), str)):
        yield shown(place), put(place, "pattern", "^.*$")


def default_changed() -> Mutated:
    for place, node in schemas(lambda one: "default" in one and not isinstance(one["default"], dict)):
        value = node["default"]
        other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}s"
        yield shown(place), put(place, "default", other)


def choice_added() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("enum"), list)):
        yield shown(place), put(place, "enum", [*node["enum"], "another"])


def choice_removed() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("enum"), list) and len(one["enum"]) > 1):
        for value in node["enum"]:
            yield f"{shown(place)} {value}", put(place, "enum", [one for one in node["enum"] if one != value])


def field_renamed() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("properties"), dict)):
        for name in node["properties"]:
            renamed = {f"{key}_" if key == name else key: value for key, value in node["properties"].items()}
            yield shown((*place, name)), put(place, "properties", renamed)


def field_dropped() -> Mutated:
    for place, node in schemas(lambda one: isinstance(one.get("properties"), dict)):
        for name in node["properties"]:
            if name not in node.get("required", []):
                yield shown((*place, name)), drop((*place, "properties"), name)


MUTATORS: tuple[Callable[[], Mutated], ...] = (
    *(limit_raised, limit_lowered, least_changed, field_optional, field_required, type_widened),
    *(null_refused, type_exchanged, format_dropped, pattern_loosened, default_changed, choice_added),
    *(choice_removed, field_renamed, field_dropped),
)
