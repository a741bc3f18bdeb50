"""The client with all its resources, each loaded when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..facts import FACTS
from .caller import AsyncCaller

if TYPE_CHECKING:
    from .resources.assistants import AsyncAssistants
    from .resources.messages import AsyncMessages
    from .resources.runs import AsyncRuns
    from .resources.threads import AsyncThreads


class AsyncBackboard(AsyncCaller):
    """Backboard Threads: the client for version 0.1.0 of the API.

    Its methods are in `assistants`, `threads`, `messages`, `runs`. It is used in an `async with`, or closed with
    `aclose()`.

    Without `api_key` the key is that of `BACKBOARD_API_KEY` in the environment; without `base_url` the address is
    that of `BACKBOARD_BASE_URL`, or else https://app.backboard.io/api. The key is sent in the header `X-API-Key`. A
    pickled client carries its key.
    """

    facts = FACTS

    @cached_property
    def assistants(self) -> AsyncAssistants:
        """An assistant is a name, instructions and tools. It owns the threads that are created under it; deleting it
        deletes them.
        """
        from .resources.assistants import AsyncAssistants

        return AsyncAssistants(self)

    @cached_property
    def threads(self) -> AsyncThreads:
        """A thread is a persistent conversation with one assistant. It keeps its messages, oldest first, until it is
        deleted.
        """
        from .resources.threads import AsyncThreads

        return AsyncThreads(self)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Sending a message stores it and, unless told otherwise, asks the assistant for an answer. The answer is part
        of the thread from then on.
        """
        from .resources.messages import AsyncMessages

        return AsyncMessages(self)

    @cached_property
    def runs(self) -> AsyncRuns:
        """A run is the assistant's work on one message. It can wait for the caller's tools, and it can be cancelled at
        any time.
        """
        from .resources.runs import AsyncRuns

        return AsyncRuns(self)
