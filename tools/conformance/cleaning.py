"""Deleting what was made, as patiently as asking, and telling what stays."""

from collections.abc import Iterable

import httpx

from tools.conformance.account import rows, text
from tools.conformance.asker import Asker, Made
from tools.conformance.ledger import NotAsked
from tools.document import operations
from tools.resources import NOTHING, Things

ENOUGH_FAILURES = 3
MOST_PAGES = 25
PAGE = 200


def tidy(asker: Asker) -> None:
    """Deletes what was made for the last question. Once something stays, all else waits for `clean`."""
    if asker.connection.is_over or asker.is_untidy:
        return
    find_lost_threads(asker)
    asker.is_untidy = any(delete(asker, one) for one in in_order(asker.due))
    if not asker.is_untidy:
        asker.due.clear()


def clean(asker: Asker) -> None:
    """Deletes all that was made and is still there. The ledger notes what is left behind, and why.

    Whoever stops this too is told of all that it had not come to.
    """
    left = dict.fromkeys([*asker.kept, *asker.due], "not tried")
    try:
        find_lost_threads(asker)
        left |= dict.fromkeys(asker.due, "not tried")
        failed = 0
        for one in in_order(left):
            if failed < ENOUGH_FAILURES:
                left[one] = delete(asker, one)
                failed = failed + 1 if left[one] else 0
        # An answer that was lost has named nothing; but what was made bears this run's name.
        for one in signed_assistants(asker) if asker.has_written else ():
            asker.own(*one)
            if asker.owns(*one):
                left[one] = delete(asker, one) or "it is said to be deleted"
        for one, reason in left.items():
            left[one] = "" if reason and is_gone(asker, one) else reason
    except (NotAsked, KeyboardInterrupt) as error:
        reason = str(error) or "the cleaning was interrupted"
        asker.ledger.leave(f"assistants whose names begin with {asker.name}, if there are any: {reason}")
    for one, reason in left.items():
        if reason:
            asker.ledger.leave(f"{kind_of(one)} {one[1]}: {reason}")


def in_order(things: Iterable[Made]) -> list[Made]:
    """Threads before their assistants."""
    return sorted(things, key=lambda one: kind_of(one) == "assistant")


def kind_of(one: Made) -> str:
    return one[0].removesuffix("_id")


def delete(asker: Asker, one: Made) -> str:
    """Deletes one thing. Returns why it is still there; empty if it is not."""
    try:
        response = send(asker, f"delete{kind_of(one).capitalize()}", Things(one[1], one[1], ""))
    except NotAsked as error:
        return str(error)
    return "" if response.is_success or response.status_code in (404, 410) else f"the answer is {response.status_code}"


def is_gone(asker: Asker, one: Made) -> bool:
    try:
        response = send(asker, f"get{kind_of(one).capitalize()}", Things(one[1], one[1], ""))
    except NotAsked:
        return False
    return response.status_code in (404, 410)


def find_lost_threads(asker: Asker) -> None:
    """Adds what was made under assistants of ours by requests whose answers were lost."""
    while asker.unsure:
        assistant = asker.unsure.pop()
        if not asker.owns("assistant_id", assistant):
            continue
        try:
            found = rows(send(asker, "listAssistantThreads", Things(assistant, "", ""), {"limit": PAGE}))
        except NotAsked:
            return
        for thread in found:
            asker.own("thread_id", text(thread.get("thread_id")))


def signed_assistants(asker: Asker) -> list[Made]:
    """Those with this run's name that are still listed."""
    found: dict[Made, bool] = {}
    for page in range(MOST_PAGES):
        response = send(asker, "listAssistants", NOTHING, {"skip": page * PAGE, "limit": PAGE})
        if response.status_code != 200:
            raise NotAsked(f"the list of assistants is answered {response.status_code}")
        listed = rows(response)
        for one in listed:
            found["assistant_id", text(one.get("assistant_id"))] = text(one.get("name")).startswith(asker.name)
        if len(listed) < PAGE:
            break
    return [one for one, is_ours in found.items() if is_ours]


def send(asker: Asker, name: str, things: Things, query: dict[str, int] | None = None) -> httpx.Response:
    """An answer that says something, after as many tries as it takes within reason."""
    return asker.connection.deliver(asker.build(operations()[name], things, query=query), is_cleaning=True)
