"""The whole public API in one program, which annotates its functions only: mypy and pyright infer the rest."""

import asyncio
import logging
import pickle
import sys
from datetime import datetime
from typing import Any, assert_type

from backboard_threads import (
    UNSET,
    Answer,
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    ASGITransport,
    AsyncASGITransport,
    AsyncBackboard,
    AsyncEventStream,
    AsyncPaginator,
    AuthenticationError,
    Backboard,
    BadRequestError,
    ConflictError,
    DecodeError,
    EventStream,
    FieldError,
    File,
    Files,
    NotFoundError,
    NotModifiedError,
    Paginator,
    PreconditionFailedError,
    RateLimitError,
    Recovery,
    Reply,
    Retry,
    RunFailedError,
    ServerError,
    StreamInterrupted,
    Timeout,
    UnprocessableEntityError,
    Unset,
    __version__,
    models,
)

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def describe(event: models.StreamEvent) -> str:
    match event:
        case models.ContentStreamingEvent():
            return f"+{event.content}"
        case models.ToolSubmitRequiredEvent():
            return ", ".join(call.function.name for call in event.tool_calls)
        case models.RunEndedEvent():
            return f"end {event.status}"
        case _:
            return event.type


def note(retry: Retry) -> None:
    logging.info("attempt %d failed, again in %.1f s", retry.attempt, retry.seconds)


def play(address: str, key: str) -> list[str]:
    told = []
    options = Timeout(30, connect=5)
    with Backboard(api_key=key, base_url=address, timeout=options, deadline=60, headers={"X-Team": "a"}) as backboard:
        assistant = backboard.assistants.create(name="Guide", system_prompt="Be brief.", tools=[WEATHER])
        told.append(assistant.name.upper())
        assistant = backboard.assistants.update(assistant.assistant_id, name="Guide 2")
        copied = backboard.assistants.clone(assistant.assistant_id, name=Unset.UNSET, timeout=UNSET)
        told.append(copied.assistant.name)
        thread = backboard.threads.create(assistant.assistant_id)
        turn = backboard.messages.send(
            thread.thread_id, content="/say Hello Ada.", files=[("a.txt", b"a")], metadata={"a": [1]}, timeout=20
        )
        if turn.content is not None:
            told.append(turn.content.strip())
        with backboard.messages.stream(thread.thread_id, content="/say Once more") as events:
            for event in events:
                told.append(describe(event))
        told.append(events.text.strip())
        with backboard.messages.stream(thread.thread_id, content="/say and on") as events:
            told.extend(piece.strip() for piece in events.deltas())
        with backboard.messages.chat_stream(thread_id=thread.thread_id, content="/call weather {}") as events:
            reply = events.reply()
        if isinstance(reply.end, models.ToolSubmitRequiredEvent) and reply.thread_id and reply.run_id:
            outputs = [{"tool_call_id": call.id, "output": "mild"} for call in reply.end.tool_calls]
            done = backboard.runs.submit_tool_outputs(reply.thread_id, reply.run_id, tool_outputs=outputs)
            told.append(done.run_id)
            with backboard.runs.events(reply.thread_id, reply.run_id, last_event_id=events.last_event_id or "0") as log:
                told.append(str(len(list(log))))
            assert_type(backboard.runs.cancel(reply.thread_id, reply.run_id).cancelled, bool)
        answer = backboard.threads.with_response.get(thread.thread_id)
        assert_type(answer, Answer[models.Thread])
        told.append(answer.headers["etag"])
        for message in answer.value.messages or ():
            told.append(f"{message.role.value} {message.created_at:%Y}")
            assert_type(message.created_at, datetime)
        try:
            backboard.threads.get(thread.thread_id, if_none_match=answer.headers["etag"])
        except NotModifiedError as error:
            told.append(str(error.status_code))
        for listed in backboard.threads.iterate(limit=1):
            told.append(str(listed.thread_id == thread.thread_id))
        told.extend(a.name for page in backboard.assistants.iterate(limit=1).pages() for a in page)
        told.append(str(len(backboard.threads.list_for_assistant(assistant.assistant_id, skip=0, limit=5))))
        try:
            backboard.with_options(max_retries=0).threads.list(limit=999)
        except UnprocessableEntityError as error:
            told.extend(str(fault) for fault in error.errors)
        told.append(str(backboard.request("GET", "/health").value["status"]))
        backboard.threads.delete(thread.thread_id)
        try:
            backboard.threads.get(thread.thread_id)
        except NotFoundError as error:
            told.append(error.detail)
        twin = pickle.loads(pickle.dumps(models.Thread.from_dict(answer.value.to_dict())))
        told.append(str(twin == answer.value))
        backboard.assistants.delete(assistant.assistant_id)
    return told


