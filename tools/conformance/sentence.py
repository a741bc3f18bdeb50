"""How a sentence of the document becomes a question, and the calls that such questions are made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tools.conformance.asker import Asker, call_of, made
from tools.conformance.ledger import NotAsked
from tools.conformance.observer import parsed
from tools.document import operations
from tools.resources import NOTHING, TOOL, Things

Effect = Callable[[Asker], bool]
# sentence of the document, mark, question
EFFECTS: list[tuple[str, str, Effect]] = []


def says(sentence: str, mark: str = "") -> Callable[[Effect], Effect]:
    """The question is whether this sentence of the document is true."""

    def note(effect: Effect) -> Effect:
        EFFECTS.append((sentence, mark, effect))
        return effect

    return note


def ask(asker: Asker, name: str, things: Things | None = None, body: Any = None, query: Any = None) -> Any:
    """The JSON answer of an operation that succeeds."""
    operation = operations()[name]
    response = asker.send(operation, things or NOTHING, body=body, query=query)
    if response.status_code != 200:
        raise AssertionError(f"{name} answers {response.status_code}: {response.text}")
    return parsed(response)


def status(asker: Asker, name: str, things: Things, body: Any = None, **headers: str) -> int:
    operation = operations()[name]
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return asker.send(operation, things, body=body, headers=sent).status_code


def new_assistant(asker: Asker, **fields: Any) -> Things:
    answer = ask(asker, "createAssistant", body={"name": "Guide", **fields})
    return Things(made(answer, "assistant_id"), "", "")


def new_thread(asker: Asker, assistant: Things) -> Things:
    return Things(assistant.assistant_id, made(ask(asker, "createThread", assistant, {}), "thread_id"), "")


def messages(asker: Asker, things: Things) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(asker, "getThread", things)["messages"]
    return found


def waiting(asker: Asker) -> tuple[Things, list[dict[str, Any]]]:
    """A thread whose run waits for a tool, and the call that it waits for."""
    things = new_thread(asker, new_assistant(asker, tools=[TOOL]))
    turn = ask(asker, "sendMessage", things, {"content": '/call get_weather {"city": "Lisbon"}'})
    call = call_of(turn)
    return Things(things.assistant_id, things.thread_id, made(turn, "run_id")), [call]


def finished(turn: dict[str, Any]) -> dict[str, Any]:
    """A turn that asks for nothing more.

    Raises:
        NotAsked: if the assistant asks for a tool once more, as it may.
    """
    if turn.get("status") == "REQUIRES_ACTION":
        raise NotAsked("the assistant asked for a tool once more")
    return turn


def when(text: str) -> datetime:
    """A point in time: written with and without a fraction, times do not sort as texts."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def outputs(calls: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tool_outputs": [{"tool_call_id": call["id"], "output": "18 degrees"} for call in calls]}
