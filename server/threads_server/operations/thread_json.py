"""Threads as they are sent (openapi.yaml, Thread).

The store gives the messages of a thread as one text, their stored JSON joined by commas, and it is sent as it is:
row by row, a GET of 20 messages costs 28 µs more (docs/decisions.md).
"""

from collections import deque

from threads_server.clock import format_timestamp
from threads_server.encoding import encode
from threads_server.store.threads import LightThreadRow, WholeThreadRow

PIECE_CHARACTERS = 64 * 1024
"""Messages that are encoded together have about so many, unless one alone has more."""


def new_thread_json(thread_id: str, assistant_id: str, created_at: int) -> str:
    """A thread without messages."""
    return thread_json(WholeThreadRow(thread_id, assistant_id, created_at, "{}", None))


def thread_json(row: WholeThreadRow) -> str:
    """A thread with its messages."""
    return f'{_opening(row)}"messages":[{row.messages or ""}],"metadata_":{row.metadata}}}'


def thread_pieces(row: WholeThreadRow, messages: list[str]) -> deque[bytes]:
    """A thread with its messages, encoded in pieces. Empties `messages`, so that nothing is in memory twice."""
    pieces = deque([f'{_opening(row)}"messages":['.encode()])
    messages.reverse()
    texts: list[str] = []
    size = 0
    while messages:
        texts.append(messages.pop())
        size += len(texts[-1])
        if size >= PIECE_CHARACTERS or not messages:
            pieces.append(f"{','.join(texts)}{',' if messages else ''}".encode())
            texts, size = [], 0
    pieces.append(f'],"metadata_":{row.metadata}}}'.encode())
    return pieces


def light_thread_json(row: LightThreadRow) -> str:
    """A thread of a list without messages."""
    return (
        f'{_opening(row)}"messages":[],"metadata_":{row.metadata},"title":{encode(row.title)},'
        f'"first_user_message":{encode(row.first_user_message)},"message_count":{row.message_count},'
        f'"updated_at":"{format_timestamp(row.updated_at)}"}}'
    )


def _opening(row: WholeThreadRow | LightThreadRow) -> str:
    return (
        f'{{"thread_id":"{row.thread_id}","assistant_id":"{row.assistant_id}",'
        f'"created_at":"{format_timestamp(row.created_at)}",'
    )
