"""Mutations of the templates and of methods.yaml."""

import ast
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

from generator.client.names import read_names
from generator.document.document import Document
from tools.document import document
from tools.mutation.mutation import ROOT, Mutation
from tools.mutation.mutators.app_mutations import replace

TEMPLATES = ROOT / "generator" / "templates"
NAMES = Path("generator") / "methods.yaml"
CLIENT = ROOT / "generated" / "backboard_threads"


def template_mutations() -> list[Mutation]:
    found: list[Mutation] = []
    for path in sorted(TEMPLATES.glob("*.jinja")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        for number, line in enumerate(text.splitlines()):
            if is_code(line):
                place = f"{name} {line.strip()[:70]}"
                found.append(Mutation("client", "template line dropped", place, partial(without_line, name, number)))
            for match in re.finditer(r"{% (?:el)?if (.+?) %}", line):
                place = f"{name} not: {match[1][:60]}"
                found.append(
                    Mutation("client", "template condition turned", place, partial(turned, name, number, match[1]))
                )
    return [*found, *name_mutations(), *unsent_arguments(), *ignored_fields()]


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


def name_mutations() -> list[Mutation]:
    """Exchange the methods of two operations; drop an `iterate` or `stream` method."""
    text = json.dumps(document()).encode()  # the generator takes ten times as long to read YAML
    names = read_names(Document(text)).operations
    found = []
    for one, other in zip(list(names), list(names)[1:], strict=False):
        if names[one].resource == names[other].resource and names[one].method and names[other].method:
            exceptions = {one: {"method": names[other].method}, other: {"method": names[one].method}}
            found.append(Mutation("client", "methods exchanged", f"{one} and {other}", partial(except_, exceptions)))
    for one, entry in names.items():
        for twin in ("iterate", "stream"):
            if getattr(entry, twin):
                found.append(
                    Mutation("client", "twin forgotten", f"{one} {twin}", partial(except_, {one: {twin: None}}))
                )
    return found


def except_(exceptions: dict[str, dict[str, str | None]], tree: Path) -> None:
    """Add exceptions to the names of a tree."""
    names = yaml.safe_load((tree / NAMES).read_text(encoding="utf-8"))
    for identifier, exception in exceptions.items():
        names["operations"].setdefault(identifier, {}).update(exception)
    (tree / NAMES).write_text(yaml.safe_dump(names, sort_keys=False), encoding="utf-8")


def unsent_arguments() -> list[Mutation]:
    """Accept an argument without sending it."""
    one = "if argument.place == place]"
    found = []
    for constant, wire in arguments():
        text = one.replace("]", f" and (self.constant, argument.wire) != ({constant!r}, {wire!r})]")
        apply = partial(replace, Path("generator") / "client" / "methods.py", one, text)
        found.append(Mutation("client", "parameter not sent", f"{constant} {wire}", apply))
    return found


def arguments() -> dict[tuple[str, str], None]:
    """Constant of each operation with the wire names of what its methods send besides the path."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted((CLIENT / "_async" / "resources").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("self._call", "self._iterate", "self._stream"):
                # the operation may stand behind a class, or in a call: `checked(self._client, SEND_MESSAGE, …)`
                names = [name.id for one in node.args for name in ast.walk(one) if isinstance(name, ast.Name)]
                constant = next(name for name in names if name.isupper() and name != "STREAMING")
                for keyword in node.keywords:
                    if keyword.arg == "idempotency_key":
                        found[constant, "Idempotency-Key"] = None
                    elif isinstance(keyword.value, ast.Dict):
                        for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                            if isinstance(key, ast.Constant) and not isinstance(value, ast.Constant):
                                found[constant, str(key.value)] = None
    return found


def ignored_fields() -> list[Mutation]:
    """Skip a field of a model when reading or writing."""
    path = TEMPLATES.relative_to(ROOT) / "model.py.jinja"
    unread = "        self.{{ field.attribute }} = UNSET"
    reading = 'read(field) | trim("\\n")'
    found = []
    for model, wire in fields():
        condition = f"(page.name, field.wire) == ({model!r}, {wire!r})"
        for call, instead, verb in ((reading, unread, "read"), ("write(field)", "", "written")):
            old = f"{{{{ {call} }}}}"
            text = f"{{% if {condition} %}}\n{instead}\n{{% else %}}\n{old}\n{{% endif %}}"
            place = f"{model}.{wire} is not {verb}"
            found.append(Mutation("client", "field ignored", place, partial(replace, path, old, text)))
    return found


def fields() -> Iterator[tuple[str, str]]:
    """Each model of the client with the wire name of each field."""
    for path in sorted((CLIENT / "models").glob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
        for node in body:
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_ABSENT":
                yield from ((classes[0], str(one.value)) for one in ast.walk(node) if isinstance(one, ast.Constant))
