"""Tell the hooks which server is fuzzed, and write down which statuses and links were reached, if a file is named."""

import json
import os
from collections import Counter
from pathlib import Path

import schemathesis
from schemathesis import AuthContext, Case
from schemathesis.cli import EventHandler, ExecutionContext, handler
from schemathesis.core.result import Ok
from schemathesis.engine import events
from schemathesis.generation.stateful.state_machine import Transition

from tests.fuzz import target
from tests.fuzz.cases import operation_of

_IDS = ("assistant_id", "thread_id")


@handler()
class Reached(EventHandler[ExecutionContext]):
    """Counts the answers of each operation, collects the links that were followed, and leaves both in a file.

    A link was followed if the request has all the values that it brings; schemathesis counts one with any of them.
    """

    def __init__(self, *args: object, **params: object) -> None:
        self._links: set[str] = set()
        self._statuses: Counter[tuple[str, int]] = Counter()

    def start(self, ctx: ExecutionContext) -> None:
        target.configure(str(ctx.config.base_url), key=taken_key(ctx.config.headers or {}))

    def handle_event(self, ctx: ExecutionContext, event: events.EngineEvent) -> None:
        if not isinstance(event, events.ScenarioFinished):
            return
        for key, node in event.recorder.cases.items():
            if node.transition is not None and _arrived(node.transition, node.value):
                self._links.add(node.transition.id)
            sent = event.recorder.interactions.get(key)
            # another method than the path declares gives no operation's answer
            if sent is not None and sent.response and sent.request.method == node.value.operation.method.upper():
                self._statuses[operation_of(node.value), sent.response.status_code] += 1

    def shutdown(self, ctx: ExecutionContext) -> None:
        if file := os.environ.get("THREADS_FUZZ_REACHED"):
            statuses = [(*key, count) for key, count in self._statuses.items()]
            Path(file).write_text(json.dumps({"links": [*self._links], "statuses": statuses}), encoding="utf-8")


def taken_key(headers: dict[str, str]) -> str:
    """Take the API key out of the headers of all requests, so that some can come without one."""
    return next((headers.pop(name) for name in list(headers) if name.lower() == "x-api-key"), "")


@schemathesis.auth()
class GivenKey:
    """The key that the command line gave, for every request that is to have one."""

    def get(self, case: Case, ctx: AuthContext) -> str:
        return target.key()

    def set(self, case: Case, data: str, ctx: AuthContext) -> None:
        case.headers["X-API-Key"] = data


def _arrived(transition: Transition, case: Case) -> bool:
    for container, ones in transition.parameters.items():
        sent = getattr(case, container) or {}
        for name, one in ones.items():
            if not isinstance(one.value, Ok) or sent.get(name) != one.value.ok():
                return False
    if transition.request_body is None:
        return True
    value = transition.request_body.value
    body = value.ok() if isinstance(value, Ok) else None
    if not isinstance(body, dict) or not isinstance(case.body, dict):
        return False
    return all(case.body.get(name) == body[name] for name in _IDS if name in body)