def answer_tools(address: str, key: str) -> list[str]:
    told = [__version__]
    with Backboard(api_key=key, base_url=address) as backboard:
        assistant = backboard.assistants.create(name="Weather", tools=[WEATHER])
        told.append(backboard.assistants.get(assistant.assistant_id).name)
        told.append(f"{len(backboard.assistants.list(limit=5))} assistants")
        thread = backboard.threads.create(assistant.assistant_id)
        threads = backboard.threads.iterate_for_assistant(assistant.assistant_id)
        assert_type(threads, Paginator[models.Thread])
        told.append(f"{len(list(threads))} thread")
        told.append(f"{len(backboard.threads.get(thread.thread_id).messages or ())} messages")
        for streamed, latest in ((False, False), (False, True), (True, False), (True, True)):
            waiting = backboard.messages.send(thread.thread_id, content="/call weather {}")
            assert waiting.run_id
            outputs = [{"tool_call_id": call.id, "output": "mild"} for call in waiting.tool_calls or ()]
            here, runs = thread.thread_id, backboard.runs
            if not streamed:
                done = (
                    runs.submit_latest_tool_outputs(thread_id=here, tool_outputs=outputs)
                    if latest
                    else runs.submit_tool_outputs(here, waiting.run_id, tool_outputs=outputs)
                )
                told.append(f"done {done.status}")
                continue
            opened = (
                runs.stream_latest_tool_outputs(thread_id=here, tool_outputs=outputs)
                if latest
                else runs.stream_tool_outputs(here, waiting.run_id, tool_outputs=outputs)
            )
            assert_type(opened, EventStream[models.StreamEvent, models.Thread])
            with opened as events:
                reply = events.reply()
                assert_type(reply, Reply[models.StreamEvent])
                assert_type(events.recover(), Recovery[models.Thread])
            told.append(f"streamed {describe(reply.end)}")
    return told


def explain(error: APIError) -> str:
    match error:
        case UnprocessableEntityError():
            assert_type(error.errors, list[FieldError])
            return "; ".join(fault.msg for fault in error.errors)
        case AuthenticationError() | BadRequestError() | ConflictError() | PreconditionFailedError():
            return error.detail
        case RateLimitError() | ServerError():
            return f"again in {error.retry_after} s"
        case APITimeoutError():
            return f"the same call again: {error.idempotency_key}"
        case _:
            return str(error)


async def play_in_process(app: Any, key: str, files: Files) -> list[str]:
    transport = AsyncASGITransport(app)
    async with AsyncBackboard(api_key=key, base_url="http://app/api", http_client=transport) as backboard:
        pages, events = backboard.threads.iterate(), backboard.messages.chat_stream(content="/say Hello", files=files)
        assert_type(pages, AsyncPaginator[models.Thread])
        assert_type(events, AsyncEventStream[models.StreamEvent, models.Thread])
        async with events:
            told = [piece async for piece in events.deltas()]
        async for thread in pages:
            told.append("no title" if thread.title is None else thread.title)
    return told


def play_beside(app: Any, key: str, file: File) -> list[str]:
    with ASGITransport(app) as transport, Backboard(api_key=key, base_url="http://app/api", http_client=transport) as b:
        try:
            b.messages.chat(content="/say Hello", files=[file])
            return [f"{thread.message_count} beside" for thread in b.threads.iterate(include_messages=False)]
        except APIError as error:
            return [explain(error)]


async def play_async(address: str, key: str) -> list[str]:
    told = []
    async with AsyncBackboard(api_key=key, base_url=address, max_retries=3, on_retry=note) as backboard:
        turn = await backboard.messages.chat(content="/say Hello Ada.", memory="off", idempotency_key="once")
        assert_type(turn, models.Turn)
        async with backboard.messages.stream(turn.thread_id, content="/slow 50 a long story") as events:
            async for event in events:
                told.append(describe(event))
                if isinstance(event, models.ContentStreamingEvent):
                    assert_type(await events.cancel(), bool)
                    break
        try:
            async with backboard.messages.stream(turn.thread_id, content="/fail no luck") as events:
                reply = await events.reply()
                told.append(reply.text)
        except RunFailedError as error:
            told.append(f"{error} {error.run_id is not None}")
        except StreamInterrupted as error:
            told.append(error.partial_text + (error.last_event_id or "") + (error.run_id or ""))
            recovery = await events.recover()
            assert_type(recovery.thread, models.Thread | None)
        except (APIConnectionError, DecodeError) as error:
            told.append(f"{type(error).__name__} {error.request}")
        async for thread in backboard.threads.iterate(include_messages=False):
            told.append(f"{thread.title} {thread.message_count}")
        answers = await asyncio.gather(*[backboard.threads.with_response.get(turn.thread_id) for _ in range(3)])
        assert_type(answers[0].value, models.Thread)
        try:
            await backboard.threads.delete(turn.thread_id, if_match='"0"', headers={"X-Why": "test"})
        except APIStatusError as error:
            told.append(f"{error.status_code} {error.retry_after}")
        await backboard.threads.delete(turn.thread_id)
    return told


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    try:
        print(*play(*sys.argv[1:3]), *asyncio.run(play_async(*sys.argv[1:3])), sep="\n")
    except APIError as error:
        sys.exit(f"{type(error).__name__}: {error}")
