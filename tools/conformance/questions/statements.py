"""Questions about statements of the document, each under a short name, and the calls they share."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tools.conformance.observer import parsed
from tools.conformance.prober import Prober, call_of, made
from tools.conformance.questions.question import Question
from tools.conformance.results import SENTENCES, NotAsked
from tools.document import operations
from tools.resources import NOTHING, TOOL, Resources

Effect = Callable[[Prober], bool]
STATEMENTS: list[Question] = []
GAP = " … "
"""Stands between the sentences that one question is about."""


def says(*sentences: str, mark: str = "", name: str = "") -> Callable[[Effect], Effect]:
    """Register a question under its function's name: whether these sentences of the document are true."""

    def note(effect: Effect) -> Effect:
        STATEMENTS.append(Question(SENTENCES, name or effect.__name__, GAP.join(sentences), mark, effect))
        return effect

    return note


def ask(prober: Prober, name: str, resources: Resources | None = None, body: Any = None, query: Any = None) -> Any:
    """The JSON answer of an operation that succeeds."""
    operation = operations()[name]
    response = prober.send(operation, resources or NOTHING, body=body, query=query)
    if response.status_code != 200:
        raise AssertionError(f"{name} answers {response.status_code}: {response.text}")
    return parsed(response)


def status(prober: Prober, name: str, resources: Resources, body: Any = None, **headers: str) -> int:
    operation = operations()[name]
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return prober.send(operation, resources, body=body, headers=sent).status_code


def new_assistant(prober: Prober, **fields: Any) -> Resources:
    answer = ask(prober, "createAssistant", body={"name": "Guide", **fields})
    return Resources(made(answer, "assistant_id"), "", "")


def new_thread(prober: Prober, assistant: Resources) -> Resources:
    return Resources(assistant.assistant_id, made(ask(prober, "createThread", assistant, {}), "thread_id"), "")


def messages(prober: Prober, resources: Resources) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(prober, "getThread", resources)["messages"]
    return found


def waiting(prober: Prober) -> tuple[Resources, list[dict[str, Any]]]:
    """A thread whose run waits for a tool, and the call that it waits for."""
    resources = new_thread(prober, new_assistant(prober, tools=[TOOL]))
    turn = ask(prober, "sendMessage", resources, {"content": '/call get_weather {"city": "Lisbon"}'})
    call = call_of(turn)
    return Resources(resources.assistant_id, resources.thread_id, made(turn, "run_id")), [call]


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
