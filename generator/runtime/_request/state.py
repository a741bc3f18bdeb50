"""The state of one call: the requests of its attempts, and their outcomes as a result, a retry or an error."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

from .._errors import (
    APIConnectionError,
    APITimeoutError,
    DecodeError,
    Shown,
    cleaned,
    request_id,
    status_error,
    text_of,
    without_secrets,
)
from .._logging import logger
from .._models.decoding import fast_decoder, loads
from .._network.transport import (
    NEVER_SENT,
    URL,
    BytesInMemory,
    DecodingError,
    Headers,
    PhaseTimeouts,
    PrivateHeaders,
    Request,
    Response,
    Timeout,
    TimeoutException,
    TransportError,
    certificate_error,
    redact,
    redact_response,
)
from .._public import public
from .._retries import Retries
from .._unset import UNSET, Unset
from .api_info import SecurityScheme
from .auth import ApiKey
from .bodies import Body, Multipart
from .operation import Operation
from .options import MAX_HEADER_BYTES
from .urls import encode_pairs

T = TypeVar("T")

STRUCTS_FROM_BYTES = 64 * 1024
"""Size of an answer from which structs, which take two milliseconds to make, are worth it."""


@public
class Retry:
    """A retry that is about to happen: what `on_retry` is called with."""

    __slots__ = ("attempt", "error", "method", "seconds", "status_code", "url")

    def __init__(
        self, method: str, url: str, attempt: int, seconds: float, status_code: int | None, error: Exception | None
    ) -> None:
        self.method: str = method
        self.url: str = url
        self.attempt: int = attempt
        """How many attempts have failed."""
        self.seconds: float = seconds
        """How long the client waits before the next."""
        self.status_code: int | None = status_code
        """The status that the last attempt was answered with; None where there was no answer."""
        self.error: Exception | None = error
        """httpx's error, where there was no answer."""

    def __repr__(self) -> str:
        why = self.status_code if self.error is None else type(self.error).__name__
        return f"Retry({self.method} {self.url}: {why}, attempt {self.attempt}, {self.seconds:.2f} s)"


RetryCallback: TypeAlias = Callable[[Retry], object]
"""Called before each wait for another attempt. What it raises ends the call."""


