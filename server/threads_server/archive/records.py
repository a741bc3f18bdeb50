"""The records of an archive: what a line must look like, checked with the document's own schemas.

Beyond them it is checked what the store relies on: ids in lower case, times in UTC that it can hold, numbers in range,
messages with every field, and a run that fits its thread.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from threads_server.archive.errors import BadArchive
from threads_server.encoding import encode
from threads_server.openapi import Contract
from threads_server.openapi.schemas import compile_schema
from threads_server.openapi.strict_json import NotJson, decode_json
from threads_server.openapi.validation_errors import find_errors
from threads_server.operations.assistant_json import CHANGEABLE, FIXED
from threads_server.runs.message_json import message_text
from threads_server.runs.states import RunState

FORMAT_VERSION = 2
"""Version 1 was written by 0.1.0: it has no first and no last line."""
LINE_LEVELS = 3
"""Levels of arrays and objects around a value that is a whole body in the API."""
MAX_NUMBER = 2**62
"""Greatest version or event number: every database can hold twice as much."""
MAX_TITLE_CHARACTERS = 1000
MAX_METADATA_CHARACTERS = 100_000
"""Both are in light lists, for each thread."""
LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_MESSAGE_FIELDS = list(json.loads(message_text("", "user", "", RunState.COMPLETED, 0, None)))


def milliseconds(timestamp: str) -> int:
    """A time as the store holds it. Raises ValueError for one that is not in UTC, or outside 1970 to 9999."""
    moment = datetime.fromisoformat(timestamp)
    if moment.utcoffset() != timedelta(0):
        raise ValueError("must be in UTC")
    if not EPOCH <= moment <= LAST_MOMENT:
        raise ValueError("must be from 1970 to 9999")
    return round((moment - EPOCH) / timedelta(milliseconds=1))


class RecordReader:
    """Reader of an archive, line by line."""

    def __init__(self) -> None:
        document = Contract.read().document
        self._levels = document.limits.json_levels + LINE_LEVELS
        self._validators = {kind: compile_schema(document, schema) for kind, schema in _schemas().items()}

    def read(self, line: bytes) -> dict[str, Any]:
        """The record on a line. Raises BadArchive."""
        try:
            record = decode_json(line, self._levels)
        except NotJson as error:
            raise BadArchive(f"it is not JSON: {error}") from error
        kind = record.get("kind") if isinstance(record, dict) else None
        validator = self._validators.get(kind) if isinstance(kind, str) else None
        if validator is None:
            raise BadArchive("it is neither an assistant nor a thread")
        for found in find_errors(validator, record, max_nodes=0):
            raise BadArchive(f"{'.'.join(map(str, found['loc']))}: {found['msg']}")
        assert isinstance(record, dict)
        for field, problem in _problems(record):
            raise BadArchive(f"{field}: {problem}")
        return record


def _problems(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Find violations of the rules that no schema expresses: field and problem."""
    if record["kind"] == "assistant":
        yield from _id_problems("assistant.assistant_id", record["assistant"]["assistant_id"])
        yield from _time_problems("assistant.created_at", record["assistant"]["created_at"])
    if record["kind"] != "thread":
        return
    for name in ("thread_id", "assistant_id"):
        yield from _id_problems(name, record[name])
    for name in ("created_at", "updated_at"):
        yield from _time_problems(name, record[name])
    if len(encode(record["metadata_"])) > MAX_METADATA_CHARACTERS:
        yield "metadata_", f"must have at most {MAX_METADATA_CHARACTERS} characters"
    versions = [entry["version"] for entry in record["messages"]]
    if versions != sorted(set(versions)) or (versions and versions[-1] > record["version"]):
        yield "messages", "the versions of its messages do not grow up to the thread's"
    for index, entry in enumerate(record["messages"]):
        yield from _message_problems(f"messages.{index}.message", entry["message"])
    known = set(versions)
    for index, file in enumerate(record["files"]):
        yield from _id_problems(f"files.{index}.document_id", file["document_id"])
        if file["version"] not in known:
            yield f"files.{index}.version", "must be that of a message"
    if record["run"] is not None:
        yield from _run_problems(record["run"], record["messages"])


