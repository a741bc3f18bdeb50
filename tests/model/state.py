"""The data of the model: accounts, assistants, threads, runs, stored responses, and how they are shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = Any
Files = Sequence[tuple[str, bytes]]
"""Names and contents of the files of a message."""

DAY = 24 * 3_600_000
"""Milliseconds for which keys and event logs are stored."""
PREVIEW = 200
LIMIT = 200
NAME = 200
ASSISTANT_FIELDS = (
    *("description", "system_prompt", "tools", "custom_fact_extraction_prompt", "custom_update_memory_prompt"),
    *("embedding_provider", "embedding_model_name", "embedding_dims"),
)
UNUSED_TURN_FIELDS = (
    *("memory_operation_id", "retrieved_memories", "retrieved_files", "reasoning", "input_tokens", "output_tokens"),
    *("total_tokens", "attachments", "voice_records", "system_one", "generated_media", "context_usage"),
)
CANCELLED, COMPLETED, FAILED, WAITING = "CANCELLED", "COMPLETED", "FAILED", "REQUIRES_ACTION"
IN_PROGRESS = "IN_PROGRESS"
RUNS_AT_ONCE = 2
"""Runs that an account may have in progress, and event streams that it may have open."""
STREAMS_AT_ONCE = 3
RATE = 0.5
"""Requests per second and key."""
AGAIN = "/again"
"""A tool output after which the responder asks for another."""
STOPPED = "The server was stopped during the run"
ABANDONED = "The server could not write to its database during the run"


@dataclass(frozen=True)
class Id:
    """A value that the server chooses. `kind` is what it names, or `text` for the part of a reply that a crash left."""

    kind: str
    number: int


@dataclass
class Response:
    """Answer of an operation: a body, or the events of a stream."""

    status: int
    body: Json = None
    etag: int | None = None
    replayed: bool = False
    first: int | None = None
    """The number of its first event, where it is known; the others follow without a gap."""
    after: int = 0
    """All its events have higher numbers: what was sent before a crash."""


class Rejected(Exception):
    """An error response. `names` are what its detail must name."""

    def __init__(self, status: int, *names: Json, retry_after: int = 1) -> None:
        super().__init__(status)
        self.status = status
        self.names = names
        self.retry_after = retry_after


@dataclass
class Run:
    run_id: Id
    state: str = IN_PROGRESS
    calls: list[Json] = field(default_factory=list)
    """Tool calls that it waits for."""
    stream: bool = False
    """Whether its segment is answered with events."""
    events: list[Json] | None = field(default_factory=list)
    """Its events from number 1; None after a crash, which leaves a gap in the numbers."""
    ended_at: int | None = None
    has_log: bool = True
    first: int = 0
    """The place of the first event of its segment."""
    sent: int = 0
    """How many events it had when the server crashed."""
    began_at: int = 0
    """When its segment began: its reply is of that time."""
    started_at: int = 0
    """When its first segment began."""
    segment: int = 1
    system_prompt: str | None = None
    """Of its turn alone, with all segments."""
    response: Response = field(default_factory=lambda: Response(200))
    """The response of its segment, filled when that ends."""

    def exported(self, version: int) -> Json:
        settings = {"system_prompt": self.system_prompt, "model_name": None, "json_output": False, "thinking": None}
        record = {"run_id": self.run_id, "leg": self.segment, "settings": settings if self.system_prompt else {}}
        record |= {"awaited": self.calls, "asked_at": version, "last_event": len(self.events or ())}
        return record | {"started_at": timestamp(self.started_at)}


@dataclass
class Thread:
    thread_id: Id
    assistant: "Assistant"
    created_at: int
    updated_at: int
    messages: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    """Its files as they are exported."""
    runs: dict[Id, Run] = field(default_factory=dict)
    active: Run | None = None

    @property
    def version(self) -> int:
        return 1 + len(self.messages)

    def whole(self) -> Json:
        return self._fields() | {"messages": self.messages}

    def light(self) -> Json:
        first = next((one["content"] for one in self.messages if one["role"] == "user"), "")
        return self._fields() | {
            "messages": [],
            "title": None,
            "first_user_message": first[:PREVIEW] or None,
            "message_count": len(self.messages),
            "updated_at": timestamp(self.updated_at),
        }

    def exported(self) -> Json:
        waiting = self.active if self.active is not None and self.active.state == WAITING else None
        messages = [{"version": version, "message": one} for version, one in enumerate(self.messages, 2)]
        record = self._fields() | {"kind": "thread", "updated_at": timestamp(self.updated_at), "version": self.version}
        record |= {"title": None, "messages": messages, "files": self.files}
        return record | {"run": waiting and waiting.exported(self.version)}

    def _fields(self) -> Json:
        ids = {"thread_id": self.thread_id, "assistant_id": self.assistant.body["assistant_id"]}
        return ids | {"created_at": timestamp(self.created_at), "metadata_": {}}


@dataclass
class Assistant:
    body: Json
    created_at: int


@dataclass
class Stored:
    """A response under an idempotency key; it goes with the thread or assistant that it is about."""

    request: Json
    created_at: int
    response: Response
    about: Thread | Assistant


@dataclass
class Account:
    assistants: list[Assistant] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    stored: dict[str, Stored] = field(default_factory=dict)
    default: Assistant | None = None
    open_streams: int = 0


def timestamp(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def said(content: str, history: list[Json]) -> str:
    """The offline responder's reply to a user message."""
    if content.startswith(("/say ", "/hold ")):
        return content.partition(" ")[2]
    first = next(message["content"] for message in history if message["role"] == "user")
    count = f"{len(history)} message{'s' if len(history) > 1 else ''}"
    return f'I have seen {count} of this thread. You began with: "{first}"'


def page(found: list[Any], skip: int | None, limit: int | None) -> list[Any]:
    """A page of a list, newest first: by time of creation, then by the order in which they were made."""
    if not ((skip or 0) >= 0 and 1 <= (100 if limit is None else limit) <= LIMIT):
        raise Rejected(422)
    newest = sorted(enumerate(found), key=lambda item: (item[1].created_at, item[0]), reverse=True)
    start = skip or 0
    return [one for _, one in newest[start : start + (100 if limit is None else limit)]]


def words(text: str) -> list[str]:
    """A text as the offline responder streams it: word by word, each with the space after it."""
    return re.findall(r"\S+\s*|\s+", text)


def tool_names(tools: Json) -> list[str]:
    return [tool["function"]["name"] for tool in tools or ()]


def passes(passed: list[float], now: float, rate: float) -> bool:
    """Whether, counted from each request that passed, there are fewer than a burst and the rate since allow."""
    return all(len(passed) - number <= max(1.0, rate) + (now - then) * rate - 1 for number, then in enumerate(passed))


def entity_tags(version: int) -> dict[str, str | None]:
    """Values of `If-Match` and `If-None-Match` for a thread of this version, by what they are."""
    right, stale = f'"{version}"', f'"{version - 1}"'
    one_of_two, both_stale = f"{stale}, {right}", f'{stale},"0"'
    tags = {"right": right, "stale": stale, "*": "*", "weak": f"W/{right}", "one of two": one_of_two}
    return {"absent": None, **tags, "neither of two": both_stale}


def names_version(tags: str, version: int, *, weak: bool = False) -> bool:
    """Whether entity tags name a version; weak ones do where `weak` comparison is asked for."""
    every = [tag.strip() for tag in tags.split(",")]
    return tags == "*" or f'"{version}"' in every or (weak and f'W/"{version}"' in every)