class RequestState:
    """A call under way. Its bytes and its `Idempotency-Key` are the same on every attempt."""

    __slots__ = (
        "assumed_deleted",
        "body",
        "headers",
        "hint",
        "idempotency_key",
        "key_parameter",
        "may_assume_deleted",
        "method",
        "on_retry",
        "retries",
        "security",
        "timeout",
        "timeout_owner",
        "timeouts",
        "url",
    )

    def __init__(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: Body,
        timeout: Timeout,
        retries: Retries,
        *,
        security: SecurityScheme | None = None,
        idempotency_key: str | None = None,
        may_assume_deleted: bool = False,
        on_retry: RetryCallback | None = None,
        timeout_owner: str = "",
        hint: str = "",
    ) -> None:
        self.method: str = method
        self.url: str = url
        self.headers: Headers = headers
        self.body: Body = body
        self.timeout: Timeout = timeout
        self.retries: Retries = retries
        self.security: SecurityScheme | None = security
        self.key_parameter: str = ""
        """The query parameter with the key, kept out of `url`, which is shown."""
        self.idempotency_key: str | None = idempotency_key
        self.may_assume_deleted: bool = may_assume_deleted
        """Whether a 404 counts as success once an attempt's outcome is unknown."""
        self.assumed_deleted: bool = False
        """Whether a 404 was counted as success."""
        self.on_retry: RetryCallback | None = on_retry
        self.timeout_owner: str = timeout_owner
        self.hint: str = hint
        self.timeouts: PhaseTimeouts | None = None
        """The time-outs of the attempt under way."""

    def set_key(self, key: ApiKey) -> None:
        """Put the key where the operation's security scheme wants it."""
        scheme = self.security
        if scheme is None or not key.header:
            return
        if scheme.place == "header":
            self.headers[scheme.name] = scheme.value(key.header)
        else:
            self.key_parameter = encode_pairs([(scheme.name, key.header)])

    @property
    def _address(self) -> str:
        """The address to request, with the key if its place is the query."""
        if not self.key_parameter:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{self.key_parameter}"

    def new_request(self, client: Any = None) -> Request:
        """Build the request of the next attempt, with the headers, cookies and params of the caller's `client`."""
        self.check_deadline()
        logger.debug("%s %s (attempt %d)", self.method, self.url, self.retries.attempts + 1)
        self.timeouts = PhaseTimeouts(self.timeout, self.retries.deadline_at)
        url, content = self._address, self.body.content
        if content or self.method in ("POST", "PUT", "PATCH"):
            self.headers["Content-Length"] = str(self.body.size)
        if client is None:
            stream = content if isinstance(content, Multipart) else BytesInMemory(content)
            request = Request(self.method, url, stream=stream, extensions={"timeout": self.timeouts})
            if stream is not content:
                request.read()  # so that it has a `content`
            request.headers = PrivateHeaders(self.headers)
            return request
        request = client.build_request(
            self.method,
            url,
            headers=self.headers,
            content=b"" if isinstance(content, Multipart) else content,
            extensions={"timeout": self.timeouts},
        )
        if isinstance(content, Multipart):
            request = Request(request.method, request.url, headers=request.headers, stream=content)
        if client.params:  # httpx would put them in place of the call's own
            request.url = URL(url).copy_with(params=client.params.merge(URL(url).params))
        request.extensions = {**request.extensions, "timeout": self.timeouts}
        request.headers = PrivateHeaders(request.headers)
        return request

    def retry_delay_after_error(self, request: Request, error: TransportError, proxy: str = "") -> float:
        """Seconds to wait after an attempt without an answer. Raises the caller's error if it was the last.

        `proxy` names the argument or the variable with the proxy that the attempt went through.
        """
        if isinstance(error, DecodingError):
            said = Shown(str(error))
            raise DecodeError("a body in its Content-Encoding", said, request=redact(request)) from error
        if str(error) == H11_BUFFER_ERROR:
            raise headers_too_long(MAX_HEADER_BYTES, request=redact(request)) from error
        self.clean(error)
        seconds = self.retries.wait_after_error(error)
        if seconds is None:
            raise self.connection_error(redact(request), error, proxy) from error
        logger.info("%s %s: %s; again in %.2f s", self.method, self.url, _reason(error), seconds)
        self._report(seconds, None, error)
        return seconds

    def retry_delay_after_response(self, response: Response) -> float | None:
        """Seconds to wait after an error status, None after a success. Raises the error if it was the last attempt.

        The body of anything but a success has been read.
        """
        status = response.status_code
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s %s: %d, request id %s", self.method, self.url, status, request_id(response))
        if 200 <= status < 300:
            return None
        if status == 404 and self.may_assume_deleted and self.retries.outcome_unknown:
            self.assumed_deleted = True
            return None
        seconds = self.retries.wait_after_status(status, response.headers)
        if seconds is None:
            error = status_error(response, self.hint)
            redact_response(response)
            raise error
        logger.info("%s %s: %d; again in %.2f s", self.method, self.url, status, seconds)
        self._report(seconds, status, None)
        return seconds

    def _report(self, seconds: float, status: int | None, error: Exception | None) -> None:
        if self.on_retry is not None:
            self.on_retry(Retry(self.method, self.url, self.retries.attempts, seconds, status, error))

    def connection_error(self, request: Request, error: TransportError, proxy: str = "") -> APIConnectionError:
        """Return the error to raise for a transport error."""
        self.clean(error)
        late = self.retries.deadline_at is not None and time.monotonic() >= self.retries.deadline_at
        attempts = self.retries.attempts
        known = isinstance(error, NEVER_SENT) and not self.retries.outcome_unknown
        owner = self.timeout_owner if isinstance(error, TimeoutException) and not late else ""
        route = f", through the proxy of {proxy}" if proxy and isinstance(error, NEVER_SENT) else ""
        text = (
            f"{'the deadline passed: ' if late else ''}{_reason(error)}{route}{owner} "
            f"({self.method} {self.url}, {attempts} attempt{'' if attempts == 1 else 's'}"
            f"{'' if known else '; whether it took effect is unknown'})"
        )
        kind = APITimeoutError if late or isinstance(error, TimeoutException) else APIConnectionError
        return kind(text, request=request, idempotency_key=self.idempotency_key)

    def cleaned(self, text: str) -> str:
        """Return a text that may quote the server, without this call's secrets."""
        return cleaned(text, Request(self.method, self._address, headers=self.headers))

    def clean(self, error: TransportError) -> None:
        """Take this call's secrets out of what a traceback of `error` shows: httpx and h11 quote malformed answers."""
        with suppress(RuntimeError):  # it has no request
            redact(error.request)  # after a redirect, another one than the attempt's
        request = Request(self.method, self._address, headers=self.headers)
        cause: BaseException | None = error
        while cause is not None:
            cause.args = tuple(without_secrets(one, request) if isinstance(one, str) else one for one in cause.args)
            cause = cause.__cause__ or cause.__context__

    def check_deadline(self) -> None:
        """Raise `APITimeoutError` once the deadline passed."""
        if self.retries.deadline_at is not None and time.monotonic() >= self.retries.deadline_at:
            raise APITimeoutError(
                f"the deadline passed ({self.method} {self.url}, {self.retries.attempts} attempts)",
                idempotency_key=self.idempotency_key,
            )


