"""Where those wait who want something that another has now: first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Lines:
    """A line in front of each busy thread."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, deque[asyncio.Event]] = {}

    def anyone_at(self, name: Hashable) -> bool:
        return name in self._lines

    @asynccontextmanager
    async def place_at(self, name: Hashable) -> AsyncIterator[asyncio.Event]:
        """A place at the end of a line: an event that is set whenever its holder, being first, should try again."""
        place = asyncio.Event()
        line = self._lines.setdefault(name, deque())
        line.append(place)
        if line[0] is place:
            place.set()
        try:
            yield place
        finally:
            line.remove(place)
            if line:
                line[0].set()
            else:
                del self._lines[name]

    def is_first(self, name: Hashable, place: asyncio.Event) -> bool:
        return self._lines[name][0] is place

    def move(self, name: Hashable) -> None:
        """Tells the first of a line, if there is one, to try again."""
        if line := self._lines.get(name):
            line[0].set()


class Gate:
    """Lets one in at a time under each name, in the order in which they came."""

    def __init__(self) -> None:
        self._inside: dict[Hashable, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def through(self, name: Hashable) -> AsyncIterator[None]:
        waiting = self._inside.get(name)
        if waiting is None:
            self._inside[name] = deque()
        else:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():  # it was let in and is leaving
                    self._leave(name)
                else:
                    waiting.remove(turn)
                raise
        try:
            yield
        finally:
            self._leave(name)

    def _leave(self, name: Hashable) -> None:
        waiting = self._inside[name]
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._inside[name]
