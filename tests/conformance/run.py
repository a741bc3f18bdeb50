"""One conversation with a server, from the first question to the last thing deleted."""

from dataclasses import dataclass

import httpx

from tests.conformance.asker import Asker
from tests.conformance.effects import ask_effects
from tests.conformance.ledger import DOES_NOT, Fact, Ledger, documented
from tests.conformance.questions import ask_all
from tests.conformance.report import as_json, as_junit, as_text
from tests.contract.document import operations


class Unreachable(Exception):
    """Nobody answers at that address."""


class KeyRefused(Exception):
    """The key opens nothing there."""


@dataclass(frozen=True, slots=True)
class Found:
    """The facts and the three reports."""

    ledger: Ledger
    requests: int
    text: str
    json: str
    junit: str

    def faults(self, *, strict: bool) -> list[Fact]:
        """The facts that do not hold; without `strict` those only that bear no mark."""
        return [fact for fact in self.ledger.those(DOES_NOT) if strict or not fact.mark]


def run(url: str, key: str, *, pause: float = 0.25, read_only: bool = False, largest: int = 200_000) -> Found:
    """Asks everything, and deletes what it made even when it is interrupted.

    Raises:
        Unreachable: if there is no server, or none of this API.
        KeyRefused: if it does not take the key.
    """
    ledger = documented()
    asker = Asker(url, key, ledger, pause=pause, read_only=read_only, largest=largest)
    left: list[str] = []
    try:
        greet(asker)
        ask_all(asker)
        ask_effects(asker)
    finally:
        left = asker.clean()
        asker.close()
    text = as_text(ledger, url) + f"\n{asker.requests} requests" + "".join(f"\nleft behind: {one}" for one in left)
    return Found(ledger, asker.requests, text, as_json(ledger, url), as_junit(ledger, url))


def greet(asker: Asker) -> None:
    try:
        response = asker.fetch(operations()["listThreads"].path)
    except httpx.HTTPError as error:
        raise Unreachable(f"{asker.url} cannot be reached: {error or type(error).__name__}") from None
    if response.status_code == 401:
        raise KeyRefused(f"{asker.url} does not take the key")
    if response.status_code != 200 or "json" not in response.headers.get("Content-Type", ""):
        raise Unreachable(f"{asker.url} is no such server: GET /threads is answered {response.status_code}")
