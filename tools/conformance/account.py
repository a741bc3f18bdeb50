"""Resources of an account for a read-only run: a thread with messages and a run, if there is one."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tools.conformance.observer import parsed
from tools.resources import NOTHING, Resources

MOST_PAGES = 4
PAGE = 50
MOST_RUNS = 5

Read = Callable[[str, Resources, dict[str, Any]], httpx.Response]


def look_around(read: Read) -> Resources:
    """A thread with a run whose events are still kept; else one with messages; what there is not stays empty.

    The newest thread can be empty and the newest run forgotten, which is no fault: so more than one is looked at.

    Args:
        read: sends an operation that changes nothing.
    """
    assistants = rows(read("listAssistants", NOTHING, {"limit": PAGE}))
    known = next((text(one.get("assistant_id")) for one in assistants), "")
    found, is_found_with_messages, tried = Resources(known, "", ""), False, 0
    for thread in threads(read):
        this = Resources(text(thread.get("assistant_id")) or known, text(thread.get("thread_id")), "")
        messages = [one for one in thread.get("messages") or [] if isinstance(one, dict)]
        has_messages = any(one.get("role") == "user" and one.get("content") for one in messages)
        if not found.thread_id or (has_messages and not is_found_with_messages):
            found, is_found_with_messages = this, has_messages
        for run_id in runs(messages) if tried < MOST_RUNS else ():
            tried += 1
            this = Resources(this.assistant_id, this.thread_id, run_id)
            if read("streamRunEvents", this, {}).status_code == 200:
                return this
    return found


def threads(read: Read) -> Iterator[dict[str, Any]]:
    """The newest threads of the account."""
    for page in range(MOST_PAGES):
        found = rows(read("listThreads", NOTHING, {"skip": page * PAGE, "limit": PAGE}))
        yield from found
        if len(found) < PAGE:
            return


def runs(messages: list[dict[str, Any]]) -> list[str]:
    """The run of the last message that has one, if it is such that a path can name it."""
    for message in reversed(messages):
        bookkeeping = message.get("metadata_")
        run_id = bookkeeping.get("run_id") if isinstance(bookkeeping, dict) else None
        if isinstance(run_id, str) and re.fullmatch(r"[\w-]+", run_id):
            return [run_id]
    return []


def rows(response: httpx.Response) -> list[dict[str, Any]]:
    """The items of a list; none if it is no list."""
    found = parsed(response) if response.status_code == 200 else []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
