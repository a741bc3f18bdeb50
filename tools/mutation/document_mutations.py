"""Lies of the document, found in the document itself: a new operation is lied about too."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tools.mutation import operation_mutations as operation_lies
from tools.mutation import prose_mutations as sentences
from tools.mutation import schema_mutations as schema_lies
from tools.mutation.mutation import Lie
from tools.mutation.places import Edit, Node, Told, whole


def document_lies() -> list[Lie]:
    """All of them, each kind at every place where it can be told."""
    return lies_of("document", (*schema_lies.TOLD, *operation_lies.TOLD))


def prose_lies() -> list[Lie]:
    """Those of its sentences alone, which change nothing that a program reads."""
    return lies_of("prose", sentences.TOLD)


def lies_of(side: str, tellers: tuple[Callable[[], Told], ...]) -> list[Lie]:
    return [as_lie(side, tell.__name__.replace("_", " "), place, edit) for tell in tellers for place, edit in tell()]


def as_lie(side: str, kind: str, place: str, edit: Edit) -> Lie:
    def tell(tree: Path) -> None:
        changed = copy.deepcopy(whole())
        edit(changed)
        write(changed, tree)

    return Lie(side, kind, place, tell)


def write(changed: Node, tree: Path) -> None:
    text = yaml.dump(changed, Dumper=Plain, sort_keys=False, allow_unicode=True, width=10**6)
    (tree / "openapi.yaml").write_text(text, encoding="utf-8")


class Plain(yaml.SafeDumper):
    """Writes everything out: what is the same object twice is still said twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