H11_BUFFER_ERROR = "Receive buffer too long"
"""h11's error for a head, or a line of a chunked body, that is longer than it may buffer."""


UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's codes for a certificate whose authority is not among the trusted ones."""


def _reason(error: TransportError) -> str:
    """Describe a transport error: many of httpx's errors have no text."""
    reasons = {
        "ConnectError": "could not connect",
        "ConnectTimeout": "timed out while connecting",
        "PoolTimeout": "timed out while waiting for a free connection",
        "ReadTimeout": "timed out while waiting for the answer",
        "WriteTimeout": "timed out while sending",
        "ProxyError": "the proxy refused",
    }
    words = reasons.get(type(error).__name__, "the connection broke")
    detail = str(error)
    untrusted = certificate_error(error)
    if untrusted is not None and untrusted.verify_code in UNKNOWN_AUTHORITY:
        return f"{words}: {detail}; verify= (a given http_client's own) or SSL_CERT_FILE names authorities to trust"
    return f"{words}: {detail}" if detail and detail not in ("timed out", words) else words


def headers_too_long(limit: int, request: Request | None = None) -> DecodeError:
    """Return the error for an answer whose headers are longer than `limit`."""
    return DecodeError(f"headers of at most {limit} bytes (max_header_bytes)", Shown("more"), request=request)


def read_response(response: Response, operation: Operation[T]) -> T:
    """Return the result of an operation's successful answer. Raises `DecodeError`."""
    other = operation.others.get(response.status_code)
    kind, decode = other or (operation.kind, operation.decode)
    if kind == "json":
        return decode_response(response, decode, operation.result if other is None else None)
    return decode(None if kind == "none" else text_of(response) if kind == "text" else response.content)


def decode_response(response: Response, decode: Callable[[Any], T], result: Callable[[], type[T]] | None = None) -> T:
    """Decode the JSON body of a successful response. Raises `DecodeError`, with the response.

    `result` returns the class of what `decode` returns, where structs may make it.
    """
    if result is not None:
        documented = decode_documented(response.content, result)
        if not isinstance(documented, Unset):
            return documented
    try:
        value = loads(response.content)
    except (ValueError, RecursionError):
        raise DecodeError("JSON", _shown(response)).within(response) from None
    try:
        return decode(value)
    except DecodeError as error:
        raise error.within(response) from None


def _shown(response: Response) -> object:
    """Describe a body that is not JSON, for an error."""
    text = text_of(response)
    if not text.strip():
        return Shown("an empty body")
    return Shown(f"an HTML page: {text[:80]!r}…") if text.lstrip()[:1] == "<" else text


def undocumented_value(response: Response) -> Any:
    """Return an undocumented answer: the parsed JSON, the text of anything else, or None for an empty body."""
    if not response.content:
        return None
    if "json" in response.headers.get("content-type", ""):
        return decode_response(response, lambda value: value)
    return text_of(response)


def decode_documented(content: bytes, kind: Callable[[], type[T]]) -> T | Unset:
    """Return what `content` is the JSON of, a model or a list of one, without parsing it into objects in between.

    UNSET where that cannot be done, or is not worth it: without msgspec, for a small content, and for any that is not
    exactly as documented. `from_dict` then keeps the unknown fields, or says what is wrong.
    """
    if len(content) < STRUCTS_FROM_BYTES or fast_decoder() is None:
        return UNSET
    from .._models.structs import struct_decoder

    model: Any = kind()
    decoder = struct_decoder(model)
    return UNSET if decoder is None else decoder.decode(content)
