"""What the operations work with: the store, the responder, the turns, and the clearing up of what has expired."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from threads_server.clock import new_id, now
from threads_server.responders import open_responder
from threads_server.runs.cancellation import end_orphans
from threads_server.runs.heartbeat import Heartbeat
from threads_server.runs.live_runs import Runs
from threads_server.runs.run_segment import RunContext
from threads_server.runs.turns import Turns
from threads_server.runs.wait_queues import WaitQueues
from threads_server.settings import Settings
from threads_server.store import Store, StoreUnavailable, event_log, idempotency_keys, open_store

if TYPE_CHECKING:
    from threads_server.openapi import Contract, Operation

SWEEP_INTERVAL_SECONDS = 600  # between two sweeps of expired keys and event logs
SWEEP_ROWS = 500  # keys or runs in one transaction
SWEEP_PAUSE_SECONDS = 0.01  # between two transactions of a sweep, for others to write

log = logging.getLogger("threads_server")


class Services:
    """Made with `open`, ended with `close`."""

    def __init__(
        self, context: RunContext, turns: Turns, presence: Heartbeat | None, create_assistant: "Operation"
    ) -> None:
        self.context = context
        self.turns = turns
        self._presence = presence
        self.create_assistant = create_assistant
        """What the document says of a new assistant: its defaults, and how long its texts may be."""
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep_now_and_then())

    @property
    def store(self) -> Store:
        return self.context.store

    @classmethod
    async def open(cls, settings: Settings, contract: "Contract") -> "Services":
        """Opens the store and the responder; ends what an earlier process left under way (with a shared store that
        may take as long as it takes to be sure that the process is gone).

        Raises StoreOpenError, and ValueError for settings that are not enough for the responder.
        """
        responder = open_responder(settings)
        store = await open_store(settings, serving=True)
        context = RunContext(store, responder, Runs(store), WaitQueues(), settings.run_timeout)
        owner = new_id()
        presence = Heartbeat(context, owner) if store.shared else None
        try:
            await (end_orphans(context) if presence is None else presence.begin())
        except BaseException:
            await store.close()
            raise
        create_assistant = contract.endpoints["createAssistant"].operation
        turns = Turns(context, owner, settings.busy_wait, create_assistant.defaults)
        return cls(context, turns, presence, create_assistant)

    async def end_runs(self) -> None:
        """Ends the runs of this process as failed; whoever waits for one has its answer then."""
        await self.context.runs.stop_all()

    async def close(self) -> None:
        """Ends what is under way, and closes everything."""
        self._sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await self._sweeper
        await self.end_runs()
        if self._presence is not None:
            await self._presence.end()
        await self.context.responder.close()
        await self.context.store.close()

    async def _sweep_now_and_then(self) -> None:
        while True:
            try:
                await sweep(self.context.store)
            except StoreUnavailable as error:
                log.warning("expired keys and events could not be cleared: %s", error)
            await asyncio.sleep(SWEEP_INTERVAL_SECONDS)


async def sweep(store: Store) -> None:
    """Delete expired idempotency keys and event logs, SWEEP_ROWS in a transaction."""
    moment = now()
    for delete, before in (
        (idempotency_keys.delete_expired, idempotency_keys.expired_before(moment)),
        (event_log.delete_expired, event_log.expired_before(moment)),
    ):
        more = await store.write(delete, before, SWEEP_ROWS)
        while more:
            await asyncio.sleep(SWEEP_PAUSE_SECONDS)
            more = await store.write(delete, before, SWEEP_ROWS)
