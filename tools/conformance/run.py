"""One conversation with a server, from the first question to the last thing deleted."""

import time
from dataclasses import dataclass

from tools.conformance.asker import Asker
from tools.conformance.cleaning import clean, tidy
from tools.conformance.connection import Rest
from tools.conformance.effects import said
from tools.conformance.ledger import DOES_NOT, Fact, Ledger, NotAsked, documented
from tools.conformance.limits import limits
from tools.conformance.questions import Question, implied
from tools.conformance.report import Report
from tools.conformance.secret import Secret
from tools.document import operations

INTERRUPTED = "the questions were interrupted"


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


def run(
    url: str,
    key: str,
    *,
    pause: float = 0.25,
    read_only: bool = False,
    largest: int = 200_000,
    rest: Rest = time.sleep,
) -> Found:
    """Asks everything, and deletes what it made. Whoever interrupts it gets the report of what was asked until then.

    Raises:
        Unreachable: if there is no server, or none of this API.
        KeyRefused: if it does not take the key.
    """
    ledger = documented(Secret(key))
    questions = [*implied(), *limits(), *said()]
    for one in questions:
        ledger.add(one.name, one.text, one.mark, subject=one.subject)
    asker = Asker(url, key, ledger, pause=pause, read_only=read_only, largest=largest, rest=rest)
    try:
        greet(asker)
        for one in questions:
            put(asker, one)
    except KeyboardInterrupt:
        ledger.interrupt(INTERRUPTED)
    finally:
        clean(asker)
        asker.close()
    report = Report(ledger, ledger.told(url), asker.connection.requests)
    return Found(ledger, asker.connection.requests, report.as_text(), report.as_json(), report.as_junit())


def greet(asker: Asker) -> None:
    """Sees whether there is a server of this API that takes the key."""
    url = asker.ledger.told(asker.url)
    try:
        response = asker.fetch(operations()["listThreads"].path, {"limit": 1})
    except NotAsked as error:
        raise Unreachable(f"{url} cannot be reached: {error}") from None
    if response.status_code == 401:
        raise KeyRefused(f"{url} does not take the key")
    if response.status_code != 200 or "json" not in response.headers.get("Content-Type", ""):
        raise Unreachable(f"{url} is no such server: GET /threads is answered {response.status_code}")


def put(asker: Asker, one: Question) -> None:
    """Puts one question, and deletes what it took to ask it."""
    try:
        answer = one.ask(asker)
        if answer is not None:
            asker.ledger.check(one.name, answer, one.no)
    except NotAsked as error:
        asker.ledger.not_asked(one.name, str(error))
    except AssertionError as error:
        asker.ledger.not_asked(one.name, f"what it needs failed: {error}")
    except Exception as error:
        # Whatever an answer is made of: the next question is asked, and what was made is deleted.
        asker.ledger.does_not(one.name, f"an answer has another shape: {error!r}")
    tidy(asker)
