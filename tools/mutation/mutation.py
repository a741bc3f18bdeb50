"""Mutation: one small change after which document, server and client disagree."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change to a copy of the project.

    `side` is what changes: document, prose, server or client. `kind` names the mutator and `place` the location; the
    three make the name. `apply` changes the given tree.
    """

    side: str
    kind: str
    place: str
    apply: Callable[[Path], None]

    @property
    def name(self) -> str:
        return f"{self.side}: {self.kind}: {self.place}"


def numbered(mutations: Iterable[Mutation]) -> list[Mutation]:
    """Number the mutations of equal names, so that names outlive other changes of a file."""
    seen: Counter[str] = Counter()
    found = []
    for mutation in mutations:
        seen[mutation.name] += 1
        count = seen[mutation.name]
        found.append(mutation if count == 1 else replace(mutation, place=f"{mutation.place} ({count})"))
    return found


def sample(mutations: Iterable[Mutation], count: int, seed: int) -> list[Mutation]:
    """Choose `count` mutations, spread evenly over the kinds.

    The choice depends only on the seed and the names, so that a mutation more or less changes little.
    """

    def rank(text: str) -> str:
        return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()

    kinds: defaultdict[tuple[str, str], list[Mutation]] = defaultdict(list)
    for mutation in sorted(mutations, key=lambda mutation: rank(mutation.name), reverse=True):
        kinds[mutation.side, mutation.kind].append(mutation)
    order = sorted(kinds, key=lambda kind: rank(" ".join(kind)))
    chosen: list[Mutation] = []
    while len(chosen) < count and any(kinds.values()):
        for kind in order:
            if kinds[kind] and len(chosen) < count:
                chosen.append(kinds[kind].pop())
    return chosen
