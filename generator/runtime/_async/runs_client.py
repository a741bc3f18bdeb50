"""The base of a client whose runs can fail: what `runs`, the adapter of methods.yaml, adds to a client's options."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from .._network.settings import CertOption, VerifyOption
from .._network.transport import AsyncBaseTransport, AsyncHTTPClient
from .._request.auth import ApiKey, KeyCallback
from .._request.options import MAX_HEADER_BYTES, MAX_RESPONSE_BYTES, TimeoutOption
from .._unset import UNSET, Unset
from .base_client import AsyncBaseClient

if TYPE_CHECKING:
    from .._request.operation import Operation
    from .._request.state import RetryCallback

T = TypeVar("T")


class AsyncRunsClient(AsyncBaseClient):
    """A client with the option `raise_on_failed_run`."""

    def __init__(
        self,
        *,
        api_key: str | KeyCallback | None = None,
        base_url: str | None = None,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int = 2,
        headers: Mapping[str, str] | None = None,
        http_client: AsyncHTTPClient | AsyncBaseTransport | None = None,
        verify: VerifyOption = True,
        cert: CertOption = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        max_header_bytes: int = MAX_HEADER_BYTES,
        raise_on_failed_run: bool = True,
        on_retry: RetryCallback | None = None,
    ) -> None:
        key: ApiKey | None
        key, api_key = None if api_key is None else ApiKey.of(api_key), None  # not for a traceback's local variables
        super().__init__(
            api_key=cast("Any", key),
            base_url=base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
            http_client=http_client,
            verify=verify,
            cert=cert,
            proxy=proxy,
            trust_env=trust_env,
            max_response_bytes=max_response_bytes,
            max_header_bytes=max_header_bytes,
            on_retry=on_retry,
        )
        self._raises = raise_on_failed_run

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "raise_on_failed_run": self._raises}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({name: value for name, value in state.items() if name != "raise_on_failed_run"})
        self._raises = state.get("raise_on_failed_run", True)

    def with_options(
        self,
        *,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
        raise_on_failed_run: bool | Unset = UNSET,
    ) -> Self:
        """A client with other options, on the same connections: closing it leaves them open.

        `headers` are added to the ones there are. What is not given stays as it is.
        """
        client = super().with_options(timeout=timeout, deadline=deadline, max_retries=max_retries, headers=headers)
        client._raises = self._raises if isinstance(raise_on_failed_run, Unset) else raise_on_failed_run
        return client


def checked(client: AsyncBaseClient, operation: Operation[T], raises: bool | Unset) -> Operation[T]:
    """The operation for one call, without its check where failed runs are not to be raised."""
    if isinstance(raises, Unset):
        # The client keeps it out of its public names.
        raises = not isinstance(client, AsyncRunsClient) or client._raises  # pyright: ignore[reportPrivateUsage]
    if raises:
        return operation
    unchecked = copy.copy(operation)
    unchecked.check = None
    return unchecked
