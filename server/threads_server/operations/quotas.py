"""Quotas of accounts: what an account may store, checked before a request stores more.

What an account stores is measured in the background, in pieces, and counted on from there. So a quota costs a request
nothing but a comparison, and needs no row that all requests of an account would lock.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

from threads_server.clock import now
from threads_server.errors import HTTPError
from threads_server.settings import Settings
from threads_server.store import Store, StoreUnavailable, idempotency_keys
from threads_server.store.idempotency_keys import IdempotencyRequest
from threads_server.store.usage import Usage, measure

MEASURE_WAIT_SECONDS = 1.0
"""How long a request waits for a measurement; a larger account is measured while its requests go on."""
REMEASURE_SECONDS = 60.0
"""Age of a measurement after which another begins: other processes, and deletions, change what is stored."""
MEASURING_SHARE = 10
"""The pause after a measurement is this many times its duration: measuring takes at most a tenth of a core."""
MAX_ACCOUNTS = 10_000
"""Accounts whose measurements are remembered; the oldest is forgotten first."""


class _Account:
    """A measurement, and what was stored since it began."""

    def __init__(self) -> None:
        self.measured: Usage | None = None
        self.added = Usage()
        self.began = 0.0
        self.next = 0.0
        self.task: asyncio.Task[None] | None = None


class Quotas:
    """The quotas of all accounts; each limit is 0 for none."""

    def __init__(self, store: Store, limits: Usage, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._limits = limits
        self._clock = clock
        self._accounts: dict[str, _Account] = {}

    @classmethod
    def of(cls, store: Store, settings: Settings) -> "Quotas | None":
        """The quotas that the settings name; None for none."""
        limits = Usage(settings.account_threads, settings.account_messages, settings.account_bytes)
        return cls(store, limits) if any(limits) else None

    async def check(self, account: str, more: Usage, request: IdempotencyRequest | None) -> None:
        """Count what a request is about to store. Raises a 413 HTTPError if a quota forbids it.

        A request whose response is stored under its key is let through: it stores nothing.
        """
        known = self._accounts.get(account)
        if known is None:
            if len(self._accounts) >= MAX_ACCOUNTS:
                del self._accounts[next(iter(self._accounts))]
            known = self._accounts[account] = _Account()
        reason = self._exceeded(known, more)
        stale = known.measured is None or reason or self._clock() - known.began > REMEASURE_SECONDS
        if stale and await self._measured(account, known):
            reason = self._exceeded(known, more)
        if not reason:
            known.added += more
        elif request is None or await self._store.read(idempotency_keys.find_response, request, now()) is None:
            raise HTTPError(413, reason)

    def deleted(self, account: str) -> None:
        """Note that something of an account was deleted."""
        if (known := self._accounts.get(account)) is not None:
            known.began -= REMEASURE_SECONDS

    async def _measured(self, account: str, known: _Account) -> bool:
        """Begin a measurement if none is under way and the last is old enough, and wait a moment for it."""
        if known.task is None:
            if self._clock() < known.next:
                return False
            known.task = asyncio.get_running_loop().create_task(self._measure(account, known))
        await asyncio.wait({known.task}, timeout=MEASURE_WAIT_SECONDS)
        return known.task is None

    async def _measure(self, account: str, known: _Account) -> None:
        began = self._clock()
        before = known.added
        try:
            measured = await measure(self._store, account)
        except StoreUnavailable:
            return  # the request itself finds the store away
        finally:
            known.task = None
        after = self._clock()
        known.measured, known.began, known.next = measured, began, after + (after - began) * MEASURING_SHARE
        known.added = Usage(*(all - old for all, old in zip(known.added, before, strict=True)))

    def _exceeded(self, known: _Account, more: Usage) -> str:
        if known.measured is None:
            return ""
        for name, limit, *parts in zip(Usage._fields, self._limits, known.measured, known.added, more, strict=True):
            if limit and parts[-1] and sum(parts) > limit:
                return f"The account may store {limit} {name}, and this would be more; delete threads to make room"
        return ""
