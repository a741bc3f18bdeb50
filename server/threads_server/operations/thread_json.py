"""Threads as they are sent (openapi.yaml, Thread).

The store gives the messages of a thread as one text, their stored JSON joined by commas, and it is sent as it is:
row by row, a GET of 20 messages costs 28 µs more (docs/decisions.md).
"""

from collections.abc import Sequence

from threads_server.clock import format_timestamp
from threads_server.encoding import encode
from threads_server.store.threads import LightThreadRow, ThreadHead, WholeThreadRow


def new_thread_json(thread_id: str, assistant_id: str, created_at: int) -> str:
    """A thread without messages."""
    return thread_json(WholeThreadRow(thread_id, assistant_id, created_at, "{}", None))


def thread_json(row: WholeThreadRow) -> str:
    """A thread with its messages."""
    return f"{opening(row)}{row.messages or ''}{closing(row)}"


def listed_thread_json(head: ThreadHead, messages: Sequence[str]) -> str:
    """A thread with these messages."""
    return f"{opening(head)}{','.join(messages)}{closing(head)}"


def opening(row: WholeThreadRow | ThreadHead) -> str:
    """The JSON of a thread up to its messages."""
    return f'{_first_fields(row)}"messages":['


def closing(row: WholeThreadRow | ThreadHead) -> str:
    """The JSON of a thread after its messages."""
    return f'],"metadata_":{row.metadata}}}'


def light_thread_json(row: LightThreadRow) -> str:
    """A thread of a list without messages."""
    return (
        f'{_first_fields(row)}"messages":[],"metadata_":{row.metadata},"title":{encode(row.title)},'
        f'"first_user_message":{encode(row.first_user_message)},"message_count":{row.message_count},'
        f'"updated_at":"{format_timestamp(row.updated_at)}"}}'
    )


def _first_fields(row: WholeThreadRow | LightThreadRow | ThreadHead) -> str:
    return (
        f'{{"thread_id":"{row.thread_id}","assistant_id":"{row.assistant_id}",'
        f'"created_at":"{format_timestamp(row.created_at)}",'
    )
