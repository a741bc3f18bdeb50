"""Prober of a server: one request at a time, spaced, that changes only what it made."""

import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any, Self, Unpack

import httpx

from tools.conformance.account import look_around
from tools.conformance.connection import Connection, Rest
from tools.conformance.observer import EVENTS, Observer, events, parsed
from tools.conformance.results import DOES_NOT, OWN_SERVER_ONLY, NotAsked, Results, mark_of
from tools.document import Operation, operations
from tools.resources import FORM, IDS, JSON, TOOL, UNKNOWN, Caller, How, Resources, example, fields

SAFE = ("GET", "HEAD", "OPTIONS")
# What the questions say in place of an id: it names nothing, so nothing can happen to it.
INVENTED = ("", "no-id", "no such thing", "no", UNKNOWN.assistant_id, UNKNOWN.thread_id)
# The id in a successful answer that is of a new thing. The one-call form's assistant can be another's.
MAKES = {
    "createAssistant": "assistant_id",
    "cloneAssistant": "assistant_id",
    "createThread": "thread_id",
    "sendChatMessage": "thread_id",
}
NO_CREDIT = (402, 403)

Made = tuple[str, str]
"""The name of an id (`thread_id`) and the id of something that was made here."""

Conditions = Mapping[int, Callable[[], AbstractContextManager[Caller]]]
"""By status, a context in which our own server gives it to every request."""


