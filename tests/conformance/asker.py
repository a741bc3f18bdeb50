"""Someone who asks a server politely: one request at a time, spaced, never touching what is not their own."""

import json
import time
import uuid
from typing import Any

import httpx

from tests.conformance.ledger import Ledger, NotAsked, component, event_schema
from tests.contract.document import Node, Operation, operations, resolve
from tests.properties.drawing import merged
from tests.properties.judge import faults
from tests.walks.caller import IDS, JSON, UNKNOWN, Caller, Things, fields

SAFE = ("GET", "HEAD", "OPTIONS")
EVENTS = "text/event-stream"
LONGEST_WAIT = 60


class Asker(Caller):
    """Puts the document's questions and notes in the ledger what each answer shows.

    Args:
        pause: the seconds between two requests.
        read_only: only ask what changes nothing.
        largest: the largest body to send, in bytes.
    """

    def __init__(
        self,
        url: str,
        key: str,
        ledger: Ledger,
        *,
        pause: float = 0.25,
        read_only: bool = False,
        largest: int = 200_000,
    ) -> None:
        super().__init__(url.rstrip("/"), key)
        self.ledger = ledger
        self.read_only = read_only
        self.requests = 0
        self._pause = pause
        self.largest = largest
        self._made: set[str] = set()
        self._shared: Things | None = None

    def send(self, operation: Operation, things: Things, **how: Any) -> httpx.Response:
        method = how.get("method") or operation.method.upper()
        if method not in SAFE:
            self._guard(operation, things, how.get("body"))
        if len(how.get("content") or b"") > self.largest:
            raise NotAsked(f"a body of {len(how['content'])} bytes is more than this server was to be asked to read")
        response = self._patiently(operation, things, how)
        if response.status_code == 200 and method == "POST":
            self._note(response)
        if method == operation.method.upper():
            self._observe(operation, response)
        return response

    def things(self, *, waiting: bool = False) -> Things:
        if not self.read_only:
            return super().things(waiting=waiting)
        return self._to_read()

    def things_for(self, operation: Operation) -> Things:
        """Things in the state in which the operation succeeds; what only reads can share them."""
        return self._to_read() if operation.method == "get" else super().things_for(operation)

    def _to_read(self) -> Things:
        if self._shared is None:
            self._shared = self._look_around() if self.read_only else super().things()
        if not self._shared.thread_id:
            raise NotAsked("the account has no thread to read")
        return self._shared

    def _look_around(self) -> Things:
        """Something that is already there, for questions that change nothing."""
        threads = self.ask("listThreads")
        assistants = self.ask("listAssistants")
        thread = threads[0] if threads else {}
        runs = [(message.get("metadata_") or {}).get("run_id") for message in thread.get("messages", [])]
        assistant = thread.get("assistant_id") or (assistants[0]["assistant_id"] if assistants else "")
        return Things(assistant, thread.get("thread_id", ""), next(filter(None, reversed(runs)), UNKNOWN.run_id))

    def fetch(self, path: str) -> httpx.Response:
        """What is at a path, whether or not the document knows it."""
        time.sleep(self._pause)
        self.requests += 1
        return self._client.get(path)

    def clean(self) -> list[str]:
        """Deletes what was made. Returns what could not be deleted."""
        left = []
        for kind in ("thread", "assistant"):
            operation = operations()[f"delete{kind.capitalize()}"]
            for one in sorted(self._made):
                label, _, identifier = one.partition(" ")
                if label != f"{kind}_id":
                    continue
                try:
                    response = super().send(operation, Things(identifier, identifier, ""))
                except httpx.HTTPError as error:
                    left.append(f"{kind} {identifier}: {type(error).__name__}")
                    continue
                if response.status_code not in (200, 404):
                    left.append(f"{kind} {identifier}: {response.status_code}")
        return left

    def _guard(self, operation: Operation, things: Things, body: Any) -> None:
        if self.read_only:
            raise NotAsked("it would change something, and nothing is to be changed")
        body = body if isinstance(body, dict) else {}
        for name in IDS:
            said = body.get(name, things[name] if f"{{{name}}}" in operation.path else "")
            if (
                is_uuid(said)
                and said not in (UNKNOWN.assistant_id, UNKNOWN.thread_id)
                and f"{name} {said}" not in self._made
            ):
                raise AssertionError(f"{operation.id} of a {name} that was not made here")
        optional = {"thread_id", "assistant_id"} & fields(operation)
        if len(optional) == 2 and body and not optional & body.keys():
            raise NotAsked("it would leave a default assistant behind")

    def _patiently(self, operation: Operation, things: Things, how: dict[str, Any]) -> httpx.Response:
        for _ in range(3):
            time.sleep(self._pause)
            self.requests += 1
            try:
                response = super().send(operation, things, **how)
            except httpx.HTTPError as error:
                raise NotAsked(f"no answer came: {type(error).__name__}") from None
            if response.status_code != 429:
                return response
            self._observe(operation, response)
            time.sleep(min(float(response.headers.get("Retry-After", "5")), LONGEST_WAIT))
        raise NotAsked("the server says that there were too many requests")

    def _note(self, response: httpx.Response) -> None:
        """Remembers what was made here, and so may be changed and deleted."""
        if response.headers.get("Content-Type", "").startswith(EVENTS):
            found: Any = {name: value for event in events(response) for name, value in event.items()}
        else:
            found = parsed(response)
        for one in (found, found.get("assistant") if isinstance(found, dict) else None):
            if isinstance(one, dict):
                # A thread of the one-call form has an assistant that may be another's: only its thread is ours.
                self._made |= {f"{name} {one[name]}" for name in IDS if one.get(name) and is_own(response, name)}

    def _observe(self, operation: Operation, response: httpx.Response) -> None:
        status = str(response.status_code)
        known = operation.responses.get(status)
        self.ledger.check(
            f"{operation.id}: statuses", known is not None, f"{status} is not documented: {response.text[:200]}"
        )
        if known is None:
            return
        self.ledger.holds(f"{operation.id}: {status}")
        self._observe_headers(f"{operation.id}: {status}", known, response)
        content = known.get("content", {})
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if not content or not response.content:
            return
        if media_type not in content:
            for one in content:
                self.ledger.does_not(f"{operation.id}: {status} {one}", f"the answer is {media_type or 'untyped'}")
            return
        self.ledger.holds(f"{operation.id}: {status} {media_type}")
        if media_type == EVENTS:
            for event in events(response):
                schema = event_schema(event)
                if schema is not None:
                    self.observe_value(schema, event)
            return
        value = parsed(response)
        if value is response:
            self.ledger.does_not(f"{operation.id}: {status} {media_type}", f"not JSON: {response.text[:80]}")
        else:
            wrong = [] if fits_outside(content[JSON]["schema"], value) else [f"a {type(value).__name__}"]
            self.ledger.check(f"{operation.id}: {status} {media_type}", not wrong, "".join(wrong))
            self.observe_value(content[JSON]["schema"], value)

    def _observe_headers(self, name: str, known: Node, response: httpx.Response) -> None:
        for header, node in known.get("headers", {}).items():
            declared, value = resolve(node), response.headers.get(header)
            if value is None:
                if declared.get("required"):
                    self.ledger.does_not(f"{name} {header}", "it is not sent")
                continue
            typed = int(value) if declared["schema"].get("type") == "integer" and value.isdigit() else value
            found = faults(declared["schema"], typed)
            self.ledger.check(f"{name} {header}", not found, f"{value!r}: {'; '.join(found)}")

    def observe_value(self, schema: Node, value: Any, name: str = "") -> None:
        """Notes of each field whether it is as documented."""
        name = component(schema) or name
        schema = merged(schema)
        for choice in (*schema.get("oneOf", []), *schema.get("anyOf", [])):
            if value is not None and (component(choice) or "properties" in merged(choice)):
                self.observe_value(choice, value, name)
        for item in value if isinstance(value, list) else ():
            self.observe_value(schema.get("items", {}), item, name)
        if not isinstance(value, dict):
            return
        for key, sub in schema.get("properties", {}).items():
            fact = f"{name}.{key}"
            if key not in value:
                if key in schema["required"]:
                    self.ledger.does_not(fact, "it is not there")
                continue
            self.ledger.check(fact, fits_outside(sub, value[key]), f"{json.dumps(value[key])[:80]} does not fit")
            self.observe_value(sub, value[key], fact)


