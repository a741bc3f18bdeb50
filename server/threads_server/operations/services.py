"""Dependencies of the operations: store, responder, turns and sweeper."""

import asyncio
import logging
from contextlib import suppress

from threads_server.ids import new_id
from threads_server.openapi import Contract, Operation
from threads_server.operations.quotas import Quotas
from threads_server.responders import Responder
from threads_server.responders.loading import open_responder
from threads_server.runs.cancellation import end_orphan
from threads_server.runs.heartbeat import Heartbeat
from threads_server.runs.live_runs import Runs
from threads_server.runs.run_context import RunContext
from threads_server.runs.turns import Turns
from threads_server.runs.wait_queues import WaitQueues
from threads_server.settings import Settings
from threads_server.store import Store, StoreUnavailable, runs
from threads_server.store.backends import open_store
from threads_server.store.clearing import Sweeper

ORPHANS_RETRY_SECONDS = 5.0
"""Between two attempts to end runs of an earlier process on a store that cannot be written."""

log = logging.getLogger("threads_server")


class Services:
    """Dependencies shared by all operations; made with `open`, ended with `close`."""

    def __init__(
        self,
        context: RunContext,
        turns: Turns,
        heartbeat: Heartbeat,
        create_assistant: Operation,
        orphans: asyncio.Task[None] | None,
        quotas: Quotas | None,
        retain_days: float,
    ) -> None:
        """Take the dependencies. `orphans` is the task that ends the runs of an earlier process.

        `create_assistant` is the operation whose schema has the defaults and limits of an assistant.
        """
        self.context = context
        self.turns = turns
        self.heartbeat = heartbeat
        self.create_assistant = create_assistant
        self.quotas = quotas
        self.sweeper = Sweeper(context.store, retain_days)
        self._orphans = orphans

    @property
    def store(self) -> Store:
        return self.context.store

    @classmethod
    async def open(cls, settings: Settings, contract: Contract, responder: Responder | None = None) -> "Services":
        """Open the store and the responder, and end the runs that an earlier process left in progress.

        On a shared store the runs of another process are ended once its heartbeat has stopped for long enough. Raises
        StoreOpenError, and ValueError for settings that the responder cannot use.
        """
        responder = responder or open_responder(settings)
        store = await open_store(settings, serving=True)
        max_calls = min(settings.max_tool_calls, _max_tool_calls(contract))
        context = RunContext(store, responder, Runs(store), WaitQueues(), settings.run_timeout, max_calls)
        owner = new_id()
        heartbeat = Heartbeat(context, owner)
        orphans: asyncio.Task[None] | None = None
        try:
            if not store.shared:
                orphans = await _end_orphans(context)
            await heartbeat.register()
        except BaseException:
            await store.close()
            raise
        turns = Turns(context, owner, settings.busy_wait)
        create_assistant, quotas = contract.endpoints["createAssistant"].operation, Quotas.of(store, settings)
        return cls(context, turns, heartbeat, create_assistant, orphans, quotas, settings.retain_days)

    async def end_runs(self) -> None:
        """End the runs of this process as failed, and answer the callers that wait for them."""
        await self.turns.close()

    async def close(self) -> None:
        """End what is in progress, and close everything."""
        await self.sweeper.stop()
        if self._orphans is not None:
            self._orphans.cancel()
            await asyncio.wait({self._orphans})
        await self.end_runs()
        await self.heartbeat.deregister()
        await self.context.responder.close()
        await self.context.store.close()


async def _end_orphans(context: RunContext) -> asyncio.Task[None] | None:
    """End what an earlier process left in progress, in the background if the store can only be read now."""
    left = await context.store.read(runs.in_progress)

    async def end() -> None:
        while left:
            await end_orphan(context, *left[0])
            del left[0]

    async def retry() -> None:
        while left:
            await asyncio.sleep(ORPHANS_RETRY_SECONDS)
            with suppress(StoreUnavailable):
                await end()

    try:
        await end()
    except StoreUnavailable as error:
        log.error("%d runs of an earlier server process could not be ended yet: %s", len(left), error)
        return asyncio.get_running_loop().create_task(retry())
    return None


def _max_tool_calls(contract: Contract) -> int:
    """Return the number of tool outputs that one request may submit."""
    document = contract.document
    path = contract.endpoints["submitToolOutputs"].operation.path
    body = document.resolve(document.resolve(document.root["paths"][path]["post"])["requestBody"])
    outputs = document.properties(body["content"]["application/json"]["schema"])["tool_outputs"]
    return int(document.first(outputs, "maxItems"))
