"""A lie: one small change that makes document, server and client say different things."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Lie:
    """One lie.

    `side` is what lies: document, server or client. `kind` is how, in a few words; `place` is where, so that kind and
    place are its name. `tell` changes the tree that it is given.
    """

    side: str
    kind: str
    place: str
    tell: Callable[[Path], None]

    @property
    def name(self) -> str:
        return f"{self.side}: {self.kind}: {self.place}"


def sample(lies: Iterable[Lie], count: int, seed: int) -> list[Lie]:
    """`count` lies drawn by a seed, so many of each kind that none has more than one more than another."""
    dice = random.Random(seed)
    kinds: defaultdict[tuple[str, str], list[Lie]] = defaultdict(list)
    for lie in lies:
        kinds[lie.side, lie.kind].append(lie)
    for one in kinds.values():
        dice.shuffle(one)
    order = sorted(kinds)
    dice.shuffle(order)
    chosen: list[Lie] = []
    while len(chosen) < count and any(kinds.values()):
        for kind in order:
            if kinds[kind] and len(chosen) < count:
                chosen.append(kinds[kind].pop())
    return chosen
