"""One question to a server, and the comparison of two ways to ask."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.conformance.prober import Prober
from tools.conformance.results import NotAsked
from tools.schema_validation import same

Ask = Callable[[Prober], bool | None]


@dataclass(frozen=True, slots=True)
class Question:
    """Question about one fact.

    Attributes:
        subject: the operation or the path that it is about.
        name: the key of the fact: `createThread: 404`, `history`.
        text: what the document says of it.
        ask: asks it: whether the fact holds, None if the results know already.
        no: what a no means.
        status: the status of the operation that it is about; None if it is about another fact.
        for_own_server: whether it is for our own server only, since it could do harm in a stranger's account.
    """

    subject: str
    name: str
    text: str
    mark: str
    ask: Ask
    no: str = "it is not so"
    status: int | None = None
    for_own_server: bool = False


def agrees(one: Callable[[], Any], other: Callable[[], Any]) -> bool:
    """Whether two ways to ask give the same answer.

    Raises:
        NotAsked: if they do not, and somebody else changes what is asked of.
    """
    before = one()
    if same(before, other()):
        return True
    if not same(before, one()):
        raise NotAsked("somebody else changes the account meanwhile")
    return False
