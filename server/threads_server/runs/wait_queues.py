"""Where messages wait for a thread that is busy: first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class WaitQueues:
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
