"""The end of a thread: whatever fits into a model's context comes with it, as from the whole history."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import httpx
from hypothesis import example, given
from hypothesis import strategies as st

from threads_server.responders import Conversation
from threads_server.responders.chat_request import chat_request, history_bytes
from threads_server.responders.models import Model
from threads_server.store.backends.sqlite_statements import run
from threads_server.store.recent_history import MESSAGE_BYTES, RecentHistory, find_reply, read_recent

ROLES = ("user", "assistant", "tool")


def thread_of(messages: list[dict[str, Any]]) -> sqlite3.Connection:
    """A database with these messages in thread 1, between those of others."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE messages (thread INTEGER, version INTEGER, body TEXT)")
    connection.execute("CREATE TABLE threads (thread INTEGER, message_count INTEGER)")
    connection.execute("INSERT INTO threads VALUES (1, ?)", (len(messages),))
    for version, message in enumerate(messages, 2):
        connection.execute("INSERT INTO messages VALUES (1, ?, ?)", (version, json.dumps(message)))
    other = json.dumps({"role": "user", "content": "another's", "metadata_": None})
    connection.executemany("INSERT INTO messages VALUES (?, ?, ?)", [(0, 1, other), (2, 999_999, other)])
    return connection


def message(role: str, size: int, number: int) -> dict[str, Any]:
    metadata = {"tool_call_id": f"call_{number}", "run_id": f"run_{number}"}
    return {"role": role, "content": "é" * size, "metadata_": metadata, "number": number}


def recent(messages: list[dict[str, Any]], needed: int, **options: bool) -> RecentHistory | None:
    with closing(thread_of(messages)) as connection:
        return run(connection, read_recent(1, needed, **options))


@given(
    st.lists(st.tuples(st.sampled_from(ROLES), st.integers(0, 60)), max_size=60),
    st.integers(1, 2_000),
)
@example([("user", 0)] * 50 + [("assistant", 0)] * 50, 300)
@example([("assistant", 1), *[("user", 60)] * 40], 300)
@example([("assistant", 60)] * 40 + [("user", 60), ("assistant", 60)] * 3, 40)
def test_request_from_the_end_of_a_thread_is_that_from_all_of_it(
    kinds: list[tuple[str, int]], context_size: int
) -> None:
    kinds = [*kinds, ("user", 3)]  # a turn ends with the user's message, or with tool outputs after it
    messages = [message(role, size, number) for number, (role, size) in enumerate(kinds)]
    model = Model(httpx.URL("http://endpoint"), None, "m", (), context_size=context_size)
    needed = history_bytes(model)
    assert needed is not None
    found = recent(messages, needed)
    assert found is not None
    assert found.first_user_message == next(one for one in messages if one["role"] == "user")
    assert [one["number"] for one in found.messages] == list(range(found.omitted, len(messages)))
    whole = chat_request(Conversation(messages, "Be brief."), model, "m")
    conversation = Conversation(found.messages, "Be brief.", omitted_messages=found.omitted)
    request = chat_request(conversation, model, "m")
    if whole.estimated_tokens <= context_size:
        assert request == whole
    else:  # the last turn alone is too long: as much of its end as can fit, at least
        assert (
            needed <= sum(len(one["content"].encode()) + MESSAGE_BYTES for one in found.messages) or not found.omitted
        )
        assert request.omitted_messages >= whole.omitted_messages


def test_nothing_needed_is_the_turn_that_is_answered() -> None:
    messages = [message(role, 10, number) for number, role in enumerate(["user", "assistant"] * 500)]
    found = recent([*messages, message("user", 1, 1000), message("tool", 1, 1001)], 0)
    assert found is not None
    assert [one["number"] for one in found.messages] == [1000, 1001]
    assert found.omitted == 1000


def test_one_page_is_none_where_more_must_be_read() -> None:
    turn = [message("user", 1, 0), message("assistant", 1, 1)]
    assert recent([*turn, message("user", 1, 2)], 0, one_page=True) is not None
    outputs = [message("tool", 1, number) for number in range(3, 9)]
    assert recent([*turn, message("user", 1, 2), *outputs], 0, one_page=True) is None
    openings = [message("assistant", 1, number) for number in range(9)]
    assert recent([*openings, message("user", 1, 9)], 0, one_page=True) is None
    found = recent([*openings, message("user", 1, 9)], 0)
    assert found is not None
    assert found.first_user_message["number"] == 9


def test_reply_of_a_run_is_its_newest() -> None:
    messages = [message("assistant", 1, number) for number in range(100)]
    messages[70]["metadata_"]["run_id"] = messages[20]["metadata_"]["run_id"] = "run_x"
    with closing(thread_of(messages)) as connection:
        found = run(connection, find_reply(1, "run_x"))
        unknown = run(connection, find_reply(1, "run_none"))
    assert found is not None
    assert found["number"] == 70
    assert unknown is None
