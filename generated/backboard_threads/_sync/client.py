"""The client with all its resources, each loaded when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..facts import FACTS
from .caller import Caller

if TYPE_CHECKING:
    from .resources.assistants import Assistants
    from .resources.messages import Messages
    from .resources.runs import Runs
    from .resources.threads import Threads


class Backboard(Caller):
    """Backboard Threads: the client for version 0.1.0 of the API.

    Its methods are in `assistants`, `threads`, `messages`, `runs`. It is used in an `with`, or closed with
    `close()`.

    Without `api_key` the key is that of `BACKBOARD_API_KEY` in the environment; without `base_url` the address is
    that of `BACKBOARD_BASE_URL`, or else https://app.backboard.io/api. The key is sent in the header `X-API-Key`. A
    pickled client carries its key.
    """

    facts = FACTS

    @cached_property
    def assistants(self) -> Assistants:
        """An assistant is a name, instructions and tools. It owns the threads that are created under it; deleting it
        deletes them.
        """
        from .resources.assistants import Assistants

        return Assistants(self)

    @cached_property
    def threads(self) -> Threads:
        """A thread is a persistent conversation with one assistant. It keeps its messages, oldest first, until it is
        deleted.
        """
        from .resources.threads import Threads

        return Threads(self)

    @cached_property
    def messages(self) -> Messages:
        """Sending a message stores it and, unless told otherwise, asks the assistant for an answer. The answer is part
        of the thread from then on.
        """
        from .resources.messages import Messages

        return Messages(self)

    @cached_property
    def runs(self) -> Runs:
        """A run is the assistant's work on one message. It can wait for the caller's tools, and it can be cancelled at
        any time.
        """
        from .resources.runs import Runs

        return Runs(self)
