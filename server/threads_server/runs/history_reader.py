"""Reading of the history that a run's responder needs."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from threads_server.runs.live_runs import LiveRun
from threads_server.runs.run_context import RunContext
from threads_server.store import ResultTooLarge, threads
from threads_server.store.history import History, Message, text_size
from threads_server.store.recent_history import RecentHistory, read_recent
from threads_server.store.threads import ThreadRow

LARGE_THREAD = 50
"""Thread version (about one per message) above which history is read and decoded off the event loop."""


async def read_history(
    context: RunContext, live: LiveRun, thread: ThreadRow, model_name: str | None
) -> tuple[Sequence[Message], RecentHistory | None]:
    """Read the history, or the end of a long one that the responder needs, and count it as the run's memory.

    Waits for room: a large one is read only while no other of the account is. Raises StoreUnavailable.
    """
    store = context.store
    short = thread.version <= LARGE_THREAD
    await context.runs.wait_for_room(live)
    needed = None if short else context.responder.history_bytes(model_name)
    with suppress(ResultTooLarge):
        if short:
            return _counted(live, await store.read_small(threads.history, thread.thread)), None
        if needed is not None and (recent := await store.read_small(read_recent, thread.thread, needed, one_page=True)):
            return _counted(live, recent.messages), recent
    async with context.runs.large_read(live):
        if needed is not None and (recent := await store.read_large(read_recent, thread.thread, needed)):
            return _counted(live, recent.messages), recent
        texts = await store.read_large(threads.message_texts, thread.thread)
        return _counted(live, await asyncio.to_thread(History.decode, texts)), None


def _counted(live: LiveRun, history: Sequence[Message]) -> Sequence[Message]:
    live.grow(history.size if isinstance(history, History) else sum(map(text_size, history)))
    return history
