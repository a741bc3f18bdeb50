"""Connection to the server: one request at a time, spaced, with bounded retries and sizes."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy

import httpx

from tools.conformance.results import NotAsked

LONGEST_WAIT = 60.0
WAIT_UNLESS_TOLD = 5.0
WAIT_WITHOUT_ANSWER = 1.0
PASSING = (502, 503, 504)
TRIES, CLEANING_TRIES = 3, 6
ENOUGH_FAILURES = 5
LONGEST_ANSWER = 50_000_000
LONGEST_READING = 300.0

Rest = Callable[[float], None]
Note = Callable[[httpx.Response], None]


class Connection:
    """Send requests one at a time, spaced and bounded.

    Args:
        client: what sends.
        probe: a request that is sure to succeed while the server is well.
        pause: the seconds before each request.
        rest: what waits, for tests that do not want to.

    Attributes:
        requests: how many were sent.
        is_over: whether the server failed for so long that only the cleaning still tries.
    """

    def __init__(self, client: httpx.Client, probe: httpx.Request, *, pause: float, rest: Rest = time.sleep) -> None:
        # A cookie would be a second key, and a question without the key is asked with no key at all.
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        client.timeout = httpx.Timeout(30, read=120)
        self.requests = 0
        self._client = client
        self._probe = probe
        self._pause = pause
        self._rest = rest
        self._failures = 0
        self.is_over = False

    def deliver(self, request: httpx.Request, note: Note | None = None, *, is_cleaning: bool = False) -> httpx.Response:
        """The answer to a request.

        Waits out a 429. What failed in passing (no answer, or 502, 503, 504) is sent again if the second answer says
        the same as the first would have.

        Args:
            note: is shown every answer, those that are waited out too.
            is_cleaning: send it again whatever it is, more often, and when all is over too.

        Raises:
            NotAsked: if no answer came that says anything of the request.
        """
        if self.is_over and not is_cleaning:
            raise NotAsked("the server did not answer any more")
        said, can_repeat = "", is_cleaning or request.method not in ("POST", "PATCH", "DELETE")
        for left in reversed(range(CLEANING_TRIES if is_cleaning else TRIES)):
            try:
                response = self._send(request)
            except httpx.HTTPError as error:
                said, wait, is_lost = f"no answer came: {type(error).__name__}", WAIT_WITHOUT_ANSWER, True
            else:
                if note is not None:
                    note(response)
                if response.status_code != 429 and response.status_code not in PASSING:
                    self._failures = 0
                    return response
                said = (
                    "the server says that there were too many requests"
                    if response.status_code == 429
                    else f"the server failed for the time being: {response.status_code}"
                )
                wait, is_lost = seconds(response.headers.get("Retry-After")), response.status_code != 429
            if is_lost and not can_repeat:
                break
            if left:
                self._rest(wait)
        self._fail()
        raise NotAsked(said)

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send one request, spaced; return its response if it ends."""
        self._rest(self._pause)
        self.requests += 1
        until = time.monotonic() + LONGEST_READING
        content = bytearray()
        response = self._client.send(request, stream=True)
        try:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LONGEST_ANSWER or time.monotonic() > until:
                    raise httpx.ReadError("the answer does not end")
        finally:
            response.close()
        # It is decoded already, and must not be decoded again.
        headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
        return httpx.Response(response.status_code, headers=headers, content=bytes(content), request=request)

    def _fail(self) -> None:
        """Count a failure; after several in a row, stop unless the server still responds."""
        self._failures += 1
        if self._failures < ENOUGH_FAILURES or self.is_over:
            return
        self._failures = 0
        try:
            self.is_over = self._send(self._probe).status_code in (429, *PASSING)
        except httpx.HTTPError:
            self.is_over = True


def seconds(text: str | None) -> float:
    """Seconds that a `Retry-After` asks to wait, bounded."""
    try:
        wait = float(text or "")
    except ValueError:
        wait = seconds_until(text or "")
    return min(wait, LONGEST_WAIT) if math.isfinite(wait) and wait >= 0 else WAIT_UNLESS_TOLD


def seconds_until(date: str) -> float:
    """The seconds until a date as HTTP writes it; not finite if it is none."""
    try:
        return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return math.nan
