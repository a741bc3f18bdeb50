"""respx answers for the default client, in both of its modes."""

import asyncio

import httpx
import respx
from served import KEY, THREAD

from backboard_threads import AsyncBackboard, Backboard

URL = "http://api.example/api"
STREAM = b'data: {"type": "content_streaming", "content": "Hi"}\n\ndata: {"type": "run_ended"}\n\n'


async def call_async() -> None:
    async with AsyncBackboard(api_key=KEY, base_url=URL) as client:
        assert (await client.threads.get("t")).thread_id == "t"
        async with client.messages.stream("t", content="x") as events:
            assert (await events.reply()).text == "Hi"


for using in ("httpcore", "httpx"):
    with respx.mock(base_url=URL, using=using) as router:
        threads = router.get("/threads/t").mock(return_value=httpx.Response(200, json=THREAD))
        messages = router.post("/threads/t/messages").mock(
            return_value=httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=STREAM)
        )
        with Backboard(api_key=KEY, base_url=URL) as client:
            assert client.threads.get("t").thread_id == "t"
            with client.messages.stream("t", content="x") as events:
                assert events.reply().text == "Hi"
        asyncio.run(call_async())
        assert (threads.call_count, messages.call_count) == (2, 2), using
        assert b"content=x" in messages.calls[0].request.content
