"""Every error a call can raise. All of them survive pickle, copy and deepcopy, and none holds the API key.

```
APIError
├── APIConnectionError        no complete answer came
│   ├── APITimeoutError
│   └── StreamInterrupted
├── APIStatusError            an error status
│   ├── NotModifiedError 304, BadRequestError 400, AuthenticationError 401, NotFoundError 404, ConflictError 409,
│   │   PreconditionFailedError 412, UnprocessableEntityError 422, RateLimitError 429
│   └── ServerError           every 5xx
└── DecodeError               an answer that does not fit the document
```
"""

from __future__ import annotations

import json
import re
from typing import Any, Self

from ._json_types import is_array, is_object
from ._network.transport import REDACTED, SECRET, SECRET_PARAMETERS, Request, Response, redact_response
from ._public import public
from ._retries import retry_after
from ._unset import Unset

SHORT = 200
"""Characters of the server's text that an error shows."""
MAX_DETAIL = 10_000
"""Characters of an error's `detail`; the whole is in the response."""
MAX_SHOWN_ERRORS = 100
"""Invalid values of a 422 that its text names."""
CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
"""Characters that would act on a terminal; a tab and a line feed do not. Compiled with the first error, not here."""


def _rebuild(kind: type[APIError], args: tuple[object, ...]) -> APIError:
    return kind.__new__(kind, *args)


@public
class APIError(Exception):
    """Base class of the errors that a call can raise."""

    def __init__(self, message: str, *, request: Request | None = None) -> None:
        super().__init__(message)
        self.request: Request | None = request
        """The request, its API key removed; None where there was none."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args), self.__dict__


@public
class APIConnectionError(APIError):
    """No complete answer came: no connection, or one that broke. Whether the call took effect may be unknown."""

    def __init__(self, message: str, *, request: Request | None = None, idempotency_key: str | None = None) -> None:
        super().__init__(message, request=request)
        self.idempotency_key = idempotency_key
        """The `Idempotency-Key` that was sent: the same call under the same key is safe where keys are honoured."""


@public
class APITimeoutError(APIConnectionError):
    """A time-out, or the deadline of the whole call, passed."""


@public
class StreamInterrupted(APIConnectionError):
    """A stream broke off before its last event. The events before that were returned."""

    def __init__(
        self,
        message: str,
        *,
        last_event_id: str | None = None,
        request: Request | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        super().__init__(message, request=request, idempotency_key=idempotency_key)
        self.last_event_id = last_event_id
        """The id of the last event; None if the events carried none."""


@public
class DecodeError(APIError):
    """An answer that does not fit the document: at which JSON path, what was expected, and what came."""

    request: Request | None

    def __init__(
        self, expected: str, got: object, *, path: tuple[str | int, ...] = (), request: Request | None = None
    ) -> None:
        super().__init__(expected, request=request)
        self.expected = expected
        """Type that the document gives, as in "a string"."""
        self.got: Shown = got if isinstance(got, Shown) else Shown(described(got))
        """Value that came instead, shortened."""
        self.steps: tuple[str | int, ...] = path
        self.response: Response | None = None
        """The response; None where there was none, as in `Thread.from_dict` of your own data."""

    @property
    def path(self) -> str:
        """Place in the answer: `messages[3].created_at`. Empty for the answer as a whole."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return text.removeprefix(".")

    def within(self, response: Response) -> Self:
        """The same error, as one of the answer `response`, whose request is freed of secrets."""
        self.got = Shown(cleaned(self.got, response.request))
        self.response = response
        self.request = redact_response(response)
        return self

    def under(self, *steps: str | int) -> Self:
        """The same error, with `steps` in front of its path: for the decoder of the enclosing value."""
        self.steps = (*steps, *self.steps)
        return self

    def __str__(self) -> str:
        place = f"{self.path}: " if self.steps else ""
        return f"{place}expected {self.expected}, got {self.got}{_origin(self.response)}"


@public
class APIStatusError(APIError):
    """The API answered with an error status, documented or not."""

    def __init__(self, response: Response, hint: str = "") -> None:
        self.status_code: int = response.status_code
        """The HTTP status."""
        self.detail, self.errors, is_foreign = _read_detail(response)
        self.request_id: str | None = request_id(response)
        """The server's id of the request (`X-Request-ID`), if it sent one."""
        self.response = response
        """The response; its request's API key removed."""
        reason = f" {response.reason_phrase}" if response.reason_phrase else ""
        said = f": {_cut(self.detail, 10 * SHORT)}" if self.detail else ""
        hinted = hint if is_foreign else ""
        text = cleaned(f"{self.status_code}{reason}{said}{hinted}{_origin(response)}", response.request)
        super().__init__(text, request=response.request)

    detail: str
    """Text of the server: its `detail`, or for a 422 the list in words, or the beginning of the body."""
    errors: list[FieldError]
    """The invalid values of a 422; empty for any other answer."""

    @property
    def retry_after(self) -> float | None:
        """The seconds to wait before the next attempt (`Retry-After`); None if the server did not say."""
        return retry_after(self.response.headers)


@public
class NotModifiedError(APIStatusError):
    """304: nothing changed since the version given with the call."""


@public
class BadRequestError(APIStatusError):
    """400: the request cannot be read, or not now."""


@public
class AuthenticationError(APIStatusError):
    """401: the API key is missing or invalid."""


@public
class NotFoundError(APIStatusError):
    """404: there is no such object in this account."""


@public
class ConflictError(APIStatusError):
    """409: the thread or the run is in a state that does not allow this, or the idempotency key was used for another
    call."""


