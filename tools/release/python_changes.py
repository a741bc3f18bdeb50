"""Changes of the Python API between two generated packages: griffe's breaking changes, types and new names.

What counts is what a user can name or gets from what can be named: the package's `__all__`, the models, and the
resources that hang on the clients, which live in modules of no public name.
"""

from collections.abc import Iterator
from pathlib import Path

import griffe

from tools.release.document_changes import Change, Level

Entry = griffe.Object | griffe.Alias


def python_changes(old: Path, new: Path) -> list[Change]:
    """All differences between two packages, the heaviest first."""
    return api_changes(roots(old), roots(new))


def api_changes(before: dict[str, Entry], after: dict[str, Entry]) -> list[Change]:
    """The differences between what `roots` found in two packages."""
    found = {Change(Level.breaking, name, "is no longer there") for name in before.keys() - after.keys()}
    found |= {Change(Level.additive, name, "is new") for name in after.keys() - before.keys()}
    for name in before.keys() & after.keys():
        found |= set(changes(name, before[name], after[name]))
    return sorted(found, reverse=True)


def roots(package: Path) -> dict[str, Entry]:
    """Collect the public objects, by names that do not depend on the module."""
    loaded = griffe.load(package.name, search_paths=[package.parent], allow_inspection=False)
    found: dict[str, Entry] = {str(name): loaded[str(name)] for name in loaded.exports or ()}
    models = loaded["models"].members
    found |= {f"models.{name}": models[name] for name in models if name[0].isupper() and name != "TYPE_CHECKING"}
    for half in ("_sync", "_async"):
        for name, module in loaded[f"{half}.resources"].members.items():
            if not module.is_alias and module.is_module:
                found |= {f"{name}.{key}": one for key, one in module.members.items() if is_own(one)}
    return found


def is_own(entry: Entry) -> bool:
    return not entry.is_alias and entry.is_class and not entry.name.startswith("_")


def changes(name: str, old: Entry, new: Entry) -> Iterator[Change]:
    """The changes of one class, function or value."""
    for breakage in griffe.find_breaking_changes(old, new):
        place = breakage.obj.path.rpartition(old.name)[2]
        yield Change(Level.breaking, name + place, breakage.kind.value + detail(breakage))
    if not (old.is_class and new.is_class):
        return
    before, after = public(old), public(new)
    for key in after.keys() - before.keys():
        yield Change(Level.additive, f"{name}.{key}", "is new")
    for key in before.keys() & after.keys():
        yield from type_changes(f"{name}.{key}", before[key], after[key])


def detail(breakage: griffe.Breakage) -> str:
    values = [str(value).partition("]")[2].strip() or str(value) for value in (breakage.old_value, breakage.new_value)]
    return f": {values[0]}" if breakage.new_value is None else f": {values[0]} -> {values[1]}"


def public(entry: Entry) -> dict[str, Entry]:
    return {key: one for key, one in entry.all_members.items() if not key.startswith("_")}


def type_changes(name: str, old: Entry, new: Entry) -> Iterator[Change]:
    """Changes of annotations: what is given may become narrower, what is taken wider; griffe looks at neither."""
    old, new = resolved(old), resolved(new)
    if isinstance(old, griffe.Attribute) and isinstance(new, griffe.Attribute):
        was, now = choices(old.annotation), choices(new.annotation)
        if was != now:
            yield Change(given(was, now), name, f"{old.annotation} -> {new.annotation}")
    if not (isinstance(old, griffe.Function) and isinstance(new, griffe.Function)):
        return
    was, now = choices(old.returns), choices(new.returns)
    if was != now:
        yield Change(given(was, now), name, f"returns {old.returns} -> {new.returns}")
    known = {parameter.name: parameter for parameter in old.parameters}
    for parameter in new.parameters:
        if parameter.name not in known:
            yield Change(Level.additive, f"{name}({parameter.name})", "is new")
            continue
        was, now = choices(known[parameter.name].annotation), choices(parameter.annotation)
        if was != now:
            level = Level.additive if was < now else Level.breaking
            text = f"{known[parameter.name].annotation} -> {parameter.annotation}"
            yield Change(level, f"{name}({parameter.name})", text)


def given(was: set[str], now: set[str]) -> Level:
    """Rate another type of what is given. Nothing but None is as good as gone."""
    return Level.additive if now < was and now != {"None"} else Level.breaking


def resolved(entry: Entry) -> griffe.Object:
    """The object that an alias stands for."""
    return entry.final_target if isinstance(entry, griffe.Alias) else entry


def choices(annotation: object) -> set[str]:
    """The members of a union, as text; the others are one choice."""
    text, depth, found = str(annotation), 0, [""]
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return {part.strip() for part in found}
