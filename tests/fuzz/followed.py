"""Tell the hooks which server is fuzzed, and write down which links the stateful phase followed, if a file is named."""

import json
import os
from pathlib import Path

import schemathesis
from schemathesis import AuthContext, Case
from schemathesis.cli import EventHandler, ExecutionContext, handler
from schemathesis.core.result import Ok
from schemathesis.engine import events
from schemathesis.generation.stateful.state_machine import Transition

from tests.fuzz import target

_IDS = ("assistant_id", "thread_id")


@handler()
class FollowedLinks(EventHandler[ExecutionContext]):
    """Collects the links that were followed and leaves their names in a file at the end.

    A link was followed if the request has all the values that it brings; schemathesis counts one with any of them.
    """

    def __init__(self, *args: object, **params: object) -> None:
        self._names: set[str] = set()

    def start(self, ctx: ExecutionContext) -> None:
        target.configure(str(ctx.config.base_url), key=taken_key(ctx.config.headers or {}))

    def handle_event(self, ctx: ExecutionContext, event: events.EngineEvent) -> None:
        if isinstance(event, events.ScenarioFinished):
            for node in event.recorder.cases.values():
                if node.transition is not None and _arrived(node.transition, node.value):
                    self._names.add(node.transition.id)

    def shutdown(self, ctx: ExecutionContext) -> None:
        if file := os.environ.get("THREADS_FUZZ_LINKS"):
            Path(file).write_text(json.dumps(sorted(self._names)), encoding="utf-8")


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
