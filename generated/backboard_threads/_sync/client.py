"""The client with all its resources, each loaded when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .._api_info import API_INFO
from .._public import public
from .runs_client import RunsClient

if TYPE_CHECKING:
    from .resources.assistants import Assistants
    from .resources.messages import Messages
    from .resources.runs import Runs
    from .resources.threads import Threads


@public
class Backboard(RunsClient):
    """Backboard Threads: the client for version 0.1.0 of the API.

    Its methods are in `assistants`, `threads`, `messages`, `runs`; `request` calls a path that the API does not
    describe. Use it in a `with`, or close it with `close`. Making it sends nothing and opens no connection.
    A pickled client carries its key.

    Every method also takes `timeout`, `deadline`, `max_retries` and `headers`: those of the client unless given. The
    errors below are those of every call; a method names its own.

    Args:
        api_key: The API key, sent in the header `X-API-Key` with every call and never shown, or a function that returns
            it before each attempt. Read from `BACKBOARD_API_KEY` in the environment unless given.
        base_url: Where the API is. Read from `BACKBOARD_BASE_URL` in the environment unless given, or else
            https://app.backboard.io/api.
        timeout: Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each attempt;
            a `Timeout` sets them apart, None sets no limit. 120 unless given, and 10 for connecting.
        deadline: Seconds for a whole call, its attempts and the waits between them; for one page when iterating. None
            for no limit. 600 unless given, and no limit for a stream.
        max_retries: How often a failed attempt is repeated, where that is safe. 2 unless given.
        headers: More headers for every call.
        http_client: An `httpx.Client` to send requests with, whose hooks, proxies, headers, cookies, redirects and
            time-outs then hold, or a transport. It is not closed with this client.
        verify: True, False for no check of certificates, a file or folder of authorities, or an `ssl.SSLContext`.
        cert: A client certificate: one file, or certificate and key, or both and the key's password.
        proxy: The URL of a proxy.
        trust_env: Whether the environment's proxy and certificate variables count.
        max_response_bytes: Decoded bytes that an answer may have, and an event of a stream. 256 MiB unless given.
        max_header_bytes: Bytes that the headers of an answer may have. 100 KiB, the bound of httpx, unless given.
        raise_on_failed_run: Whether a failed run raises `RunFailedError`; otherwise its turn is returned.
        on_retry: A function that is called with a `Retry` before each wait for another attempt.

    Raises:
        AuthenticationError: 401.
        BadRequestError, UnprocessableEntityError: 400, 422. The request breaks a rule of the API.
        RateLimitError: 429, after the last retry.
        ServerError: 5xx, after the last retry.
        APIStatusError: Any other error status; the base class of those above.
        APIConnectionError: No complete answer; `APITimeoutError` after a time-out.
        DecodeError: The answer is not what the API describes.
        StreamInterrupted: A stream ended early. `RunFailedError`: a run failed.
        ValueError, TypeError, OSError: An argument cannot be sent. Nothing was sent.
    """

    api_info = API_INFO

    @cached_property
    def assistants(self) -> Assistants:
        """An assistant has a name, instructions and tools. It owns the threads that are created under it; deleting it
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
        """Sending a message stores it and, by default, asks the assistant for a reply. The reply is part of the thread
        from then on.
        """
        from .resources.messages import Messages

        return Messages(self)

    @cached_property
    def runs(self) -> Runs:
        """A run is the assistant's work on one message. It can wait for the outputs of tools, and it can be cancelled
        at any time.
        """
        from .resources.runs import Runs

        return Runs(self)
