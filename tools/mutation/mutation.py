"""A lie: one small change that makes document, server and client say different things."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Lie:
    """One lie.

    `side` is what lies: the document, its prose, the server or the client. `kind` is how, in a few words; `place` is
    where, so that kind and place are its name. `tell` changes the tree that it is given.
    """

    side: str
    kind: str
    place: str
    tell: Callable[[Path], None]

    @property
    def name(self) -> str:
        return f"{self.side}: {self.kind}: {self.place}"


def numbered(lies: Iterable[Lie]) -> list[Lie]:
    """The lies with a number behind each name that another had before: names outlive other changes of a file."""
    seen: Counter[str] = Counter()
    found = []
    for lie in lies:
        seen[lie.name] += 1
        count = seen[lie.name]
        found.append(lie if count == 1 else replace(lie, place=f"{lie.place} ({count})"))
    return found


def sample(lies: Iterable[Lie], count: int, seed: int) -> list[Lie]:
    """`count` lies, so many of each kind that none has more than one more than another.

    Which ones depends on the seed and on their names alone, so that a lie that is new or gone changes little.
    """

    def rank(text: str) -> str:
        return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()

    kinds: defaultdict[tuple[str, str], list[Lie]] = defaultdict(list)
    for lie in sorted(lies, key=lambda lie: rank(lie.name), reverse=True):
        kinds[lie.side, lie.kind].append(lie)
    order = sorted(kinds, key=lambda kind: rank(" ".join(kind)))
    chosen: list[Lie] = []
    while len(chosen) < count and any(kinds.values()):
        for kind in order:
            if kinds[kind] and len(chosen) < count:
                chosen.append(kinds[kind].pop())
    return chosen
