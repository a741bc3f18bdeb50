"""A program that mypy --strict and pyright strict accept: absent fields, ids and narrowed events. Never run."""

from typing import assert_type
from uuid import UUID

from backboard_threads import Backboard, models


def main(backboard: Backboard, thread_id: UUID) -> None:
    thread = backboard.threads.get(thread_id)
    assert_type(thread.title, str | None)
    turn = backboard.messages.send(thread.thread_id, content="Hello")
    if turn.run_id is not None:
        backboard.runs.submit_tool_outputs(thread_id, turn.run_id, tool_outputs=[])
    with backboard.messages.stream(thread_id, content="Hello") as events:
        for event in events:
            if event.type == "content_streaming":
                assert_type(event.content, str)
            match event.type:
                case "run_started":
                    print(event.run_id)
                case _:
                    pass
            match event:
                case models.RunFailedEvent():
                    print(event.error)
                case models.UnknownStreamEvent():
                    assert_type(event.raw_type, str)
                case _:
                    print(event.type)
    thread.title = None
    thread.title = "x"
