"""Facts of the API as a whole, as data: addresses, key, environment variables."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Literal


class SecurityScheme:
    """The place of the API key in a request: a header, after `prefix`, or a query parameter.

    With the prefix `Basic` the key is `user:password`. An `optional` key is sent if there is one.
    """

    __slots__ = ("name", "optional", "place", "prefix")

    def __init__(
        self, place: Literal["header", "query"], name: str, prefix: str = "", *, optional: bool = False
    ) -> None:
        self.place: Literal["header", "query"] = place
        self.name: str = name
        self.prefix: str = prefix
        self.optional: bool = optional

    def value(self, key: str) -> str:
        """Return the value of the header or parameter."""
        if self.prefix == "Basic ":
            key = b64encode(key.encode("utf-8")).decode("ascii")
        return self.prefix + key


class ApiInfo:
    """Facts of the document and the package about the service as a whole.

    `servers` maps each documented base URL to whether it honours `Idempotency-Key`. The first one is the default.
    `security` is the scheme of operations without one of their own; `schemes` and `operation_servers` are all that
    operations have. The variables are those of the environment for the key, the base URL and the log.
    """

    __slots__ = (
        "key_variable",
        "log_variable",
        "operation_servers",
        "package",
        "schemes",
        "security",
        "servers",
        "url_variable",
        "version",
    )

    def __init__(
        self,
        *,
        package: str,
        version: str,
        servers: Mapping[str, bool],
        security: SecurityScheme | None,
        schemes: tuple[SecurityScheme, ...] = (),
        operation_servers: tuple[str, ...] = (),
        key_variable: str,
        url_variable: str,
        log_variable: str,
    ) -> None:
        self.package: str = package
        self.version: str = version
        self.servers: Mapping[str, bool] = servers
        self.security: SecurityScheme | None = security
        self.schemes: tuple[SecurityScheme, ...] = schemes if security is None else (security, *schemes)
        self.operation_servers: tuple[str, ...] = operation_servers
        self.key_variable: str = key_variable
        self.url_variable: str = url_variable
        self.log_variable: str = log_variable