def fits_outside(schema: Node, value: Any) -> bool:
    """Whether a value fits apart from what is inside it, which has facts of its own."""
    if isinstance(value, dict | list):
        schema = merged(schema)
        kinds = [one for part in (schema, *schema.get("oneOf", [])) for one in kinds_of(part)]
        return not kinds or ("object" if isinstance(value, dict) else "array") in kinds
    return not faults(schema, value)


def kinds_of(schema: Node) -> list[str]:
    kinds = merged(schema).get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def events(response: httpx.Response) -> list[dict[str, Any]]:
    """The events of a stream, read by the framing of docs/hosted-api.md §7.4."""
    found = []
    for block in response.text.split("\n\n"):
        for line in block.split("\n"):
            if line.startswith("data: "):
                try:
                    event = json.loads(line.removeprefix("data: "))
                except ValueError:
                    continue
                found += [event] if isinstance(event, dict) else []
    return found


def parsed(response: httpx.Response) -> Any:
    """The JSON of an answer; the response itself if it is none."""
    try:
        return response.json()
    except ValueError:
        return response


def is_uuid(text: object) -> bool:
    try:
        return str(uuid.UUID(str(text))) == str(text).lower()
    except ValueError:
        return False


def is_own(response: httpx.Response, name: str) -> bool:
    """Whether an id in an answer is of something that this request made."""
    path = response.request.url.path.rstrip("/")
    if name == "assistant_id":
        return path.endswith(("/assistants", "/clone"))
    return True
