"""Base URL, key and options, from which the sync and the async client make requests."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from .._network.settings import CertOption, Network, VerifyOption
from .._network.transport import URL, Headers, PrivateHeaders, Timeout, httpx_version, is_httpx_default
from .._unset import UNSET, Unset
from .api_info import ApiInfo
from .auth import ApiKey, check_headers, find_base_url, find_key, honours_keys
from .options import (
    DEFAULT_TIMEOUT,
    MAX_HEADER_BYTES,
    Options,
    TimeoutOption,
    check_deadline,
    check_max_retries,
    check_size,
    check_timeout,
)

if TYPE_CHECKING:
    from .state import RetryCallback


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
        max_header_bytes: int,
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
            check_size("max_response_bytes", max_response_bytes),
            check_size("max_header_bytes", max_header_bytes, MAX_HEADER_BYTES),
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
                "Accept": "application/json",
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
            "max_header_bytes": self.options.max_header_bytes,
            **self._arguments,
        }

    def copy_with(
        self,
        timeout: TimeoutOption,
        deadline: float | Unset | None,
        max_retries: int | Unset,
        headers: Mapping[str, str] | Unset,
    ) -> Self:
        """The same with other options."""
        if timeout is deadline is max_retries is headers is UNSET:
            return self
        copy = type(self).__new__(type(self))
        for name in type(self).__slots__:
            setattr(copy, name, getattr(self, name))
        copy.options = self.options.copy_with(self.api_info, timeout, deadline, max_retries, headers)
        if timeout is not UNSET:
            copy.timeout_owner = ""
        return copy
