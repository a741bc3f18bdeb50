"""A whole run against a server, from the first question to the last deletion."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tools.conformance.cleaning import clean, tidy
from tools.conformance.connection import Rest
from tools.conformance.prober import Conditions, Prober
from tools.conformance.questions.all_questions import all_questions
from tools.conformance.questions.question import Question
from tools.conformance.report import Report
from tools.conformance.results import DOES_NOT, Fact, NotAsked, Results, documented
from tools.conformance.secret import Secret
from tools.document import operations

INTERRUPTED = "the questions were interrupted"


class Unreachable(Exception):
    """No server responds at the address."""


class KeyRefused(Exception):
    """The server does not take the key."""


@dataclass(frozen=True, slots=True)
class Found:
    """The facts and the three reports."""

    results: Results
    requests: int
    text: str
    json: str
    junit: str

    def faults(self, *, strict: bool) -> list[Fact]:
        """The facts that do not hold; without `strict` those only that bear no mark."""
        return [fact for fact in self.results.those(DOES_NOT) if strict or not fact.mark]


def run(
    url: str,
    key: str,
    *,
    pause: float = 0.25,
    read_only: bool = False,
    own_server: bool = False,
    largest: int = 200_000,
    rest: Rest = time.sleep,
    show: Callable[[int, int], object] | None = None,
    transport: httpx.BaseTransport | None = None,
    other_key: str | None = None,
    conditions: Conditions | None = None,
) -> Found:
    """Put all questions and delete what was made. An interrupted run reports what it has.

    `own_server` asks what is for an own server only, too; `other_key` opens another account there.
    `show` is given the number of each question before it is put, and of all.

    Raises:
        Unreachable: if there is no server, or none of this API.
        KeyRefused: if it does not take the key.
    """
    results = documented(Secret(key))
    questions = list(all_questions())
    for one in questions:
        results.add(one.name, one.text, one.mark, subject=one.subject)
    prober = Prober(
        *(url, key, results),
        pause=pause,
        read_only=read_only,
        largest=largest,
        rest=rest,
        transport=transport,
        conditions=conditions,
    )
    if other_key is not None:
        prober.add_other(Prober(url, other_key, results, pause=pause, largest=largest, rest=rest))
    try:
        greet(prober)
        for number, one in enumerate(questions, 1):
            if show is not None:
                show(number, len(questions))
            put(prober, one, own_server=own_server)
    except KeyboardInterrupt:
        results.interrupt(INTERRUPTED)
    finally:
        clean(prober)
        prober.close()
    report = Report(results, results.redacted(url), prober.connection.requests)
    return Found(results, prober.connection.requests, report.as_text(), report.as_json(), report.as_junit())


def greet(prober: Prober) -> None:
    """Check that a server of this API takes the key."""
    url = prober.results.redacted(prober.url)
    try:
        response = prober.fetch(operations()["listThreads"].path, {"limit": 1})
    except NotAsked as error:
        raise Unreachable(f"{url} cannot be reached: {error}") from None
    if response.status_code == 401:
        raise KeyRefused(f"{url} does not take the key")
    if response.status_code != 200 or "json" not in response.headers.get("Content-Type", ""):
        raise Unreachable(
            f"{url} is no such server: GET /threads is answered {response.status_code}; "
            "the address has to end with the base path, such as /api"
        )


def put(prober: Prober, one: Question, *, own_server: bool = False) -> None:
    """Put one question, and delete what it needed."""
    try:
        if one.for_own_server and not own_server:
            raise NotAsked("asked only under --own-server")
        answer = one.ask(prober)
        if answer is not None:
            prober.results.check(one.name, answer, one.no)
    except NotAsked as error:
        prober.results.not_asked(one.name, str(error))
    except AssertionError as error:
        prober.results.not_asked(one.name, f"what it needs failed: {error}")
    except Exception as error:
        # Whatever an answer is made of: the next question is asked, and what was made is deleted.
        prober.results.does_not(one.name, f"an answer has another shape: {error!r}")
    tidy(prober)
