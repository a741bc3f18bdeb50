"""Facts of the document that any response shows."""

import json
from typing import Any

import httpx

from tools import schema_validation as judge
from tools.conformance.results import Results, component, event_schema
from tools.document import Node, Operation, merged, resolve
from tools.resources import JSON

EVENTS = "text/event-stream"
OWN_HEADERS = {"x-request-id", "etag", "idempotency-replayed", "retry-after", "allow"}


class Observer:
    """Record what each response shows: status, headers, media type and fields."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def observe(self, operation: Operation, response: httpx.Response) -> None:
        status = str(response.status_code)
        known = operation.responses.get(status)
        if known is None:
            self._results.does_not(f"{operation.id}: statuses", f"{status} is not documented: {response.text}")
            return
        self._results.holds(f"{operation.id}: statuses")
        name = f"{operation.id}: {status}"
        self._results.holds(name)
        self._observe_headers(name, known, response)
        undocumented = OWN_HEADERS & {*response.headers} - {one.lower() for one in known.get("headers", {})}
        self._results.check(f"{operation.id}: headers", not undocumented, f"{status} has {', '.join(undocumented)}")
        content = known.get("content", {})
        if not content and response.content:
            self._results.does_not(name, "it has a body")
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if media_type not in content:
            for one in content:
                self._results.does_not(f"{name} {one}", f"the answer is {media_type or 'untyped'}")
        elif media_type == EVENTS:
            self._results.holds(f"{name} {media_type}")
            for event in events(response):
                schema = event_schema(event)
                if schema is not None:
                    self._observe_value(schema, event)
        else:
            self._observe_json(f"{name} {media_type}", content[JSON]["schema"], response)

    def _observe_json(self, name: str, schema: Node, response: httpx.Response) -> None:
        value = parsed(response)
        if value is response:
            self._results.does_not(name, f"not JSON: {response.text}")
            return
        self._results.check(name, fits_outside(schema, value), f"a {type(value).__name__}")
        self._observe_value(schema, value)

    def _observe_headers(self, name: str, known: Node, response: httpx.Response) -> None:
        for header, node in known.get("headers", {}).items():
            declared, value = resolve(node), response.headers.get(header)
            if value is None:
                if declared.get("required"):
                    self._results.does_not(f"{name} {header}", "it is not sent")
                continue
            is_number = declared["schema"].get("type") == "integer" and value.isascii() and value.isdecimal()
            found = judge.faults(declared["schema"], int(value) if is_number else value)
            self._results.check(f"{name} {header}", not found, f"{value!r}: {'; '.join(found)}")

    def _observe_value(self, schema: Node, value: Any, name: str = "") -> None:
        """Record whether each field is as documented."""
        if not isinstance(value, dict | list):
            return
        name = component(schema) or name
        schema = merged(schema)
        for choice in (*schema.get("oneOf", []), *schema.get("anyOf", [])):
            if component(choice) or "properties" in merged(choice):
                self._observe_value(choice, value, name)
        for item in value if isinstance(value, list) else ():
            self._observe_value(schema.get("items", {}), item, name)
        if not isinstance(value, dict):
            return
        for key, sub in schema.get("properties", {}).items():
            fact = f"{name}.{key}"
            if key in value:
                fits = fits_outside(sub, value[key])
                self._results.check(fact, fits, "" if fits else f"{json.dumps(value[key])} does not fit")
                self._observe_value(sub, value[key], fact)
            elif key in schema["required"]:
                self._results.does_not(fact, "it is not there")


def fits_outside(schema: Node, value: Any) -> bool:
    """Whether a value fits, apart from its contents, which have their own facts."""
    if isinstance(value, dict | list):
        schema = merged(schema)
        kinds = [one for part in (schema, *schema.get("oneOf", [])) for one in kinds_of(part)]
        return not kinds or ("object" if isinstance(value, dict) else "array") in kinds
    return not judge.faults(schema, value)


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
                except (ValueError, RecursionError):
                    continue
                found += [event] if isinstance(event, dict) else []
    return found


def parsed(response: httpx.Response) -> Any:
    """The JSON of an answer; the response itself if it is none."""
    try:
        return judge.parsed(response.content)
    except (ValueError, RecursionError):
        return response