class Prober(Caller):
    """Put the document's questions and record what each response shows.

    Args:
        pause: the seconds between two requests.
        read_only: only ask what changes nothing.
        largest: the largest body to send, in bytes.
        rest: what waits, for tests that do not want to.
        transport: what sends, in place of a new HTTP transport.
        conditions: what brings about the statuses of OWN_SERVER_ONLY.

    Attributes:
        other: a prober of another account that may ask about the resources of this one.
        name: what the names of all assistants begin with that are made here.
        has_written: whether anything was sent that can change something.
        due: what was made for this question and is to be deleted after it.
        kept: what was made for several questions and is deleted at the end.
        is_untidy: whether something could not be deleted so far.
        unsure: assistants that may hold threads whose id we never received.
    """

    def __init__(
        self,
        url: str,
        key: str,
        results: Results,
        *,
        pause: float = 0.25,
        read_only: bool = False,
        largest: int = 200_000,
        rest: Rest = time.sleep,
        transport: httpx.BaseTransport | None = None,
        conditions: Conditions | None = None,
    ) -> None:
        super().__init__(url.rstrip("/"), key, transport)
        self.results = results
        self.read_only = read_only
        self.largest = largest
        self.name = f"Conformance {uuid.uuid4().hex[:12]}"
        self.has_written = False
        self.due: list[Made] = []
        self.kept: list[Made] = []
        self.is_untidy = False
        self.unsure: set[str] = set()
        probe = self.build(operations()["listAssistants"], Resources("", "", ""), query={"limit": 1})
        self.connection = Connection(self._client, probe, pause=pause, rest=rest)
        self._observer = Observer(results)
        self._own: set[Made] = set()
        self._calls: dict[str, str] = {}
        self._shared: dict[bool, Resources] = {}
        self._assistant = ""
        self._conditions = conditions or {}
        self.other: Self | None = None

    def add_other(self, other: Self) -> None:
        """Let a prober of another account ask about the resources of this one."""
        self.other, other._own, other.name = other, self._own, self.name

    def other_account(self) -> Self:
        if self.other is None:
            raise NotAsked("it takes a second account")
        return self.other

    def close(self) -> None:
        super().close()
        if self.other is not None:
            self.other.close()

    def condition(self, status: int) -> AbstractContextManager[Caller]:
        """A caller whose requests are answered with a status."""
        if status not in self._conditions:
            raise NotAsked(OWN_SERVER_ONLY[status])
        return self._conditions[status]()

    def observe(self, operation: Operation, response: httpx.Response) -> httpx.Response:
        """Record what a response shows that was not sent by this prober."""
        self._observer.observe(operation, response)
        return response

    def own(self, name: str, identifier: str) -> None:
        """Remember what was made here and may be changed and deleted.

        An id that is unsafe in a URL path is reported as left over.
        """
        if not re.fullmatch(r"[\w.:~-]*\w", identifier, re.ASCII):
            self.results.leave(f"{name.removesuffix('_id')} {identifier}: no path can name it")
        elif not self.owns(name, identifier):
            self._own.add((name, identifier))
            self.due.append((name, identifier))

    def owns(self, name: str, identifier: str) -> bool:
        return (name, identifier) in self._own

    def signed(self, name: str) -> str:
        """Prefix with this run's name, keeping the length of long names."""
        if not name or name.startswith(self.name):
            return name
        start = f"{self.name} "
        return start + (name[len(start) :] if len(name) > 2 * len(start) else name)

    def send(self, operation: Operation, resources: Resources, **how: Unpack[How]) -> httpx.Response:
        method = how.get("method") or operation.method.upper()
        body = None
        if method != operation.method.upper():
            how["content"] = b""
        elif operation.bodies and how.get("content") is None:
            body = how["body"] = self._finish(operation, resources, how.get("body"))
            how["media_type"] = how.get("media_type") or (usual(operation) if isinstance(body, dict) else JSON)
        elif operation.bodies and not how.get("media_type"):
            self._need_json(operation)
        if method not in SAFE:
            self._guard(operation, resources, body)
            self.has_written = True
            if method != "POST" and resources.assistant_id == self._assistant and "{thread_id}" not in operation.path:
                self._assistant = ""  # the next question has another one, in the state in which it was made
        request = self.build(operation, resources, **how)
        if len(request.content) > self.largest:
            raise NotAsked(f"a body of {len(request.content)} bytes is more than this server was to be asked to read")
        return self._exchange(operation, resources, request, body)

    def resources(self, *, waiting: bool = False) -> Resources:
        """A new thread with a run, which is missing where no responder answers; for a read-only run, existing ones.

        Raises:
            NotAsked: if there is no thread to read, or no run that waits.
        """
        if self.read_only:
            found = self.shared()
            if not found.thread_id:
                raise NotAsked("there is no thread to ask it of")
            return found
        assistant = self._current_assistant()
        resources = Resources(assistant, self._new_thread(assistant), "")
        content = "/call get_weather {}" if waiting else "My name is Ada."
        try:
            turn = parsed(self.send(operations()["sendMessage"], resources, body={"content": content}))
        except NotAsked:
            # Without credit no reply comes, but the thread is still usable.
            turn = {}
        call = call_of(turn) if waiting else None
        run_id = turn.get("run_id") if isinstance(turn, dict) else None
        if not isinstance(run_id, str):
            return resources
        if call is not None:
            self._calls[run_id] = call["id"]
        return Resources(assistant, resources.thread_id, run_id)

    def resources_for(self, operation: Operation) -> Resources:
        """Resources in the state that the operation needs; operations that only read share them."""
        resources = self.shared() if self.read_only or operation.method == "get" else self._needed(operation)
        for name in IDS:
            if f"{{{name}}}" in operation.path and not resources[name]:
                raise NotAsked(f"there is no {name.removesuffix('_id')} to ask it of")
        return resources

    def _needed(self, operation: Operation) -> Resources:
        about = fields(operation) | set(re.findall(r"{(\w+)}", operation.path))
        if about & {"run_id", "tool_outputs"}:
            return super().resources_for(operation)
        assistant = self._current_assistant() if about & {"assistant_id", "thread_id"} else ""
        return Resources(assistant, self._new_thread(assistant) if "thread_id" in about else "", "")

    def fetch(self, path: str, query: dict[str, Any] | None = None) -> httpx.Response:
        """Get a path, whether or not the document has it."""
        return self.connection.deliver(self._client.build_request("GET", path, params=query or {}))

    def shared(self, *, waiting: bool = False) -> Resources:
        """Resources for all questions that change none of them."""
        if waiting not in self._shared:
            with self._keeping():
                self._assistant = ""
                self._shared[waiting] = look_around(self._read) if self.read_only else self.resources(waiting=waiting)
                self._assistant = ""
        return self._shared[waiting]

    @cached_property
    def several(self) -> Resources:
        """The newest of three assistants, which has three threads, for all questions that change none of them."""
        with self._keeping():
            assistant = [self._new_assistant() for _ in range(3)][-1]
            threads = [self._new_thread(assistant) for _ in range(3)]
        return Resources(assistant, threads[-1], "")

    def _current_assistant(self) -> str:
        """The assistant of all questions that do not change it."""
        self._assistant = self._assistant or self._new_assistant()
        return self._assistant

    def _new_assistant(self) -> str:
        with self._keeping():
            return made(self.ask("createAssistant", body={"name": "Guide", "tools": [TOOL]}), "assistant_id")

    def _new_thread(self, assistant: str) -> str:
        return made(self.ask("createThread", Resources(assistant, "", ""), {}), "thread_id")

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Delete what is made meanwhile at the end only."""
        due, self.due = self.due, []
        try:
            yield
        finally:
            self.kept += self.due
            self.due = due

    def _read(self, name: str, resources: Resources, query: dict[str, Any]) -> httpx.Response:
        return self.send(operations()[name], resources, query=query)

    def _finish(self, operation: Operation, resources: Resources, body: Any) -> Any:
        """The body with a name that says whose the assistant is, and with the calls that the run really waits for."""
        body = example(operation, resources) if body is None else body
        if not isinstance(body, dict):
            return body
        if operation.path.startswith("/assistants") and isinstance(body.get("name"), str):
            body = body | {"name": self.signed(body["name"])}
        if resources.run_id in self._calls and isinstance(body.get("tool_outputs"), list):
            body = body | {"tool_outputs": [self._answer(resources, one) for one in body["tool_outputs"]]}
        return body

    def _answer(self, resources: Resources, output: Any) -> Any:
        if isinstance(output, dict) and output.get("tool_call_id") == "call_1":
            return output | {"tool_call_id": self._calls[resources.run_id]}
        return output

    def _need_json(self, operation: Operation) -> None:
        """Refuses what is asked in JSON of an operation that takes none: the hosted API takes forms for a message."""
        fact = self.results.facts.get(takes(operation, JSON))
        if fact is not None and fact.verdict == DOES_NOT:
            raise NotAsked("it is asked in JSON, which the server does not take here")

    def _guard(self, operation: Operation, resources: Resources, body: Any) -> None:
        if self.read_only:
            raise NotAsked("it would change something, and nothing is to be changed")
        said = body if isinstance(body, dict) else {}
        for name in ("assistant_id", "thread_id"):
            is_named = f"{{{name}}}" in operation.path or (body is None and name in fields(operation))
            for value in (said.get(name), resources[name] if is_named else None):
                if isinstance(value, dict | list | None) or value in INVENTED:
                    continue
                if not self.owns(name, str(value)):
                    raise AssertionError(f"{operation.id} of a {name} that was not made here")
        optional = {"thread_id", "assistant_id"} & fields(operation)
        if len(optional) == 2 and said and not optional & said.keys():
            raise NotAsked("it would leave a default assistant behind")

    def _exchange(
        self, operation: Operation, resources: Resources, request: httpx.Request, body: Any
    ) -> httpx.Response:
        def note(response: httpx.Response) -> None:
            if request.method == operation.method.upper():
                self._observer.observe(operation, response)

        is_sure = request.method != "POST"
        try:
            response = self.connection.deliver(request, note)
            is_sure = is_sure or (self._note(operation, request, response) and response.status_code < 500)
        finally:
            if not is_sure:
                named = body.get("assistant_id") if isinstance(body, dict) else None
                self.unsure.add(str(named or resources.assistant_id))
        if response.status_code in NO_CREDIT and "X-API-Key" in request.headers:
            raise NotAsked(f"the account may not: {response.status_code} {response.text}")
        return response

    def _note(self, operation: Operation, request: httpx.Request, response: httpx.Response) -> bool:
        """Remember what a response says was made; return whether it names all of it."""
        name = MAKES.get(operation.id)
        if name is None or not response.is_success or name.encode() in request.content:
            return True
        if response.headers.get("Content-Type", "").startswith(EVENTS):
            found: Any = {key: value for event in events(response) for key, value in event.items()}
        else:
            found = parsed(response)
        if isinstance(found, dict) and isinstance(found.get("assistant"), dict):
            found = found["assistant"]
        one = found.get(name) if isinstance(found, dict) else None
        if not isinstance(one, str) or not one:
            return False
        self.own(name, one)
        if operation.id == "sendChatMessage" and b"assistant_id" not in request.content:
            self.results.leave(f"the assistant of thread {one}, if it was made for it")
        return True


def usual(operation: Operation) -> str | None:
    """Preferred media type: JSON, else form, that is not marked."""
    kinds = [kind for kind, media in operation.bodies.items() if not mark_of(media)]
    return JSON if JSON in kinds else next((kind for kind in kinds if kind == FORM), None)


def takes(operation: Operation, media_type: str) -> str:
    """The name of the fact that an operation takes a media type."""
    return f"{operation.id} takes {media_type}"


def made(answer: Any, name: str) -> str:
    """The id of what was just made."""
    if not isinstance(answer, dict) or not isinstance(answer.get(name), str):
        raise AssertionError(f"an answer names no {name}: {answer}")
    found: str = answer[name]
    return found


def call_of(turn: Any) -> dict[str, Any]:
    """The call that a turn waits for.

    Raises:
        NotAsked: if it waits for none, or for more than the one that the questions are about.
    """
    calls = turn.get("tool_calls") or [] if isinstance(turn, dict) else []
    if not calls or len(calls) > 1 or turn.get("status") != "REQUIRES_ACTION":
        raise NotAsked("the assistant did not ask for the one tool")
    found: dict[str, Any] = calls[0]
    return found
