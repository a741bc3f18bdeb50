"""Calls sent through httpx, with retries, a deadline and redirects."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from .._errors import APIConnectionError, DecodeError, Shown
from .._event_loops import (
    blocking,
    bound_connections,
    bound_reads,
    pause,
    result,
    until,
)
from .._network.transport import (
    SECRET,
    HTTPClient,
    ReadTimeout,
    Request,
    Response,
    TooManyRedirects,
    TransportError,
    already_read,
    origin,
    redact_response,
    set_content,
)
from .._request.auth import check_called_key
from .._request.bodies import Multipart
from .._request.builder import RequestBuilder
from .._request.client_config import ClientConfig
from .._request.operation import Operation
from .._request.options import MAX_HEADER_BYTES
from .._request.state import RequestState, headers_too_long, read_response, undocumented_value
from .._response import Answer
from .http_clients import HTTPClients

T = TypeVar("T")

SHOWN_CHARACTERS = 80


@contextmanager
def before_deadline(state: RequestState) -> Generator[None]:
    """Raise `APITimeoutError` at the call's deadline, during the preparation of an attempt."""
    try:
        with until(state.retries.deadline_at):
            yield
    except ReadTimeout:
        state.check_deadline()
        raise


class Sender(RequestBuilder):
    """Builds and sends the calls of a client."""

    __slots__ = ("http_clients",)

    def __init__(self, config: ClientConfig, http_clients: HTTPClients) -> None:
        super().__init__(config)
        self.http_clients: HTTPClients = http_clients

    def call(self, operation: Operation[T], path: tuple[str, ...], state: RequestState, *, in_answer: bool) -> T:
        """Send a call and return its result, in an `Answer` if `in_answer`. Raises an `APIError`."""
        response = self.send(state)
        if state.assumed_deleted and operation.assume_deleted is not None:
            value = operation.assume_deleted(path[-1])
        else:
            value = read_response(response, operation)
            if operation.check is not None:
                operation.check(value, response)
        if in_answer:
            redact_response(response)
            return cast("T", Answer(value, response))
        return value

    def undocumented_call(self, state: RequestState) -> Answer[Any]:
        """Send a call that the document does not describe. Raises an `APIError`."""
        response = self.send(state)
        value = undocumented_value(response)
        redact_response(response)
        return Answer(value, response)

    def send(self, state: RequestState, *, keep_open: bool = False) -> Response:
        """Send the request of `state`, with the retries of the policy, and return the successful response.

        The response's body has been read, unless `keep_open`. Raises an `APIError`.
        """
        state.retries.begin()
        client = self.http_clients.current()
        if isinstance(state.body.content, Multipart):
            with before_deadline(state):
                blocking(state.body.content.prepare)
        while True:
            if self.config.key.is_callback and state.security is not None:
                state.set_key(check_called_key(self._called_key(state)))
            request = state.new_request(self.http_clients.given)
            if self.http_clients.is_given:
                bound_connections(request)
            try:
                with until(state.retries.deadline_at):
                    response = self._exchange(client, request, state)
                    if self.http_clients.is_given:
                        bound_reads(response)
                    if self.config.options.max_header_bytes < MAX_HEADER_BYTES:
                        self._check_headers(response)
                    if not keep_open or not response.is_success:
                        self._read(response, state.retries.deadline_at)
            except TransportError as error:
                seconds = state.retry_delay_after_error(request, error, self.config.network.proxy_source)
            except RuntimeError as error:
                if not self.http_clients.is_foreign():
                    raise
                raise APIConnectionError(
                    f"the given http_client belongs to another event loop, in which it was used first: {error}"
                ) from error
            else:
                wait = state.retry_delay_after_response(response)
                if wait is None:
                    return response
                seconds = wait
            pause(seconds)

    def _called_key(self, state: RequestState) -> object:
        """Ask the callback for the key of the next attempt."""
        key = self.config.key.value
        assert not isinstance(key, str)
        with before_deadline(state):
            return result(key())

    def _exchange(self, client: HTTPClient, request: Request, state: RequestState) -> Response:
        """Send one request. A given client's redirect policy holds, but the key is never sent to another origin."""
        if self.http_clients.given is None:
            return client.send(request, stream=True, auth=None, follow_redirects=False)
        response = client.send(request, stream=True, follow_redirects=False)
        history: list[Response] = []
        while client.follow_redirects and response.next_request is not None:
            self._read(response, state.retries.deadline_at)
            history.append(response)
            if len(history) > client.max_redirects:
                raise TooManyRedirects("exceeded the redirects that the http_client allows", request=request)
            following = response.next_request
            following.extensions = {**following.extensions, "timeout": state.timeouts}
            if origin(following.url) != origin(request.url):
                for name in SECRET - {"cookie"}:
                    following.headers.pop(name, None)
            response = client.send(following, stream=True, auth=None, follow_redirects=False)
            response.history = list(history)
        return response

    def _check_headers(self, response: Response) -> None:
        """Raise `DecodeError` for headers above `max_header_bytes`."""
        limit = self.config.options.max_header_bytes
        if sum(len(name) + len(value) for name, value in response.headers.raw) > limit:
            response.close()
            raise headers_too_long(limit).within(response)

    def _read(self, response: Response, deadline: float | None) -> None:
        """Read the body, and close the response. Raises `DecodeError` for a body above `max_response_bytes`."""
        try:
            if already_read(response):
                return
            limit = self.config.options.max_response_bytes
            pieces: list[bytes] = []
            size = 0
            for piece in response.iter_bytes():
                size += len(piece)
                if size > limit:
                    raise DecodeError(f"at most {limit} bytes (max_response_bytes)", Shown("more")).within(response)
                pieces.append(piece)
                if deadline is not None and time.monotonic() > deadline:
                    raise ReadTimeout("the answer was still coming")
            set_content(response, b"".join(pieces))
        finally:
            response.close()

    def read_start(self, response: Response) -> str:
        """Read the first characters of an unexpected body, to be shown in an error."""
        if already_read(response):
            return response.text[:SHOWN_CHARACTERS]
        start = b""
        for piece in response.iter_bytes():
            start += piece
            if len(start) > 4 * SHOWN_CHARACTERS:
                break
        return start.decode("utf-8", "replace")[:SHOWN_CHARACTERS]
