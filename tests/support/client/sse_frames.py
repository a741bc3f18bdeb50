"""A reply as a stream of events, and the frames of it."""

import json
from typing import Any

from tests.support.client.scripted_server import Server
from tests.support.client.variants import THREAD_ID, Variant

RUN = "run-1"
USER = {"type": "user_message", "thread_id": THREAD_ID}
STARTED = {"type": "run_started", "thread_id": THREAD_ID, "run_id": RUN}
ENDED = {"type": "run_ended", "thread_id": THREAD_ID, "run_id": RUN, "status": "completed"}
WORDS = ["Héllo", " \u2028wörld", " 😀\u0085", "!"]
TEXT = "".join(WORDS)


def said(text: str, **more: object) -> dict[str, object]:
    return {"type": "content_streaming", "content": text, "thread_id": THREAD_ID, **more}


def frame(event: dict[str, Any], event_id: object = None, *, ascii_only: bool = False) -> bytes:
    line = f"id: {event_id}\n" if event_id is not None else ""
    return f"{line}data: {json.dumps(event, ensure_ascii=ascii_only)}\n\n".encode()


REPLY = [STARTED, *map(said, WORDS), ENDED]
UNNUMBERED = [frame(event) for event in REPLY]
NUMBERED = [frame(event, i) for i, event in enumerate(REPLY, 1)]


async def read_stream(variant: Variant, server: Server, **options: Any) -> tuple[list[Any], Any]:
    """The events of a stream, and the stream after it."""
    opened = variant.client(server, **options).messages.stream(THREAD_ID, content="Who am I?")
    return await variant.read(opened), opened


async def collect(variant: Variant, stream: Any, into: list[Any]) -> None:
    async with variant.within(stream) as opened:
        while (event := await variant.next(opened)) is not None:
            into.append(event)
