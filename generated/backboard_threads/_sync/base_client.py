"""The client without its resources: how a call is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from .._event_loops import preload
from .._logging import hide_keys, hide_secrets_of_http2, print_if_asked
from .._network.settings import CertOption, VerifyOption
from .._network.transport import BaseTransport, HTTPClient
from .._request.api_info import ApiInfo
from .._request.auth import ApiKey, KeyCallback
from .._request.client_config import ClientConfig
from .._request.options import MAX_HEADER_BYTES, MAX_RESPONSE_BYTES, TimeoutOption
from .._unset import UNSET, Unset
from .http_clients import HTTPClients, check_http_client

if TYPE_CHECKING:
    # Loaded with the resources: making a client needs none of them.
    from .._request.files import Files
    from .._request.operation import Operation
    from .._request.state import RequestState, RetryCallback
    from .._response import Answer
    from .pagination import Paginator
    from .sender import Sender

T = TypeVar("T")
D = TypeVar("D")
S = TypeVar("S")


class BaseClient:
    """The base of the generated client: what is the same for every operation.

    The generated class says what the constructor's arguments are, since it knows their names in the document.
    """

    api_info: ClassVar[ApiInfo]

    def __init_subclass__(cls) -> None:
        if "api_info" in cls.__dict__:
            hide_keys(cls.api_info.schemes)
            print_if_asked(cls.api_info.log_variable)

    def __init__(
        self,
        *,
        api_key: str | KeyCallback | None = None,
        base_url: str | None = None,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int = 2,
        headers: Mapping[str, str] | None = None,
        http_client: HTTPClient | BaseTransport | None = None,
        verify: VerifyOption = True,
        cert: CertOption = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        max_header_bytes: int = MAX_HEADER_BYTES,
        on_retry: RetryCallback | None = None,
    ) -> None:
        key, api_key = None if api_key is None else ApiKey.of(api_key), None  # not for a traceback's local variables
        check_http_client(http_client)
        if http_client is not None and (verify is not True or cert is not None or proxy is not None or not trust_env):
            raise TypeError(
                "verify, cert, proxy and trust_env are for connections of the client's own, not for http_client"
            )
        self._config = ClientConfig(
            self.api_info,
            "sync",
            api_key=key,
            base_url=base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
            max_response_bytes=max_response_bytes,
            max_header_bytes=max_header_bytes,
            on_retry=on_retry,
            verify=verify,
            cert=cert,
            proxy=proxy,
            trust_env=trust_env,
        )
        if http_client is not None:
            hide_secrets_of_http2()
        if isinstance(http_client, HTTPClient):
            self._config.adopt_defaults(http_client.headers, http_client.timeout if timeout is UNSET else None)
        elif http_client is None:
            self._config.network.preload()
        self._http_clients = HTTPClients(self._config.network, http_client)
        self._is_copy = False
        self._answers = False
        preload(self)

    @property
    def base_url(self) -> str:
        """Address of the API, without a slash at the end."""
        return self._config.base_url

    def __repr__(self) -> str:
        config = getattr(self, "_config", None)
        return f"<{type(self).__name__} {config.base_url if config is not None else '(not made)'}>"

    def __getstate__(self) -> dict[str, Any]:
        if self._http_clients.is_given:
            raise TypeError(f"a {type(self).__name__} with an http_client of its own cannot be pickled or copied")
        return {**self._config.state(), "attributes": self._attributes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        attributes = state.get("attributes", {})
        BaseClient.__init__(self, **{name: value for name, value in state.items() if name != "attributes"})
        vars(self).update(attributes)

    def _attributes(self) -> dict[str, Any]:
        """Attributes that a subclass keeps on a client: none of ours, and no resource."""
        own = ("_config", "_http_clients", "_is_copy", "_answers")
        return {
            name: value
            for name, value in vars(self).items()
            if name not in own and not isinstance(getattr(type(self), name, None), cached_property)
        }

    def with_options(
        self,
        *,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> Self:
        """A client with other options, on the same connections: closing it leaves them open.

        `headers` are added to the ones there are. What is not given stays as it is.
        """
        copy = type(self).__new__(type(self))
        vars(copy).update(self._attributes())
        copy._config = self._config.copy_with(timeout, deadline, max_retries, headers)
        copy._http_clients = self._http_clients
        copy._is_copy = True
        copy._answers = self._answers
        return copy

    def _answering(self) -> Self:
        """A client whose `_call` gives an `Answer` around each result: for `with_response`."""
        copy = self.with_options()
        copy._answers = True
        return copy

    def _call(
        self,
        operation: Operation[T],
        path: tuple[str, ...] = (),
        *,
        query: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        body: object = None,
        files: Mapping[str, Files | Unset] | None = None,
        media: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> T:
        """Make one call and return what it answered.

        `path` are the values for the operation's path, `query` and `body` its fields by their names on the wire (UNSET
        ones are left out), `parameters` its header parameters, `media` the body's media type if it is not to be the
        usual one. Raises an `APIError`.
        """
        from .sender import Sender

        config = self._config.copy_with(timeout, deadline, max_retries, headers)
        sender = Sender(config, self._http_clients)
        state = sender.operation_request(operation, path, query, parameters, body, files, media, idempotency_key)
        return sender.call(operation, path, state, in_answer=self._answers)

    def _iterate(
        self,
        operation: Operation[Any],
        path: tuple[str, ...] = (),
        *,
        query: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> Paginator[Any]:
        """The items of a listing, page after page. The options are those of each page's call."""
        from .pagination import Paginator
        from .sender import Sender

        config = self._config.copy_with(timeout, deadline, max_retries, headers)
        return Paginator(Sender(config, self._http_clients), operation, path, query or {}, parameters)

    def _stream(
        self,
        stream: Callable[[Sender, D, RequestState, Mapping[str, object]], S],
        operation: Operation[Any],
        streaming: D,
        path: tuple[str, ...] = (),
        *,
        known: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        files: Mapping[str, Files | Unset] | None = None,
        media: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> S:
        """The events of one call, in the class `stream`; nothing is sent before its `with` begins.

        `known` are values that the stream knows before its first event.
        """
        from .sender import Sender

        sender = Sender(self._config.copy_with(timeout, deadline, max_retries, headers), self._http_clients)
        state = sender.operation_request(
            operation, path, query, parameters, body, files, media, idempotency_key, is_stream=True
        )
        return stream(sender, streaming, state, known or {})

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = UNSET,
        form: Mapping[str, object] | None = None,
        files: Mapping[str, Files | Unset] | None = None,
        idempotency_key: str | Unset = UNSET,
        timeout: TimeoutOption = UNSET,
        deadline: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
    ) -> Answer[Any]:
        """Make a call that the document does not describe, with the key, the retries and the errors of any other.

        `path` is what follows the base URL, from its slash on; another origin is refused: the key would go there. The
        body is `json`, or a `form` (as multipart if there are `files`). The answer's `value` is the parsed JSON, the
        text of anything else, or None for an empty body. Raises an `APIError`, and `ValueError` or `TypeError`, before
        anything is sent, for such a path and for what no request can carry.
        """
        from .sender import Sender

        sender = Sender(self._config.copy_with(timeout, deadline, max_retries, headers), self._http_clients)
        return sender.undocumented_call(
            sender.undocumented_request(method, path, query, json, form, files, idempotency_key)
        )

    def close(self) -> None:
        """Close the connections. A copy made by `with_options` leaves them to its original."""
        if not self._is_copy:
            self._http_clients.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
