"""Deletion of what was made, with a report of what stays."""

from collections.abc import Iterable

import httpx

from tools.conformance.account import rows, text
from tools.conformance.prober import Made, Prober
from tools.conformance.results import NotAsked
from tools.document import operations
from tools.resources import NOTHING, Resources

ENOUGH_FAILURES = 3
MOST_PAGES = 25
PAGE = 200


def tidy(prober: Prober) -> None:
    """Delete what was made for the last question. Once something stays, the rest waits for `clean`."""
    if prober.other is not None:
        tidy(prober.other)
    if prober.connection.is_over or prober.is_untidy:
        return
    find_lost_threads(prober)
    prober.is_untidy = any(delete(prober, one) for one in in_order(prober.due))
    if not prober.is_untidy:
        prober.due.clear()


def clean(prober: Prober) -> None:
    """Delete everything made that still exists; record what is left behind, and why.

    If this is interrupted, what was not tried is recorded as left behind.
    """
    if prober.other is not None:
        clean(prober.other)
    left = dict.fromkeys([*prober.kept, *prober.due], "not tried")
    try:
        find_lost_threads(prober)
        left |= dict.fromkeys(prober.due, "not tried")
        failed = 0
        for one in in_order(left):
            if failed < ENOUGH_FAILURES:
                left[one] = delete(prober, one)
                failed = failed + 1 if left[one] else 0
        # An answer that was lost has named nothing; but what was made bears this run's name.
        for one in signed_assistants(prober) if prober.has_written else ():
            prober.own(*one)
            if prober.owns(*one):
                left[one] = delete(prober, one) or "it is said to be deleted"
        for one, reason in left.items():
            left[one] = "" if reason and is_gone(prober, one) else reason
    except (NotAsked, KeyboardInterrupt) as error:
        reason = str(error) or "the cleaning was interrupted"
        prober.results.leave(f"assistants whose names begin with {prober.name}, if there are any: {reason}")
    for one, reason in left.items():
        if reason:
            prober.results.leave(f"{kind_of(one)} {one[1]}: {reason}")


def in_order(resources: Iterable[Made]) -> list[Made]:
    """Threads before their assistants."""
    return sorted(resources, key=lambda one: kind_of(one) == "assistant")


def kind_of(one: Made) -> str:
    return one[0].removesuffix("_id")


def delete(prober: Prober, one: Made) -> str:
    """Delete one resource; return why it still exists, or an empty text."""
    try:
        response = send(prober, f"delete{kind_of(one).capitalize()}", Resources(one[1], one[1], ""))
    except NotAsked as error:
        return str(error)
    return "" if response.is_success or response.status_code in (404, 410) else f"the answer is {response.status_code}"


def is_gone(prober: Prober, one: Made) -> bool:
    try:
        response = send(prober, f"get{kind_of(one).capitalize()}", Resources(one[1], one[1], ""))
    except NotAsked:
        return False
    return response.status_code in (404, 410)


def find_lost_threads(prober: Prober) -> None:
    """Add what requests whose responses were lost made under assistants of this run."""
    while prober.unsure:
        assistant = prober.unsure.pop()
        if not prober.owns("assistant_id", assistant):
            continue
        try:
            found = rows(send(prober, "listAssistantThreads", Resources(assistant, "", ""), {"limit": PAGE}))
        except NotAsked:
            return
        for thread in found:
            prober.own("thread_id", text(thread.get("thread_id")))


def signed_assistants(prober: Prober) -> list[Made]:
    """Assistants with this run's name that are still listed."""
    found: dict[Made, bool] = {}
    for page in range(MOST_PAGES):
        response = send(prober, "listAssistants", NOTHING, {"skip": page * PAGE, "limit": PAGE})
        if response.status_code != 200:
            raise NotAsked(f"the list of assistants is answered {response.status_code}")
        listed = rows(response)
        for one in listed:
            found["assistant_id", text(one.get("assistant_id"))] = text(one.get("name")).startswith(prober.name)
        if len(listed) < PAGE:
            break
    return [one for one, is_ours in found.items() if is_ours]


def send(prober: Prober, name: str, resources: Resources, query: dict[str, int] | None = None) -> httpx.Response:
    """Response that is no passing failure, after a bounded number of tries."""
    return prober.connection.deliver(prober.build(operations()[name], resources, query=query), is_cleaning=True)
