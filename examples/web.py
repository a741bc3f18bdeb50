"""A web application that keeps one thread for each visitor, and streams answers on.

uvicorn --app-dir examples web:app
curl --no-buffer --data-urlencode 'text=My name is Ada.' 127.0.0.1:8000/visitors/ada
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException
from fastapi.responses import StreamingResponse

from backboard_threads import AsyncBackboard, ConflictError, RunFailedError


class Visitors:
    """Which thread belongs to whom. A real application keeps this beside its users."""

    def __init__(self, backboard: AsyncBackboard, assistant_id: str) -> None:
        self.backboard = backboard
        self._assistant_id = assistant_id
        self._threads: dict[str, str] = {}

    async def thread_of(self, visitor: str) -> str:
        if visitor not in self._threads:
            # the key makes it one thread, however often and from how many processes it is asked for
            thread = await self.backboard.threads.create(
                self._assistant_id, idempotency_key=f"thread-of-{self._assistant_id}-{visitor}"
            )
            self._threads[visitor] = thread.thread_id
        return self._threads[visitor]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncBackboard() as backboard:
        assistant = await backboard.assistants.create(name="Guide")
        app.state.visitors = Visitors(backboard, assistant.assistant_id)
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/visitors/{visitor}")
async def say(visitor: str, text: Annotated[str, Form()]) -> StreamingResponse:
    visitors: Visitors = app.state.visitors
    thread_id = await visitors.thread_of(visitor)
    async with AsyncExitStack() as stack:
        # opened before the answer begins, so that a refusal can still become a status
        try:
            events = await stack.enter_async_context(visitors.backboard.messages.stream(thread_id, content=text))
        except ConflictError as error:
            raise HTTPException(409, "One question at a time, please.") from error
        opened = stack.pop_all()

    async def answer() -> AsyncIterator[str]:
        async with opened:
            try:
                async for piece in events.deltas():
                    yield piece
            except RunFailedError as error:
                yield f"(No answer: {error})"

    return StreamingResponse(answer(), media_type="text/plain; charset=utf-8")
