"""Questions about accounts: wrong keys open none, and what is another account's looks like what does not exist."""

import uuid
from collections.abc import Iterator
from functools import partial

from tools.conformance.prober import Prober
from tools.conformance.questions.question import Question
from tools.conformance.results import mark_of
from tools.document import Operation, operations
from tools.resources import IDS, UNKNOWN, How, Resources, fields, names_something


def accounts(operation: Operation) -> Iterator[Question]:
    ask = is_hidden if names_something(operation) else is_not_listed if operation.method == "get" else None
    if ask is not None:
        yield Question(
            operation.id,
            f"{operation.id}: another account",
            "Objects of another account are reported as not found.",
            "",
            partial(ask, operation=operation),
            status=404 if ask is is_hidden else 200,
            for_own_server=True,
        )
    if operation.method == "post":
        yield Question(
            operation.id,
            f"{operation.id}: key of another account",
            "an Idempotency-Key belongs to one account",
            mark_of(operation.node) or "x-extension",
            partial(is_no_replay, operation=operation),
            for_own_server=True,
        )


def is_hidden(prober: Prober, operation: Operation) -> bool:
    """Whether another account is answered as if the resources did not exist, and changes nothing of them.

    Nor does a thread of its own open the run of another, or the other way round.
    """
    other, waiting = prober.other_account(), "tool_outputs" in fields(operation)
    theirs = prober.shared(waiting=waiting)
    before = seen(prober, theirs)
    none, answer = other.send(operation, UNKNOWN), other.send(operation, theirs)
    answers = [none, answer]
    if operation.path.count("{") > 1:
        mine = other.shared(waiting=waiting)
        answers.append(other.send(operation, Resources(mine.assistant_id, mine.thread_id, theirs.run_id)))
        answers.append(other.send(operation, Resources(mine.assistant_id, theirs.thread_id, mine.run_id)))
    return (
        {one.status_code for one in answers} == {404}
        and answer.content == none.content
        and answer.headers.keys() == none.headers.keys()
        and seen(prober, theirs) == before
    )


def seen(prober: Prober, resources: Resources) -> list[str]:
    """Responses that show the owner its resources."""
    return [prober.send(operations()[name], resources).text for name in ("getAssistant", "listAssistantThreads")]


def is_not_listed(prober: Prober, operation: Operation) -> bool:
    accounts = (prober, prober.other_account())
    ids = [[one.shared()[name] for name in IDS] for one in accounts]
    texts = [one.send(operation, UNKNOWN).text for one in reversed(accounts)]
    return not any(one in text for those, text in zip(ids, texts, strict=True) for one in those)


def is_no_replay(prober: Prober, operation: Operation) -> bool:
    how: How = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
    mine, theirs = (
        one.send(operation, one.resources_for(operation), **how) for one in (prober, prober.other_account())
    )
    return (
        (mine.status_code, theirs.status_code) == (200, 200)
        and "Idempotency-Replayed" not in theirs.headers
        and mine.content != theirs.content
    )


def wrong_keys() -> Question:
    def ask(prober: Prober) -> bool:
        resources = prober.shared()
        answers = [
            prober.send(operations()[name], resources, headers={"X-API-Key": key})
            for key in ("", "wrong", f"{prober.key}x", prober.key[:-1])
            for name in ("deleteThread", "getThread")
        ]
        still = prober.send(operations()["getThread"], resources)
        return [one.status_code for one in (*answers, still)] == [401] * len(answers) + [200]

    text = "a key that is empty, wrong, or a valid one with a letter more or less opens nothing"
    return Question("paths", "wrong keys", text, "", ask, status=401, for_own_server=True)
