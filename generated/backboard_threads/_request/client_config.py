"""Base URL, key and options, from which both halves make their requests."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any, Self

from .._network.settings import CertOption, Network, VerifyOption
from .._network.transport import URL, Headers, PrivateHeaders, Timeout, httpx_version, is_httpx_default
from .._retries import Retries
from .._unset import UNSET, Unset
from .auth import (
    IDEMPOTENCY_KEY,
    ApiKey,
    check_header,
    check_headers,
    find_base_url,
    find_key,
    honours_keys,
    missing_key,
)
from .bodies import EMPTY, JSON, Body, encode_body
from .files import Files
from .operation import ApiInfo, Operation, SecurityScheme
from .options import (
    DEFAULT_TIMEOUT,
    Options,
    TimeoutOption,
    check_deadline,
    check_max_response_bytes,
    check_max_retries,
    check_timeout,
)
from .state import RequestState, RetryCallback
from .urls import encode_query, fill

EVENTS = "text/event-stream"


class ClientConfig:
    """Address, key and options of one client."""

    __slots__ = (
        "_arguments",
        "api_info",
        "base_url",
        "headers",
        "hint",
        "honours_keys",
        "key",
        "network",
        "on_retry",
        "options",
        "timeout_owner",
    )

    def __init__(
        self,
        api_info: ApiInfo,
        half: str,
        *,
        api_key: ApiKey | None,
        base_url: str | None,
        timeout: TimeoutOption,
        deadline: float | Unset | None,
        max_retries: int,
        headers: Mapping[str, str] | None,
        max_response_bytes: int,
        raise_on_failed_run: bool,
        on_retry: RetryCallback | None,
        verify: VerifyOption,
        cert: CertOption,
        proxy: str | None,
        trust_env: bool,
    ) -> None:
        self.key: ApiKey = find_key(api_key, api_info)
        self.api_info: ApiInfo = api_info
        self.base_url: str = find_base_url(base_url, api_info)
        self.honours_keys: bool = honours_keys(self.base_url, api_info)
        self.options: Options = Options(
            DEFAULT_TIMEOUT if isinstance(timeout, Unset) else check_timeout(timeout),
            deadline if isinstance(deadline, Unset) else check_deadline(deadline),
            check_max_retries(max_retries),
            check_headers(headers or {}, api_info),
            check_max_response_bytes(max_response_bytes),
            raise_on_failed_run,
        )
        if on_retry is not None and not callable(on_retry):
            raise TypeError(f"on_retry must be a function, not {type(on_retry).__name__}")
        self.on_retry: RetryCallback | None = on_retry
        uses_tls = any(server.startswith("https:") for server in (self.base_url, *api_info.operation_servers))
        self.network: Network = Network(
            self.base_url, verify=verify, cert=cert, proxy=proxy, trust_env=trust_env, uses_tls=uses_tls
        )
        self._arguments = {"verify": verify, "cert": cert, "proxy": proxy, "trust_env": trust_env, "on_retry": on_retry}
        self.timeout_owner: str = ""
        path = URL(next(iter(api_info.servers), self.base_url)).path.rstrip("/")
        is_usual = URL(self.base_url).path.rstrip("/") == path
        self.hint: str = "" if is_usual else f"; is the base URL right? The API is under {path}"
        versions = f"httpx {httpx_version()}; Python {platform.python_version()}"
        self.headers: Headers = PrivateHeaders(
            {
                "Host": URL(self.base_url).netloc.decode("ascii"),
                "Accept": JSON,
                "Accept-Encoding": "gzip, deflate",
                "Connection": "keep-alive",
                "User-Agent": f"{api_info.package}/{api_info.version} ({half}; {versions})",
            }
        )

    def adopt_defaults(self, headers: Headers, timeout: Timeout | None) -> None:
        """Leave to a given httpx client the headers that it was made with, and its time-outs."""
        for name in ("accept-encoding", "connection", "host"):
            del self.headers[name]
        if not is_httpx_default("user-agent", headers.get("user-agent", "")):
            del self.headers["user-agent"]
        if timeout is not None:
            self.options.timeout = timeout
            self.timeout_owner = " (a time-out of the given http_client)"

    def state(self) -> dict[str, Any]:
        """The constructor's arguments, the API key among them, for a pickle."""
        return {
            "api_key": self.key.value or None,
            "base_url": self.base_url,
            "timeout": self.options.timeout,
            "deadline": self.options.deadline,
            "max_retries": self.options.max_retries,
            "headers": self.options.headers,
            "max_response_bytes": self.options.max_response_bytes,
            "raise_on_failed_run": self.options.raise_on_failed_run,
            **self._arguments,
        }

    def copy_with(
        self,
        timeout: TimeoutOption,
        deadline: float | Unset | None,
        max_retries: int | Unset,
        headers: Mapping[str, str] | Unset,
        raise_on_failed_run: bool | Unset = UNSET,
    ) -> Self:
        """The same with other options."""
        if timeout is deadline is max_retries is headers is raise_on_failed_run is UNSET:
            return self
        copy = type(self).__new__(type(self))
        for name in type(self).__slots__:
            setattr(copy, name, getattr(self, name))
        copy.options = self.options.copy_with(
            self.api_info, timeout, deadline, max_retries, headers, raise_on_failed_run
        )
        if timeout is not UNSET:
            copy.timeout_owner = ""
        return copy

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
            accept=operation.accept,
            security=operation.security,
        )
        if operation.server and "host" in state.headers:
            state.headers["Host"] = URL(url).netloc.decode("ascii")
        return state

    def _server_of(self, operation: Operation[Any]) -> str:
        """The address of an operation, without a slash at its end: the base URL unless it has one of its own."""
        if not operation.server:
            return self.base_url
        return str(URL(self.base_url).join(operation.server)).rstrip("/")

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
        options = self.options
        headers = PrivateHeaders(self.headers)
        if accept != JSON:
            headers["Accept"] = accept
        if is_stream:
            headers["Accept"] = EVENTS
            headers["Accept-Encoding"] = "identity"
        if body.content_type is not None:
            headers["Content-Type"] = body.content_type
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
            repeatable = self.honours_keys and method == "POST" and takes_key is True
            if method == "POST" and takes_key is not False:
                headers[IDEMPOTENCY_KEY] = os.urandom(16).hex()
        scheme = self.api_info.security if isinstance(security, Unset) else security
        if scheme is not None and not scheme.optional and self.key.value == "":
            raise ValueError(missing_key(self.api_info))
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
            on_retry=self.on_retry,
            timeout_owner=self.timeout_owner,
            hint=self.hint,
        )
        state.set_key(self.key)
        return state

    def url_of(self, path: object, query: Mapping[str, object] | None) -> str:
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
