"""The client's calls as plain Python: which attempts are made, when, and what comes of them.

Written from the guide's chapter on retries and the document; time is a number.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from tests.model.client.network import LIMITS, PHASES, TIMEOUTS, Attempt

IDEMPOTENT = {"GET", "PUT", "DELETE"}
UNKNOWN = {408, 500, 502, 503, 504, 520, 529}
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
NEVER_CURED = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)
"""Errors that the next attempt would meet again."""
STATUS_ERRORS = {
    304: "NotModifiedError", 400: "BadRequestError", 401: "AuthenticationError", 404: "NotFoundError",
    409: "ConflictError", 412: "PreconditionFailedError", 422: "UnprocessableEntityError", 429: "RateLimitError",
}  # fmt: skip
FIRST_BACKOFF, LONGEST_BACKOFF, LONGEST_RETRY_AFTER = 0.5, 8.0, 60.0


@dataclass(frozen=True)
class Call:
    """A call: whether it may be repeated after an unknown outcome, and its options.

    `documented` says that a success has a body of its own, `deletes` that a 404 may mean that it was done before.
    """

    method: str
    honoured_key: bool
    deletes: bool
    documented: bool
    max_retries: int
    deadline: float | None
    timeouts: dict[str, float | None]
    jitter: float
    key_wait: float
    """Seconds that each attempt waits for the key."""
    interruptible: bool
    """Whether a deadline ends that wait, as in the async client."""


@dataclass(frozen=True)
class Outcome:
    """The result: `value`, `deleted`, or the name of an error; how many attempts; when it was over.

    `unknown` says whether the call may have taken effect, if an attempt without an answer ended it; None where that is
    left open, as when a deadline interrupts an attempt in any phase.
    """

    result: str
    attempts: int
    at: float
    unknown: bool | None = None


Wait = tuple[int, float, int | None]
"""What `on_retry` is called with: how many attempts failed, the seconds to wait, and the status, if there was one."""


def predict(call: Call, script: Iterable[Attempt], now: float) -> tuple[Outcome, list[Wait]]:
    """The outcome of a call that begins at `now`, and the waits between its attempts."""
    waits: list[Wait] = []
    return outcome(call, script, now, waits), waits


def outcome(call: Call, script: Iterable[Attempt], now: float, waits: list[Wait]) -> Outcome:
    """The outcome of a call that begins at `now`; its waits are added to `waits`."""
    deadline = None if call.deadline is None else now + call.deadline
    repeatable = call.method in IDEMPOTENT or call.honoured_key
    unknown = False
    for count, attempt in enumerate(itertools.chain(script, itertools.repeat(Attempt())), 1):
        now += call.key_wait
        if deadline is not None and now >= deadline:
            return Outcome("APITimeoutError", count - 1, deadline if call.interruptible else now)
        now, error = course(call, attempt, now, deadline)
        late = deadline is not None and now >= deadline
        asked = None
        if error is not None:
            if issubclass(error, httpx.DecodingError):
                return Outcome("DecodeError", count, now)
            if not issubclass(error, httpx.RequestError):
                return Outcome(error.__name__, count, now)
            result = "APITimeoutError" if late or issubclass(error, httpx.TimeoutException) else "APIConnectionError"
            never_sent = issubclass(error, NEVER_SENT)
            unknown |= not never_sent
            again = (never_sent or repeatable) and not issubclass(error, NEVER_CURED)
        else:
            status = attempt.status
            if 200 <= status < 300:
                return Outcome("value" if attempt.body is None or not call.documented else "DecodeError", count, now)
            if status == 404 and call.deletes and unknown:
                return Outcome("deleted", count, now)
            result = STATUS_ERRORS.get(status, "ServerError" if status >= 500 else "APIStatusError")
            unknown |= status in UNKNOWN
            again = status == 429 or (status in UNKNOWN and repeatable)
            asked = retry_after(dict(attempt.headers))
        seconds = asked or min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (count - 1)) * call.jitter
        if (
            not again or count > call.max_retries or seconds > LONGEST_RETRY_AFTER
            or (deadline is not None and now + seconds >= deadline)
        ):  # fmt: skip
            return Outcome(result, count, now, None if error is None or (late and call.interruptible) else unknown)
        waits.append((count, seconds, None if error is not None else attempt.status))
        now += seconds
    raise AssertionError("unreachable")


def course(call: Call, attempt: Attempt, now: float, deadline: float | None) -> tuple[float, type[Exception] | None]:
    """When an attempt is over, and with which error of the network."""
    waits = [(phase, seconds) for phase, seconds in zip(PHASES, attempt.waits, strict=False)]
    waits += [("body", seconds) for seconds in attempt.drips]
    for number, (phase, seconds) in enumerate(waits, 1):
        limit = call.timeouts[LIMITS[phase]]
        if deadline is not None:
            limit = deadline - now if limit is None else min(limit, deadline - now)
        if limit is not None and seconds > limit:
            return now + limit, TIMEOUTS[LIMITS[phase]]
        now += seconds
        if attempt.phase == phase and (phase != "body" or number == len(waits)):
            return now, attempt.error
    return now, None


def retry_after(headers: dict[str, str]) -> float | None:
    """The seconds of the scripts' `Retry-After`: a number, or a date of the first of January 2026."""
    text = headers.get("retry-after", "")
    if text.replace(".", "", 1).isdigit():
        return float(text)
    if text.startswith("Thu, 01 Jan 2026"):
        return max(0.0, seconds_of_day(text) - seconds_of_day(headers["date"]))
    return None


def seconds_of_day(date: str) -> float:
    hours, minutes, seconds = date.split()[4].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
