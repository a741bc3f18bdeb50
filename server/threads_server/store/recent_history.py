"""The end of a thread, read backward: a turn in a long thread costs no more than its responder needs of it."""

import json
from dataclasses import dataclass, field

from threads_server.store.history import Message
from threads_server.store.transaction import PAGE_BYTES, Transaction, one, page

FIRST_PAGE_ROWS = 2
"""Enough where a responder needs only the message that it answers."""
PAGE_ROWS = 512
"""Rows of each page after the first, or fewer large ones."""
MESSAGE_BYTES = 9
"""Added to the bytes of each message's text, so that short ones count too."""


@dataclass(frozen=True, slots=True)
class RecentHistory:
    """The newest messages of a thread, oldest first, from one of a user on.

    `omitted` is the number of messages before them, `first_user_message` the first of the whole thread.
    """

    messages: list[Message]
    omitted: int
    first_user_message: Message


@dataclass(slots=True)
class _Pages:
    """The messages of a thread in pages, from its end or with `ascending` from its beginning."""

    thread: int
    ascending: bool = False
    ended: bool = field(default=False, init=False)
    """Whether the page that was read last is the last one."""
    _version: int | None = field(default=None, init=False)

    def next(self) -> Transaction[list[Message]]:
        most = FIRST_PAGE_ROWS if self._version is None else PAGE_ROWS
        where, order = ("version > ?", "version") if self.ascending else ("version < ?", "version DESC")
        start = self._version if self._version is not None else -1 if self.ascending else 2**62
        rows = yield from page(
            f"SELECT version, body FROM messages WHERE thread = ? AND {where} ORDER BY {order} LIMIT ?",
            *(self.thread, start, most),
        )
        self.ended = len(rows) < most and sum(len(body.encode()) for _, body in rows) < PAGE_BYTES
        if rows:
            self._version = rows[-1][0]
        return [json.loads(body) for _, body in rows]


def read_recent(thread: int, needed: int, *, one_page: bool = False) -> Transaction[RecentHistory | None]:
    """Read the end of a thread from a user's message on, so that its texts have `needed` bytes.

    With `one_page` it gives None if that takes more than one page.
    """
    messages: list[Message] = []
    pages, size, complete = _Pages(thread), 0, False
    while not complete:
        for message in (yield from pages.next()):
            if size >= needed and messages and messages[-1]["role"] == "user":
                complete = True
                break
            messages.append(message)
            size += len((message["content"] or "").encode()) + MESSAGE_BYTES
        complete = complete or pages.ended
        if one_page and not complete:
            return None
    messages.reverse()
    counted = yield from one("SELECT message_count FROM threads WHERE thread = ?", thread)
    assert counted is not None
    first = yield from _first_user_message(thread, one_page=one_page)
    return None if first is None else RecentHistory(messages, counted[0] - len(messages), first)


def _first_user_message(thread: int, *, one_page: bool) -> Transaction[Message | None]:
    pages = _Pages(thread, ascending=True)
    while not pages.ended:
        for message in (yield from pages.next()):
            if message["role"] == "user":
                return message
        if one_page:
            break
    return None


def find_reply(thread: int, run_id: str) -> Transaction[Message | None]:
    """The newest message of the assistant that a run made."""
    pages = _Pages(thread)
    while not pages.ended:
        for message in (yield from pages.next()):
            if message["role"] == "assistant" and (message["metadata_"] or {}).get("run_id") == run_id:
                return message
    return None