@public
class PreconditionFailedError(APIStatusError):
    """412: someone else changed the thread since the version given with the call."""


@public
class UnprocessableEntityError(APIStatusError):
    """422: the request breaks a rule of the document; `errors` says where."""


@public
class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says when to try again."""


@public
class ServerError(APIStatusError):
    """Any 5xx."""


BY_STATUS: dict[int, type[APIStatusError]] = {
    304: NotModifiedError,
    400: BadRequestError,
    401: AuthenticationError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


@public
class FieldError(dict[str, Any]):
    """One invalid value of a 422: `{"loc": [...], "msg": ..., "type": ...}` as it came; as text, in words."""

    @property
    def loc(self) -> list[str | int]:
        """Where: `["query", "limit"]`, `["body", "tools", 0, "function"]`."""
        place = self.get("loc")
        return place if is_array(place) else []

    @property
    def msg(self) -> str:
        """Description of the error."""
        return str(self.get("msg", ""))

    @property
    def type(self) -> str:
        """The reason, as a code."""
        return str(self.get("type", ""))

    def __str__(self) -> str:
        steps = self.loc[1:] if self.loc and self.loc[0] in ("body", "query", "path", "header", "cookie") else self.loc
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
        place = place or ".".join(str(step) for step in self.loc)
        return f"{place}: {self.msg}" if place else self.msg


class Shown(str):
    """Text that is already a description of a value."""

    __slots__ = ()


def status_error(response: Response, hint: str = "") -> APIStatusError:
    """The error for `response`, its body read; `hint` is said of a 404 that is not the API's."""
    status = response.status_code
    return BY_STATUS.get(status, ServerError if 500 <= status < 600 else APIStatusError)(response, hint)


def request_id(response: Response) -> str | None:
    """The `X-Request-ID` of `response`, if it has one."""
    value: str | None = response.headers.get("x-request-id")
    return None if value is None else cleaned(value, response.request)


def described(value: object) -> str:
    """A JSON value in a few words: whole if short, else its beginning, or what it consists of."""
    match value:
        case str() | bytes():
            text = repr(value[: SHORT + 1])
            return text if len(value) <= SHORT else f"{text[:SHORT]}… ({len(value)} long)"
        case _ if is_object(value):
            keys = ", ".join(str(key) for key in list(value)[:8])
            return f"an object with {keys}{', …' if len(value) > 8 else ''}" if value else "an empty object"
        case _ if is_array(value):
            return f"an array of {len(value)}" if value else "an empty array"
        case None:
            return "null"
        case Unset():
            return "nothing"
        case bool():
            return "true" if value else "false"
        case _:
            return repr(value)[:SHORT]


def _origin(response: Response | None) -> str:
    """From which call: in parentheses, for the end of an error's text."""
    if response is None:
        return ""
    named = request_id(response)
    return f" ({response.request.method} {response.request.url}{f', request id {named}' if named else ''})"


def _read_detail(response: Response) -> tuple[str, list[FieldError], bool]:
    """Return the text of an error's body, the list of a 422, and whether it is a 404 that is not the API's.

    A proxy's HTML or an empty body is no second error. A 404 of the API says which thing was not found.
    """
    text, request = text_of(response), response.request
    is_404 = response.status_code == 404
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return without_secrets(_prose(text, response), request), [], is_404
    detail = body.get("detail", body.get("message", body.get("error"))) if is_object(body) else None
    if is_object(detail) and isinstance(detail.get("message"), str):
        detail = detail["message"]
    errors: list[FieldError] = []
    if is_array(detail):
        errors = [FieldError(item) for item in detail if is_object(item)]
        detail = "; ".join(str(error) for error in errors[:MAX_SHOWN_ERRORS]) or None
    is_foreign = is_404 and (not isinstance(detail, str) or detail.lower() == "not found")
    said = detail if isinstance(detail, str) else _cut(text)
    return without_secrets(said[:MAX_DETAIL] + ("…" if len(said) > MAX_DETAIL else ""), request), errors, is_foreign


def _prose(text: str, response: Response) -> str:
    """A body that is not JSON, in a few words."""
    if not text.strip():
        return f"not followed: {response.headers['location']}" if "location" in response.headers else ""
    if re.search(r"<(?:!doctype )?html|<head|<body", text[:1000], re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.*?)</title>", text[:20_000], re.IGNORECASE | re.DOTALL)
        return f"an HTML page{f': {_cut(title[1])}' if title else ''}"
    return _cut(text)


def _cut(text: str, length: int = SHORT) -> str:
    text = " ".join(text[: 4 * length].split())
    return text if len(text) <= length else text[:length] + "…"


def text_of(response: Response) -> str:
    """The body as text, whatever its `Content-Type` says of a charset: an unknown one is read as UTF-8."""
    try:
        return response.text
    except (LookupError, ValueError, AssertionError, TypeError):
        return response.content.decode("utf-8", "replace")


def cleaned(text: str, request: Request) -> str:
    """`text`, which a server may have had a part in, without the secrets of a request, and without control
    characters."""
    return re.sub(CONTROL, lambda found: ascii(found[0])[1:-1], without_secrets(text, request))


def without_secrets(text: str, request: Request) -> str:
    """`text` without the secrets of a request, those in its headers and those in its query."""
    found = [request.headers.get(name) for name in SECRET]
    if SECRET_PARAMETERS:
        found += [request.url.params.get(name) for name in SECRET_PARAMETERS]
    for value in found:
        if value and value != REDACTED:
            text = text.replace(value, REDACTED)
    return text
