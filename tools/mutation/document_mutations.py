"""Lies of the document, found in the document itself: a new operation is lied about too."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tools.mutation import operation_mutations as operation_mutations
from tools.mutation import prose_mutations as sentences
from tools.mutation import schema_mutations as schema_mutations
from tools.mutation.mutation import Mutation
from tools.mutation.places import Edit, Mutated, Node, whole


def document_mutations() -> list[Mutation]:
    """All of them, each kind at every place where it can be told."""
    return lies_of("document", (*schema_mutations.TOLD, *operation_mutations.TOLD))


def prose_mutations() -> list[Mutation]:
    """Those of its sentences alone, which change nothing that a program reads."""
    return lies_of("prose", sentences.TOLD)


def lies_of(side: str, tellers: tuple[Callable[[], Mutated], ...]) -> list[Mutation]:
    return [as_lie(side, apply.__name__.replace("_", " "), place, edit) for apply in tellers for place, edit in apply()]


def as_lie(side: str, kind: str, place: str, edit: Edit) -> Mutation:
    def apply(tree: Path) -> None:
        changed = copy.deepcopy(whole())
        edit(changed)
        write(changed, tree)

    return Mutation(side, kind, place, apply)


def write(changed: Node, tree: Path) -> None:
    text = yaml.dump(changed, Dumper=Plain, sort_keys=False, allow_unicode=True, width=10**6)
    (tree / "openapi.yaml").write_text(text, encoding="utf-8")


class Plain(yaml.SafeDumper):
    """Writes everything out: what is the same object twice is still said twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
