"""The examples of events in the document, compared with the events that the server writes."""

import json
from typing import Any

from threads_server.runs.events import RunEvents
from tools.document import document

VALUES: dict[str, Any] = {name: one["value"] for name, one in document()["components"]["examples"].items()}
THREAD, QUESTION, ANSWER = VALUES["RememberedThread"], *VALUES["RememberedThread"]["messages"]
TURN, WAITING, WEATHER = VALUES["AnsweredTurn"], VALUES["WaitingTurn"], VALUES["WeatherTurn"]
TOKENS = {name: TURN[name] for name in ("input_tokens", "output_tokens", "total_tokens")}
MODEL = {name: TURN[name] for name in ("model_provider", "model_name")}


def shown(*names: str) -> list[tuple[int, str]]:
    frames = [VALUES[f"{name}Frame"] for name in names]
    return [(int(frame["id"]), frame["data"]) for frame in frames]


def text_in(name: str, field: str) -> str:
    return str(json.loads(VALUES[f"{name}Frame"]["data"])[field])


def test_examples_of_the_document_are_the_events_of_one_turn() -> None:
    events = RunEvents(THREAD["thread_id"], TURN["run_id"])
    thought = text_in("Reasoning", "content")
    beginning = [
        events.user_message(TURN["assistant_id"], QUESTION["message_id"], QUESTION["content"], None),
        events.started(),
    ]
    answered = [
        events.reasoning(thought, thought),
        events.reasoning_ended(),
        *events.contents([ANSWER["content"]]),
        events.ended(ANSWER["content"], ANSWER["message_id"], TURN["message"], TOKENS | MODEL),
    ]
    [call] = WAITING["tool_calls"]
    waited = [*events.tool_call(call), events.tools_required([call], TOKENS)]
    used = [
        *events.contents([WEATHER["content"]]),
        events.ended(WEATHER["content"], WEATHER["message_id"], WEATHER["message"], TOKENS | MODEL),
    ]
    assert events.expand(beginning + answered, 1) == shown(
        *("UserMessage", "RunStarted", "Reasoning", "ReasoningEnded", "Content", "RunEnded")
    )
    assert events.expand(waited + used, 3) == shown(
        *("ToolCallStart", "ToolCallReady", "ToolSubmitRequired", "WeatherContent", "WeatherEnded")
    )
    assert events.expand([events.cancelled()], 6) == shown("RunCancelled")
    assert events.expand([events.failed(text_in("RunFailed", "error"))], 3) == shown("RunFailed")
