"""Every error a call can raise."""

from typing import Any


class APIError(Exception):
    """Something went wrong between this client and the API. The root of every error below."""


class DecodeError(APIError):
    """An answer that cannot be what the document says."""

    def __init__(
        self, *, expected: str, got: object, path: tuple[str | int, ...] = (), missing: bool = False, response: Any = None
    ) -> None:
        super().__init__(expected)
        self.steps = path

    def under(self, *path: str | int) -> "DecodeError":
        """The same error, its path led by `path`."""
        self.steps = (*path, *self.steps)
        return self


class APIConnectionError(APIError):
    """No whole answer came."""


class APITimeoutError(APIConnectionError):
    """The time-out or the deadline passed."""


class StreamInterrupted(APIConnectionError):
    """A stream ended without the event that ends it."""


class RunFailedError(APIError):
    """The run behind a stream failed: its `run_failed` or `error` event."""


class APIStatusError(APIError):
    """The API answered with a status that is no success."""


class NotModifiedError(APIStatusError):
    """304: the thread is still at the version given."""


class BadRequestError(APIStatusError):
    """400."""


class AuthenticationError(APIStatusError):
    """401."""


class NotFoundError(APIStatusError):
    """404."""


class ConflictError(APIStatusError):
    """409."""


class PreconditionFailedError(APIStatusError):
    """412."""


class UnprocessableEntityError(APIStatusError):
    """422."""


class RateLimitError(APIStatusError):
    """429."""


class ServerError(APIStatusError):
    """5xx."""