def _message_problems(field: str, message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _id_problems(f"{field}.message_id", message["message_id"])
    yield from _time_problems(f"{field}.created_at", message["created_at"])
    metadata = message["metadata_"] or {}
    if message["role"] == "tool" and not isinstance(metadata.get("tool_call_id"), str):
        yield f"{field}.metadata_.tool_call_id", "must be a string"
    if not isinstance(metadata.get("run_id", ""), str):
        yield f"{field}.metadata_.run_id", "must be a string"


def _run_problems(run: dict[str, Any], messages: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    yield from _time_problems("run.started_at", run["started_at"])
    calls = [call["id"] for call in run["awaited"]]
    if len(set(calls)) < len(calls):
        yield "run.awaited", "must not have an id twice"
    last = messages[-1] if messages else None
    if last is None or run["asked_at"] != last["version"] or last["message"]["role"] != "assistant":
        yield "run.asked_at", "must be the version of the last message, and that an assistant's"
    elif (last["message"]["metadata_"] or {}).get("run_id") != run["run_id"]:
        yield "run.run_id", "must be that of the last message"


def _id_problems(field: str, identifier: str) -> Iterator[tuple[str, str]]:
    if identifier != identifier.lower():
        yield field, "must be in lower case"


def _time_problems(field: str, timestamp: str) -> Iterator[tuple[str, str]]:
    try:
        milliseconds(timestamp)
    except (ValueError, OverflowError) as error:
        yield field, str(error)


def _schemas() -> dict[str, dict[str, Any]]:
    def text(**more: Any) -> dict[str, Any]:
        return {"type": "string", **more}

    def record(optional: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        return {"type": "object", "required": list(fields), "properties": {**fields, **(optional or {})}}

    def schema(name: str) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{name}"}

    number = {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER}
    count = {"type": "integer", "minimum": 0, "maximum": MAX_NUMBER}
    uuid, moment = text(format="uuid"), text(format="date-time")
    text_or_null = {"type": ["string", "null"]}
    calls = {"type": "array", "minItems": 1, "items": schema("ToolCall")}
    message = {
        "allOf": [
            schema("Message"),
            {
                "type": "object",
                "required": _MESSAGE_FIELDS,
                "properties": {
                    "content": text(),
                    "metadata_": {"type": ["object", "null"], "properties": {"tool_calls": calls}},
                },
            },
        ]
    }
    assistant = {"allOf": [schema("Assistant"), {"type": "object", "required": [*CHANGEABLE, *FIXED]}]}
    file = record(version=number, document_id=uuid, filename=text(), content_type=text(), content=text(pattern=_BASE64))
    run = record(
        run_id=schema("OpaqueId"),
        leg={**number, "maximum": 2**31 - 1},
        settings=record(
            {
                "system_prompt": text_or_null,
                "model_name": text_or_null,
                "json_output": {"type": "boolean"},
                "thinking": {"type": ["object", "null"]},
            }
        ),
        awaited=calls,
        asked_at=number,
        last_event=count,
        started_at=moment,
    )
    return {
        "archive": record(version={"const": FORMAT_VERSION}, account=text()),
        "assistant": record(is_default={"type": "boolean"}, assistant=assistant),
        "thread": record(
            thread_id=uuid,
            assistant_id=uuid,
            created_at=moment,
            updated_at=moment,
            version=number,
            title={**text_or_null, "maxLength": MAX_TITLE_CHARACTERS},
            metadata_={"type": "object"},
            messages={"type": "array", "items": record(version=number, message=message)},
            files={"type": "array", "items": file},
            run={"oneOf": [run, {"type": "null"}]},
        ),
        "end": record(assistants=count, threads=count, sha256=text()),
    }
