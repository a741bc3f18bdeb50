"""Turns of accounts at the event loop: in each of its passes, an account's requests begin up to an amount of work."""

import asyncio
from collections import Counter, deque

WORK_PER_PASS = 64
"""Requests of one account that begin in one pass of the loop, or KiB of their bodies; further ones wait."""


class LoopTurns:
    """The work that began in this pass, and the requests that wait, by account."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()
        self._waiting: dict[str, deque[tuple[int, asyncio.Future[None]]]] = {}

    async def enter(self, account: str, body_size: int = 0) -> None:
        """Return when a request of the account may begin."""
        loop = asyncio.get_running_loop()
        if not self._begun:
            loop.call_soon(self._end_pass, loop)
        work = 1 + body_size // 1024
        if self._begun[account] < WORK_PER_PASS:  # otherwise it may have some that wait
            self._begun[account] += work
            return
        turn = loop.create_future()
        self._waiting.setdefault(account, deque()).append((work, turn))
        await turn

    def _end_pass(self, loop: asyncio.AbstractEventLoop) -> None:
        self._begun.clear()
        for account, turns in list(self._waiting.items()):
            while turns and self._begun[account] < WORK_PER_PASS:
                work, turn = turns.popleft()
                if not turn.done():
                    turn.set_result(None)
                    self._begun[account] += work
            if not turns:
                del self._waiting[account]
        if self._begun:
            loop.call_soon(self._end_pass, loop)
