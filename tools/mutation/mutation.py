"""A lie: one small change that makes document, server and client say different things."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One lie.

    `side` is what lies: the document, its prose, the server or the client. `kind` is how, in a few words; `place` is
    where, so that kind and place are its name. `apply` changes the tree that it is given.
    """

    side: str
    kind: str
    place: str
    apply: Callable[[Path], None]

    @property
    def name(self) -> str:
        return f"{self.side}: {self.kind}: {self.place}"


def numbered(mutations: Iterable[Mutation]) -> list[Mutation]:
    """The lies with a number behind each name that another had before: names outlive other changes of a file."""
    seen: Counter[str] = Counter()
    found = []
    for mutation in mutations:
        seen[mutation.name] += 1
        count = seen[mutation.name]
        found.append(mutation if count == 1 else replace(mutation, place=f"{mutation.place} ({count})"))
    return found


def sample(mutations: Iterable[Mutation], count: int, seed: int) -> list[Mutation]:
    """`count` lies, so many of each kind that none has more than one more than another.

    Which ones depends on the seed and on their names alone, so that a lie that is new or gone changes little.
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
