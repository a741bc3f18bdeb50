"""The requests of calls, built from a client's configuration; loaded with the first call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._network.transport import URL, PrivateHeaders
from .._retries import Retries
from .._unset import UNSET, Unset
from .api_info import SecurityScheme
from .auth import IDEMPOTENCY_KEY, check_header, check_method, missing_key
from .bodies import EMPTY, JSON, Body, encode_body, encode_free
from .client_config import ClientConfig
from .files import Files
from .operation import Operation
from .state import RequestState
from .urls import encode_query, fill

EVENTS = "text/event-stream"


class RequestBuilder:
    """Builds the requests of a client's calls."""

    __slots__ = ("config",)

    def __init__(self, config: ClientConfig) -> None:
        self.config: ClientConfig = config

    def operation_request(
        self,
        operation: Operation[Any],
        path: tuple[str, ...],
        query: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        body: object = None,
        files: Mapping[str, Files | Unset] | None = None,
        media: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        *,
        is_stream: bool = False,
    ) -> RequestState:
        """The call of a documented operation."""
        is_download = is_stream and operation.kind == "bytes"
        if operation.deprecated is not None:
            from .._deprecation import warn_once

            warn_once(operation.id, operation.deprecated)
        url = self._server_of(operation) + fill(operation.template, operation.names, path)
        state = self.request_state(
            operation.method,
            url if query is None else url + encode_query(query, operation.styles),
            EMPTY if body is None else encode_body(operation, media, body, files),
            parameters,
            idempotency_key,
            may_assume_deleted=operation.assume_deleted is not None,
            is_stream=is_stream,
            takes_key=operation.takes_key,
            accept=EVENTS if is_stream and not is_download else operation.accept,
            security=operation.security,
        )
        if operation.server and "host" in state.headers:
            state.headers["Host"] = URL(url).netloc.decode("ascii")
        return state

    def _server_of(self, operation: Operation[Any]) -> str:
        """The address of an operation, without a slash at its end: the base URL unless it has one of its own."""
        if not operation.server:
            return self.config.base_url
        return str(URL(self.config.base_url).join(operation.server)).rstrip("/")

    def request_state(
        self,
        method: str,
        url: str,
        body: Body,
        parameters: Mapping[str, object] | None,
        idempotency_key: str | Unset,
        *,
        may_assume_deleted: bool = False,
        is_stream: bool = False,
        takes_key: bool | None = None,
        accept: str = JSON,
        security: SecurityScheme | Unset | None = UNSET,
    ) -> RequestState:
        """A call. It carries an idempotency key of its own if it is a POST that takes one and is given none.

        `takes_key` says whether the operation documents keys; None where that is not known, and a key is only sent.
        Raises `ValueError` if the operation needs an API key and the client has none.
        """
        config, options = self.config, self.config.options
        headers = PrivateHeaders(config.headers)
        if accept != JSON:
            headers["Accept"] = accept
        if body.content_type is not None:
            headers["Content-Type"] = body.content_type
        if options.headers:
            headers.update(options.headers)
            if body.content_type is not None and body.content_type != JSON:
                headers["Content-Type"] = body.content_type  # no other header describes a form
        if accept == EVENTS:
            headers["Accept"] = EVENTS
            headers["Accept-Encoding"] = "identity"
        if parameters is not None:
            for name, value in parameters.items():
                if not isinstance(value, Unset) and value is not None:
                    headers[name] = check_header(name, value)
        repeatable = True
        if not isinstance(idempotency_key, Unset):
            headers[IDEMPOTENCY_KEY] = _check_key(idempotency_key)
        else:
            repeatable = config.honours_keys and method == "POST" and takes_key is True
            if method == "POST" and takes_key is not False:
                headers[IDEMPOTENCY_KEY] = os.urandom(16).hex()
        scheme = config.api_info.security if isinstance(security, Unset) else security
        if scheme is not None and not scheme.optional and config.key.value == "":
            raise ValueError(missing_key(config.api_info))
        state = RequestState(
            method,
            url,
            headers,
            body,
            options.timeout,
            Retries(
                method,
                repeatable=repeatable,
                max_retries=options.max_retries,
                total_timeout=options.deadline_of_stream() if is_stream else options.deadline_of_call(),
            ),
            security=scheme,
            idempotency_key=headers.get(IDEMPOTENCY_KEY),
            may_assume_deleted=may_assume_deleted,
            on_retry=config.on_retry,
            timeout_owner=config.timeout_owner,
            hint=config.hint,
        )
        state.set_key(config.key)
        return state

    def undocumented_request(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None,
        json: object,
        form: Mapping[str, object] | None,
        files: Mapping[str, Files | Unset] | None,
        idempotency_key: str | Unset,
    ) -> RequestState:
        """The call of a method and path that the document does not know."""
        return self.request_state(
            check_method(method), self._url_of(path, query), encode_free(json, form, files), None, idempotency_key
        )

    def _url_of(self, path: object, query: Mapping[str, object] | None) -> str:
        """The URL of a path that the document does not know. Raises `ValueError` for one that leaves the base URL."""
        base_url = self.config.base_url
        if not isinstance(path, str):
            raise TypeError(f"path must be a string, not {type(path).__name__}")
        if not path.startswith("/") or "#" in path or any(not "!" <= character <= "~" for character in path):
            raise ValueError(f"path must begin with a slash and be quoted, as it follows {base_url}: {path!r}")
        if {".", ".."} & set(path.partition("?")[0].split("/")):
            raise ValueError(f"path must not hold . or .. as a step: {path!r}")
        text = encode_query(query or {})
        return f"{base_url}{path}{text.replace('?', '&', 1) if '?' in path else text}"


def _check_key(key: str) -> str:
    checked = check_header(IDEMPOTENCY_KEY, key)
    if not checked:
        raise ValueError("idempotency_key must not be blank")
    return checked
