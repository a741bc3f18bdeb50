"""The one module that imports httpx: its names, and what depends on its ways."""

from __future__ import annotations

import math
import ssl
import time

import httpx

URL = httpx.URL
Headers = httpx.Headers
Timeout = httpx.Timeout
Request = httpx.Request
Response = httpx.Response

HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
BaseTransport = httpx.BaseTransport
AsyncBaseTransport = httpx.AsyncBaseTransport
HTTPTransport = httpx.HTTPTransport
AsyncHTTPTransport = httpx.AsyncHTTPTransport
ByteStream = httpx.SyncByteStream
AsyncByteStream = httpx.AsyncByteStream
BytesInMemory = httpx.ByteStream
Proxy = httpx.Proxy
Limits = httpx.Limits

TransportError = httpx.RequestError
"""Any failure without an answer."""
TimeoutException = httpx.TimeoutException
ConnectError = httpx.ConnectError
ReadError = httpx.ReadError
ReadTimeout = httpx.ReadTimeout
DecodingError = httpx.DecodingError
TooManyRedirects = httpx.TooManyRedirects
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Errors after which it is certain that no request was sent."""
NEVER_CURED = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)
"""Errors that come again with every attempt."""

KEEPALIVE_EXPIRY = 4.5
"""Seconds that a connection is kept open without work. uvicorn closes one after 5 s: ours is given up before."""
NO_LIMIT_SECONDS = 2_000_000.0
"""Stands for no time-out where a number is needed: the system counts time-outs in 31 bits of milliseconds."""

SECRET = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
"""Headers whose values are never shown, in lower case. Each client class adds the document's key header."""
SECRET_PARAMETERS: set[str] = set()
"""Query parameters whose values are never shown: those that carry an API key."""
REDACTED = "[redacted]"


class PrivateHeaders(httpx.Headers):
    """Headers that show no secret when they are printed, logged, or part of a traceback with its variables."""

    def __repr__(self) -> str:
        shown = {name: REDACTED if name.lower() in SECRET else value for name, value in self.multi_items()}
        return f"{type(self).__name__}({shown!r})"


class _NoCookies(httpx.Cookies):
    """The jar of a client whose requests carry no cookies: to parse a response for them is an eighth of a call."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep nothing; `response.cookies` has them still."""


def keep_no_cookies(client: httpx.Client | httpx.AsyncClient) -> None:
    """Have a client of our own, whose requests are built without its cookies, keep none."""
    # The public setter would make a copy that keeps them.
    client._cookies = _NoCookies()  # pyright: ignore[reportPrivateUsage]


class PhaseTimeouts(dict[str, float | None]):
    """Time-outs of one attempt, cut to what is left until the deadline when their phase begins.

    The deadline can be moved while the answer is read.
    """

    def __init__(self, timeout: httpx.Timeout, deadline: float | None) -> None:
        super().__init__(timeout.as_dict())
        self.deadline = deadline

    def get(self, phase: str, default: float | None = None) -> float | None:  # type: ignore[override] # narrower on purpose: httpcore asks so
        seconds = super().get(phase, default)
        return Seconds(NO_LIMIT_SECONDS if seconds is None else seconds, self)


class Seconds(float):
    """A time-out that remembers its deadline; its value is what was left when it was made."""

    __slots__ = ("_limit", "_timeouts")

    _limit: float
    _timeouts: PhaseTimeouts

    def __new__(cls, limit: float, timeouts: PhaseTimeouts) -> Seconds:
        left = math.inf if timeouts.deadline is None else max(timeouts.deadline - time.monotonic(), 0.001)
        self = super().__new__(cls, min(limit, left))
        self._limit = limit
        self._timeouts = timeouts
        return self

    @property
    def has_deadline(self) -> bool:
        """Whether the call has one."""
        return self._timeouts.deadline is not None

    def left(self) -> float:
        """Seconds that a single operation may take now; zero or less after the deadline."""
        deadline = self._timeouts.deadline
        return self._limit if deadline is None else min(self._limit, deadline - time.monotonic())


def redact(request: httpx.Request) -> httpx.Request:
    """`request` without its secrets and its body's source, for keeping: no attempt will use it again."""
    request.extensions = {}
    if not hasattr(request, "_content") and not isinstance(request.stream, httpx.ByteStream):
        request.stream = httpx.ByteStream(b"")
    for name in list(request.headers):
        if name in SECRET:
            request.headers[name] = REDACTED
    if SECRET_PARAMETERS:
        request.url = redacted_url(request.url)
    return request


def redact_response(response: httpx.Response) -> httpx.Request:
    """The request of `response`, redacted, as are those of the redirects before it and the one that it redirects to."""
    for request in (*(redirect.request for redirect in response.history), response.next_request):
        if request is not None:
            redact(request)
    return redact(response.request)


def redacted_url(url: httpx.URL) -> httpx.URL:
    """`url` without the API key in its query."""
    for name in SECRET_PARAMETERS & set(url.params):
        url = url.copy_set_param(name, REDACTED)
    return url


def certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the reason why a server's certificate was refused, if `error` comes from that."""
    cause: BaseException | None = error
    # No further: the context of anything else may be an error of another call, which is being handled meanwhile.
    while cause is not None and type(cause).__module__ in ("httpx", "httpcore"):
        cause = cause.__cause__ or cause.__context__
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None


def set_content(response: httpx.Response, content: bytes) -> None:
    """Let `content`, read piece by piece, be the response's, as `read` would have it."""
    response._content = content  # pyright: ignore[reportPrivateUsage]


def already_read(response: httpx.Response) -> bool:
    """Whether a transport answered with a body in memory."""
    return hasattr(response, "_content")


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def httpx_version() -> str:
    """httpx's version."""
    return httpx.__version__


def is_httpx_default(name: str, value: str) -> bool:
    """Whether a client's header is the one that httpx puts there by itself."""
    return name == "user-agent" and value == f"python-httpx/{httpx.__version__}"
