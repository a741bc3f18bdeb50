"""The client's public API as text, reviewed as a diff: names, signatures, attributes and bases, read from the source.

Async classes are only named, since sync is derived from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe

PACKAGE = "backboard_threads"
Entry = griffe.Object | griffe.Alias


def public_api(packages: Path, client: str) -> str:
    """Return the API of the package in the folder `packages`, whose client is `client`: a name or parameter a line."""
    package = griffe.load(PACKAGE, search_paths=[packages], allow_inspection=False)
    lines = [f"{PACKAGE}:"]
    lines += [f"    {name}" for name in sorted(_offered(package))]
    for name in sorted(_offered(package)):
        if not name.startswith(("Async", "__")):
            lines += _described(name, _target(package[name]))
    for module in sorted(package["_sync.resources"].modules.values(), key=lambda module: module.name):
        for entry in module.classes.values():
            if not entry.name.endswith("WithResponse"):
                lines += _described(f"{client}.{module.name}", entry)
    models = package["models"]
    for name in sorted(_offered(models)):
        lines += _described(f"models.{name}", _target(models[name]))
    return "\n".join(lines) + "\n"


def _offered(module: Entry) -> list[str]:
    exported = module.exports
    assert exported, f"{module.path} has no __all__"
    return [str(name) for name in exported]


def _target(entry: Entry) -> Entry:
    return entry.final_target if isinstance(entry, griffe.Alias) else entry


def _described(path: str, entry: Entry) -> Iterator[str]:
    yield ""
    if isinstance(entry, griffe.Function):
        yield from _signature(path, entry)
    elif isinstance(entry, griffe.Attribute):
        yield f"{path}{_annotation(entry)} = {entry.value}"
    elif isinstance(entry, griffe.Class):
        yield f"class {path}({', '.join(str(base) for base in entry.bases)})"
        for name, member in sorted(_members(entry)):
            yield from (f"    {line}" for line in _member(name, member))


def _members(entry: griffe.Class) -> Iterable[tuple[str, Entry]]:
    """The public members of a class: its own, those it inherits from this package, and its constructor."""
    for name, member in entry.all_members.items():
        if name == "__init__" or not name.startswith("_"):
            yield name, _target(member)


def _member(name: str, member: Entry) -> Iterator[str]:
    if isinstance(member, griffe.Function):
        yield from _signature(name, member)
    elif isinstance(member, griffe.Attribute):
        default = f" = {member.value}" if "class-attribute" in member.labels and member.value else ""
        kind = "property " if "property" in member.labels else ""
        yield f"{kind}{name}{_annotation(member)}{default}"


def _annotation(member: griffe.Attribute) -> str:
    return f": {member.annotation}" if member.annotation else ""


def _signature(name: str, function: griffe.Function) -> Iterator[str]:
    """One line for each parameter, so that a difference is read at a glance."""
    parameters = [parameter for parameter in function.parameters if parameter.name != "self"]
    if not parameters:
        yield f"{name}() -> {function.returns}"
        return
    yield f"{name}("
    keyword_only = False
    for parameter in parameters:
        if parameter.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            keyword_only = True
            yield "    *,"
        annotation = f": {parameter.annotation}" if parameter.annotation else ""
        yield f"    {parameter.name}{annotation}{f' = {parameter.default}' if parameter.default is not None else ''},"
    yield f") -> {function.returns}"
