"""Unions of objects without a discriminator, told apart by their required fields."""

from __future__ import annotations

from openapi_python_client.parser.properties import ModelProperty

from ..text import literal


def reader_by_fields(models: list[ModelProperty], prefix: str) -> str | None:
    """Return the expression that reads one of several models by their required fields; None if these do not decide.

    Models with more required fields are tried first; each must require a field that no later one has.
    """
    found = []
    for model in sorted(models, key=lambda one: -len(one.required_properties or [])):
        required = [prop.name.get_untrusted_value() for prop in model.required_properties or []]
        optional = [prop.name.get_untrusted_value() for prop in model.optional_properties or []]
        found.append((str(model.class_info.name), required, {*required, *optional}))
    for number, (_, required, _) in enumerate(found):
        if any(set(required) <= later for _, _, later in found[number + 1 :]):
            return None
    if len(found) == 1:
        return f"{prefix}{found[0][0]}.from_dict"
    options = ", ".join(
        f"({{{', '.join(map(literal, required))}}}, {prefix}{name}.from_dict)"
        if required
        else f"(set(), {prefix}{name}.from_dict)"
        for name, required, _ in found
    )
    return f"lambda value: by_fields(value, {options})"
