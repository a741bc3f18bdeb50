"""The retry policy: which outcome of an attempt is tried again, and when. Nothing here sends or waits.

- Up to `max_retries` retries, exponential back-off with full jitter. `Retry-After` is honoured if it fits into
  `MAX_RETRY_AFTER` and the call's deadline; if it does not, there is no retry. Zero or a past date is ignored.
- Always: a connection that was never made, and 429. Never: a certificate that is not trusted.
- GET, PUT and DELETE (and HEAD, OPTIONS): also 408, 500, 502, 503, 504, 520, 529, time-outs and dropped connections.
- Anything else only if it is `repeatable`: sent under an `Idempotency-Key` that the server honours,
  or that the caller gave.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ._network.transport import NEVER_CURED, NEVER_SENT, TransportError, certificate_error

INITIAL_RETRY_DELAY = 0.5
"""Seconds: the upper end of the wait before the first retry. It doubles with each."""
MAX_RETRY_DELAY = 8.0
"""Seconds: the upper end of the back-off between two attempts."""
MAX_RETRY_AFTER = 60.0
"""Seconds: a longer `Retry-After` is not waited for."""

IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods whose repetition does what one request does."""
UNKNOWN_OUTCOME = frozenset({408, 500, 502, 503, 504, 520, 529})
"""Statuses that leave open whether the call took effect."""


def backoff(retry: int) -> float:
    """Seconds to wait before retry number `retry` (from 0), with full jitter."""
    return random.uniform(0.0, min(MAX_RETRY_DELAY, INITIAL_RETRY_DELAY * 2.0 ** min(retry, 30)))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for, given as seconds or as an HTTP date; None if it is absent or malformed.

    A date is read against the response's own `Date`, so that a wrong clock here does not matter.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    then = _date(text)
    if then is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (then - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


class Retries:
    """The attempts of one call: how many are left, and whether one of them may have taken effect."""

    __slots__ = ("attempts", "deadline_at", "max_retries", "outcome_unknown", "repeatable", "total_timeout")

    def __init__(self, method: str, *, repeatable: bool, max_retries: int, total_timeout: float | None) -> None:
        self.repeatable: bool = repeatable or method in IDEMPOTENT_METHODS
        self.max_retries: int = max_retries
        self.total_timeout: float | None = total_timeout
        """Seconds that the call may take from its first attempt on, the option `deadline`; None: no limit."""
        self.deadline_at: float | None = None
        """When the call must be over, on the clock of `time.monotonic`; None before the first attempt."""
        self.attempts: int = 0
        """Attempts that have ended."""
        self.outcome_unknown: bool = False
        """Whether an attempt ended that may have taken effect."""

    def begin(self) -> None:
        """Start the deadline on the first attempt."""
        if self.total_timeout is not None and self.deadline_at is None:
            self.deadline_at = time.monotonic() + self.total_timeout

    def wait_after_error(self, error: TransportError) -> float | None:
        """Seconds to wait after an attempt without an answer; None: do not retry."""
        self.attempts += 1
        is_known = isinstance(error, NEVER_SENT)
        self.outcome_unknown = self.outcome_unknown or not is_known
        if isinstance(error, NEVER_CURED) or certificate_error(error) is not None:
            return None
        return self._wait(None) if is_known or self.repeatable else None

    def wait_after_status(self, status: int, headers: Mapping[str, str]) -> float | None:
        """Seconds to wait after an error status; None: do not retry."""
        self.attempts += 1
        if status == 429:
            return self._wait(retry_after(headers))
        if status not in UNKNOWN_OUTCOME:
            return None
        self.outcome_unknown = True
        return self._wait(retry_after(headers)) if self.repeatable else None

    def _wait(self, asked: float | None) -> float | None:
        if self.attempts > self.max_retries:
            return None
        seconds = asked or backoff(self.attempts - 1)
        if seconds > MAX_RETRY_AFTER or (
            self.deadline_at is not None and time.monotonic() + seconds >= self.deadline_at
        ):
            return None
        return seconds
