"""What holds each sentence of the document: `docs/evidence/` read, beside the sentences that the document has."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tools.document import METHODS, ROOT, Node, document

FOLDER = ROOT / "docs" / "evidence"

# What a sentence that only names a thing has for evidence: there is nothing in it that could be untrue.
NAME = "a name"
# What no such sentence has: a number, an exception, an exclusion.
CLAIM = re.compile(
    r"\d|\b(?:not|no|none|nothing|never|always|only|every|each|unless|without|cannot|must|alone)\b", re.I
)


class Sentence(NamedTuple):
    """One sentence and where it stands, such as `deleteThread` or `schemas/Thread.title`."""

    place: str
    text: str


def written() -> Iterator[Sentence]:
    """Every sentence of the document: its titles, summaries and descriptions, those of the examples included."""
    for place, node in texts(document(), ()):
        for key in ("title", "summary", "description"):
            if isinstance(node.get(key), str):
                for sentence in sentences(node[key]):
                    yield Sentence(short(place), sentence)


def texts(node: object, place: tuple[str, ...], names_fields: bool = False) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every object below that is no data: values of examples, defaults and enums are passed over."""
    if isinstance(node, dict):
        if not names_fields:
            yield place, node
        for key, value in node.items():
            if names_fields or key not in ("value", "example", "default", "enum", "const"):
                yield from texts(value, (*place, str(key)), key == "properties" and not names_fields)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from texts(value, (*place, str(index)))


def short(place: tuple[str, ...]) -> str:
    """How a place is called: operations by their id, properties as `Schema.field`, no `components` in front."""
    if place[:1] == ("components",):
        kind, name, *rest = place[1:]
        field = rest[rest.index("properties") + 1 :] if "properties" in rest else []
        return "/".join([kind, ".".join([name, *field])])
    if place[:1] == ("paths",) and len(place) > 2 and place[2] in METHODS:
        operation = document()["paths"][place[1]][place[2]]
        inner = [part for part in place[3:] if part not in ("content", "schema", "responses")]
        return " ".join([operation["operationId"], *inner])
    if place[:1] == ("tags",):
        return "tags/" + document()["tags"][int(place[1])]["name"]
    return "/".join(place)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each on one line; headings and the points of a list stand by themselves."""
    blocks = re.split(r"\n\s*\n|\n(?=- )", text)
    joined = (" ".join(re.sub(r"^(- |#+ )", "", block).split()) for block in blocks)
    return [one for block in joined for one in re.split(r"(?<=[.!?]) (?=[A-Z`*])", block) if one]


@cache
def evidence() -> dict[Sentence, tuple[str, ...]]:
    """What `docs/evidence/` names for each sentence.

    Raises:
        ValueError: a line that is no heading, sentence, evidence or text of the introduction, or a sentence twice.
    """
    found: dict[Sentence, list[str]] = {}
    for path in sorted(FOLDER.glob("*.md")):
        place = ""
        sentence: Sentence | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("## "):
                place, sentence = line[3:], None
            elif line.startswith("- "):
                sentence = Sentence(place, line[2:])
                if sentence in found:
                    raise ValueError(f"{path.name}:{number}: stands twice: {line}")
                found[sentence] = []
            elif line.startswith("  - ") and sentence is not None:
                found[sentence].append(line[4:].strip("`"))
            elif line and place:
                raise ValueError(f"{path.name}:{number}: neither a heading, a sentence nor evidence: {line}")
    return {sentence: tuple(names) for sentence, names in found.items()}


@cache
def functions(path: str) -> frozenset[str]:
    """The names of the functions of a file of this project, those in classes included."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


@cache
def sections() -> frozenset[str]:
    """The numbers of the sections of `docs/hosted-api.md`."""
    text = (ROOT / "docs" / "hosted-api.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"(?m)^#+ (\d+(?:\.\d+)*)", text))
