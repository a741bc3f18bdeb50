"""Mutations of the document, found in the document itself, so that a new operation has them too."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tools.mutation.mutation import Mutation
from tools.mutation.mutators import operation_mutations, schema_mutations
from tools.mutation.mutators import prose_mutations as sentences
from tools.mutation.places import Edit, Mutated, Node, whole

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeDumper
else:
    from yaml import CSafeDumper as SafeDumper  # the same, several times faster


def document_mutations() -> list[Mutation]:
    """Every kind at every place that it applies to."""
    return mutations_of("document", (*schema_mutations.MUTATORS, *operation_mutations.MUTATORS))


def prose_mutations() -> list[Mutation]:
    """Mutations of sentences only, which no program reads."""
    return mutations_of("prose", sentences.MUTATORS)


def mutations_of(side: str, mutators: tuple[Callable[[], Mutated], ...]) -> list[Mutation]:
    return [as_mutation(side, one.__name__.replace("_", " "), place, edit) for one in mutators for place, edit in one()]


def as_mutation(side: str, kind: str, place: str, edit: Edit) -> Mutation:
    def apply(tree: Path) -> None:
        changed = copy.deepcopy(whole())
        edit(changed)
        write(changed, tree)

    return Mutation(side, kind, place, apply)


def write(changed: Node, tree: Path) -> None:
    text = yaml.dump(changed, Dumper=Plain, sort_keys=False, allow_unicode=True, width=10**6)
    (tree / "openapi.yaml").write_text(text, encoding="utf-8")


class Plain(SafeDumper):
    """Write repeated objects out instead of as aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
