"""Requests to cancel a run at work under an Idempotency-Key."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import Held, eventually, hold, running
from tests.support.server.threads_api import Api
from threads_server.responders import Conversation, ResponderEvent, TextDelta

USED = {"detail": "This Idempotency-Key was used for another request"}


class Reluctant(Held):
    """Responder that ignores cancellation until it is released."""

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        yield [TextDelta("first ")]
        try:
            await asyncio.Event().wait()
        finally:
            await self.go.wait()


@BOTH_DATABASES
async def test_cancel_under_the_key_of_another_request_is_409(api: Api) -> None:
    held = hold(api)
    thread_id = await api.thread()
    await api.post("/assistants", {"name": "x"}, idempotency_key="k")
    sending, run_id = await running(api, thread_id)
    answer = await api.cancel(thread_id, run_id, idempotency_key="k")
    assert (answer.status_code, answer.json()) == (409, USED)
    held.go.set()
    assert (await sending).json()["status"] == "COMPLETED"


@BOTH_DATABASES
async def test_run_when_the_key_of_a_cancel_is_taken_meanwhile_is_cancelled(api: Api) -> None:
    api.services.context.responder = reluctant = Reluctant()
    thread_id = await api.thread()
    sending, run_id = await running(api, thread_id)
    [live] = api.services.context.runs.of_thread(thread_id)
    cancelling = [
        asyncio.create_task(api.cancel(thread_id, run_id, idempotency_key=key)) for key in ("twice", "twice", "taken")
    ]
    await eventually(lambda: len(live.cancels) == 3)
    await api.post("/assistants", {"name": "x"}, idempotency_key="taken")
    reluctant.go.set()
    assert (await sending).json()["status"] == "CANCELLED"
    first, second, refused = [await task for task in cancelling]
    assert (first.status_code, first.json()["cancelled"]) == (200, True)
    assert (second.status_code, second.content) == (200, first.content)
    assert (refused.status_code, refused.json()) == (409, USED)
