"""Lies of the templates and of the table of names: what they drop, turn round or mix up."""

import re
from functools import partial
from pathlib import Path

import yaml

from tests.drift.lie import ROOT, Lie

TEMPLATES = ROOT / "generator" / "templates"
NAMES = Path("generator") / "names.yaml"


def template_lies() -> list[Lie]:
    found: list[Lie] = []
    for path in sorted(TEMPLATES.glob("*.jinja")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        for number, line in enumerate(text.splitlines()):
            if is_code(line):
                place = f"{name} {line.strip()[:70]}"
                found.append(Lie("client", "template line dropped", place, partial(without_line, name, number)))
            for match in re.finditer(r"{% (?:el)?if (.+?) %}", line):
                place = f"{name} not: {match[1][:60]}"
                found.append(Lie("client", "template condition turned", place, partial(turned, name, number, match[1])))
    return [*found, *name_lies()]


def is_code(line: str) -> bool:
    """Whether a line of a template writes code that depends on the document."""
    return "{{" in line and not line.lstrip().startswith(('"""', "#", "{#", "{%", "from ", "import "))


def without_line(path: Path, number: int, tree: Path) -> None:
    lines = (tree / path).read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[number]
    (tree / path).write_text("".join(lines), encoding="utf-8")


def turned(path: Path, number: int, condition: str, tree: Path) -> None:
    lines = (tree / path).read_text(encoding="utf-8").splitlines(keepends=True)
    lines[number] = lines[number].replace(f"if {condition} %}}", f"if not ({condition}) %}}", 1)
    (tree / path).write_text("".join(lines), encoding="utf-8")


def name_lies() -> list[Lie]:
    """Two operations exchange their methods; a twin is forgotten."""
    names = yaml.safe_load((ROOT / NAMES).read_text(encoding="utf-8"))["operations"]
    found = []
    for one, other in zip(list(names), list(names)[1:], strict=False):
        if names[one]["resource"] == names[other]["resource"] and "method" in names[one] and "method" in names[other]:
            found.append(Lie("client", "methods exchanged", f"{one} and {other}", partial(exchange, one, other)))
    for one, entry in names.items():
        for twin in ("iterate", "stream"):
            if twin in entry:
                found.append(Lie("client", "twin forgotten", f"{one} {twin}", partial(forget, one, twin)))
    return found


def exchange(one: str, other: str, tree: Path) -> None:
    names = yaml.safe_load((tree / NAMES).read_text(encoding="utf-8"))
    entries = names["operations"]
    entries[one]["method"], entries[other]["method"] = entries[other]["method"], entries[one]["method"]
    (tree / NAMES).write_text(yaml.safe_dump(names, sort_keys=False), encoding="utf-8")


def forget(one: str, twin: str, tree: Path) -> None:
    names = yaml.safe_load((tree / NAMES).read_text(encoding="utf-8"))
    del names["operations"][one][twin]
    (tree / NAMES).write_text(yaml.safe_dump(names, sort_keys=False), encoding="utf-8")
