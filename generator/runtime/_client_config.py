"""The API as one client sees it: where it is, who calls, with which options. Both halves make their calls from it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any, Self

from ._auth import IDEMPOTENCY_KEY, check_header, check_headers, find_base_url, find_key, honours_keys
from ._bodies import EMPTY, JSON, Body, encode_body
from ._deprecation import warn_once
from ._files import Files
from ._operation import ApiInfo, Operation
from ._options import DEFAULT_TIMEOUT, Options, TimeoutOption, check_deadline, check_max_retries, check_timeout
from ._request_state import RequestState
from ._retries import Retries
from ._transport import URL, Headers, PrivateHeaders, Timeout, httpx_version
from ._unset import Unset
from ._urls import encode_query, fill

EVENTS = "text/event-stream"


class ClientConfig:
    """What stays the same from call to call."""

    __slots__ = ("api_info", "base_url", "headers", "honours_keys", "options")

    def __init__(
        self,
        api_info: ApiInfo,
        half: str,
        *,
        api_key: str | None,
        base_url: str | None,
        timeout: TimeoutOption,
        deadline: float | Unset | None,
        max_retries: int,
        headers: Mapping[str, str] | None,
    ) -> None:
        key = find_key(api_key, api_info)
        self.api_info = api_info
        self.base_url = find_base_url(base_url, api_info)
        self.honours_keys = honours_keys(self.base_url, api_info)
        self.options = Options(
            DEFAULT_TIMEOUT if isinstance(timeout, Unset) else check_timeout(timeout),
            deadline if isinstance(deadline, Unset) else check_deadline(deadline),
            check_max_retries(max_retries),
            check_headers(headers or {}, api_info),
        )
        versions = f"httpx {httpx_version()}; Python {platform.python_version()}"
        agent = f"{api_info.package}/{api_info.version} ({half}; {versions})"
        self.headers = PrivateHeaders(
            {
                "Host": URL(self.base_url).netloc.decode("ascii"),
                "Accept": JSON,
                "Accept-Encoding": "gzip, deflate",
                "Connection": "keep-alive",
                "User-Agent": agent,
                api_info.key_header: key,
            }
        )

    def adopt_defaults(self, headers: Headers, timeout: Timeout | None) -> None:
        """Take over what a given httpx client was made to send, and its time-outs. The key's header stays ours."""
        for name, value in headers.multi_items():
            if name.lower() != self.api_info.key_header.lower():
                self.headers[name] = value
        if timeout is not None:
            self.options.timeout = timeout

    def state(self) -> dict[str, Any]:
        """The constructor's arguments, the API key among them, for a pickle."""
        return {
            "api_key": self.headers[self.api_info.key_header],
            "base_url": self.base_url,
            "timeout": self.options.timeout,
            "deadline": self.options.deadline,
            "max_retries": self.options.max_retries,
            "headers": self.options.headers,
        }

    def copy_with(
        self,
        timeout: TimeoutOption,
        deadline: float | Unset | None,
        max_retries: int | Unset,
        headers: Mapping[str, str] | Unset,
    ) -> Self:
        """The same with other options."""
        copy = type(self).__new__(type(self))
        copy.api_info = self.api_info
        copy.base_url = self.base_url
        copy.headers = self.headers
        copy.honours_keys = self.honours_keys
        copy.options = self.options.copy_with(self.api_info, timeout, deadline, max_retries, headers)
        return copy

    def operation_request(
        self,
        operation: Operation[Any],
        path: tuple[str, ...],
        query: Mapping[str, object] | None,
        parameters: Mapping[str, str | Unset] | None,
        body: object,
        files: Mapping[str, Files | Unset] | None,
        media: str | Unset,
        idempotency_key: str | Unset,
        *,
        is_stream: bool = False,
    ) -> RequestState:
        """The call of a documented operation."""
        if operation.deprecated is not None:
            warn_once(operation.id, operation.deprecated)
        url = self.base_url + fill(operation.template, operation.names, path)
        return self.request_state(
            operation.method,
            url if query is None else url + encode_query(query, operation.styles),
            EMPTY if body is None else encode_body(operation, media, body, files),
            parameters,
            idempotency_key,
            may_assume_deleted=operation.assume_deleted is not None,
            is_stream=is_stream,
            takes_key=operation.takes_key,
            accept=operation.accept,
        )

    def request_state(
        self,
        method: str,
        url: str,
        body: Body,
        parameters: Mapping[str, str | Unset] | None,
        idempotency_key: str | Unset,
        *,
        may_assume_deleted: bool = False,
        is_stream: bool = False,
        takes_key: bool = True,
        accept: str = JSON,
    ) -> RequestState:
        """A call. It carries an idempotency key of its own if it is a POST that takes one and is given none."""
        options = self.options
        headers = PrivateHeaders(self.headers)
        if accept != JSON:
            headers["Accept"] = accept
        if is_stream:
            headers["Accept"] = EVENTS
            headers["Accept-Encoding"] = "identity"
        if body.content_type is not None:
            headers["Content-Type"] = body.content_type
        if body.content or method in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = str(len(body.content))
        if options.headers:
            headers.update(options.headers)
        if parameters is not None:
            for name, value in parameters.items():
                if not isinstance(value, Unset) and value is not None:
                    headers[name] = check_header(name, value)
        repeatable = True
        if not isinstance(idempotency_key, Unset):
            headers[IDEMPOTENCY_KEY] = _check_key(idempotency_key)
        else:
            repeatable = self.honours_keys and method == "POST" and takes_key
            if method == "POST" and takes_key:
                headers[IDEMPOTENCY_KEY] = os.urandom(16).hex()
        return RequestState(
            method,
            url,
            headers,
            body,
            options.timeout,
            Retries(
                method,
                repeatable=repeatable,
                max_retries=options.max_retries,
                seconds=options.deadline_of_stream() if is_stream else options.deadline_of_call(),
            ),
            idempotency_key=headers.get(IDEMPOTENCY_KEY),
            may_assume_deleted=may_assume_deleted,
        )

    def url_of(self, path: str, query: Mapping[str, object] | None) -> str:
        """The URL of a path that the document does not know. Raises `ValueError` for one that leaves the base URL."""
        if not isinstance(path, str):
            raise TypeError(f"path must be a string, not {type(path).__name__}")
        if not path.startswith("/") or "#" in path or any(not "!" <= character <= "~" for character in path):
            raise ValueError(f"path must begin with a slash and be quoted, as it follows {self.base_url}: {path!r}")
        if {".", ".."} & set(path.partition("?")[0].split("/")):
            raise ValueError(f"path must not hold . or .. as a step: {path!r}")
        return f"{self.base_url}{path}{encode_query(query or {})}"


def _check_key(key: str) -> str:
    checked = check_header(IDEMPOTENCY_KEY, key)
    if not checked:
        raise ValueError("idempotency_key must not be blank")
    return checked
