"""A program of a user of 0.1.0, with what every later client has too: `python wheel_program.py PACKAGES`.

It plays the sync and the async client. PACKAGES is the folder that the client must come from.
"""

import asyncio
import sys
from pathlib import Path

import pytest

import backboard_threads
from backboard_threads import AsyncBackboard, Backboard, NotFoundError, UnprocessableEntityError

TOOL = {"function": {"name": "weather", "parameters": {"properties": {"city": {"type": "string"}}}}}
CALL = '/call weather {"city": "Oslo"}'


def use() -> None:
    with Backboard() as backboard:
        assistant = backboard.assistants.create(name="Guide", tools=[TOOL])
        assert backboard.assistants.update(assistant.assistant_id, name="Leader").name == "Leader"
        assert assistant.assistant_id in {one.assistant_id for one in backboard.assistants.iterate()}
        thread = backboard.threads.create(assistant.assistant_id)
        first = backboard.messages.send(thread.thread_id, content="My name is Ada.", idempotency_key="first")
        again = backboard.messages.send(thread.thread_id, content="My name is Ada.", idempotency_key="first")
        assert "My name is Ada." in str(first.content)
        assert again.content == first.content
        with backboard.messages.stream(thread.thread_id, content="What is my name?", files=[("a.txt", b"x")]) as events:
            types = [event.type for event in events]
        assert types[0] == "user_message"
        assert types[-1] == "run_ended"
        assert "Ada" in events.text
        with backboard.runs.events(thread.thread_id, str(events.run_id)) as replayed:
            assert [event.type for event in replayed][-1] == "run_ended"
        waiting = backboard.messages.send(thread.thread_id, content=CALL)
        assert waiting.status == "REQUIRES_ACTION"
        outputs = [{"tool_call_id": call.id, "output": "rain"} for call in waiting.tool_calls or []]
        done = backboard.runs.submit_tool_outputs(thread.thread_id, str(waiting.run_id), tool_outputs=outputs)
        assert "rain" in str(done.content)
        kept = backboard.threads.get(thread.thread_id)
        assert [str(message.role) for message in kept.messages or []][:2] == ["user", "assistant"]
        with pytest.raises(UnprocessableEntityError) as caught:
            backboard.threads.list(limit=100000)
        assert caught.value.request_id
        backboard.assistants.delete(assistant.assistant_id)
        with pytest.raises(NotFoundError):
            backboard.threads.get(thread.thread_id)


async def use_async() -> None:
    async with AsyncBackboard() as backboard:
        turn = await backboard.messages.chat(content=CALL, tools=[TOOL])
        assert turn.tool_calls
        outputs = [{"tool_call_id": call.id, "output": "sun"} for call in turn.tool_calls]
        async with backboard.runs.stream_tool_outputs(turn.thread_id, str(turn.run_id), tool_outputs=outputs) as events:
            assert "sun" in (await events.reply()).text
        async with backboard.messages.stream(turn.thread_id, content=f"/slow 200 {'word ' * 500}") as events:
            async for event in events:
                if event.type == "run_started":
                    assert await events.cancel()
        assert await backboard.threads.delete(turn.thread_id)


if __name__ == "__main__":
    assert Path(backboard_threads.__file__).is_relative_to(sys.argv[1]), backboard_threads.__file__
    use()
    asyncio.run(use_async())
    print("done")
