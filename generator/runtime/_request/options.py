"""The options of a client and of a single call: time-outs, retries, further headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from .._network.transport import NO_LIMIT_SECONDS, Timeout
from .._unset import UNSET, Unset
from .api_info import ApiInfo
from .auth import check_headers

TimeoutOption: TypeAlias = float | Timeout | Unset | None
"""Seconds for each of connecting, sending, and waiting for the next piece of the answer; or these apart; None for
never."""

DEFAULT_TIMEOUT = Timeout(120.0, connect=10.0)
DEFAULT_DEADLINE = 600.0
"""Seconds, for a call that is no stream: a stream has no deadline unless it is given one."""
MAX_RESPONSE_BYTES = 256 * 1024 * 1024
"""Decoded bytes that an answer may have, and an event of a stream."""
MAX_HEADER_BYTES = 100 * 1024
"""Bytes that the headers of an answer may have: no more than httpcore lets h11 buffer."""


class Options:
    """The options in force: checked, and the same for every attempt of a call."""

    __slots__ = (
        "deadline",
        "headers",
        "max_header_bytes",
        "max_response_bytes",
        "max_retries",
        "timeout",
    )

    def __init__(
        self,
        timeout: Timeout,
        deadline: float | Unset | None,
        max_retries: int,
        headers: Mapping[str, str],
        max_response_bytes: int,
        max_header_bytes: int,
    ) -> None:
        self.timeout: Timeout = timeout
        self.deadline: float | Unset | None = deadline
        self.max_retries: int = max_retries
        self.headers: Mapping[str, str] = headers
        self.max_response_bytes: int = max_response_bytes
        self.max_header_bytes: int = max_header_bytes

    def copy_with(
        self,
        api_info: ApiInfo,
        timeout: TimeoutOption,
        deadline: float | Unset | None,
        max_retries: int | Unset,
        headers: Mapping[str, str] | Unset,
    ) -> Options:
        """These options, changed by what is given; headers are added to the ones there are."""
        return Options(
            self.timeout if timeout is UNSET else check_timeout(timeout),
            self.deadline if deadline is UNSET else check_deadline(deadline),
            self.max_retries if max_retries is UNSET else check_max_retries(max_retries),
            self.headers if headers is UNSET else _joined(self.headers, check_headers(headers, api_info)),
            self.max_response_bytes,
            self.max_header_bytes,
        )

    def deadline_of_stream(self) -> float | None:
        """Seconds until a stream must have ended."""
        return None if self.deadline is UNSET else self.deadline

    def deadline_of_call(self) -> float | None:
        """Seconds until any other call must have ended."""
        return DEFAULT_DEADLINE if self.deadline is UNSET else self.deadline


def _joined(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """`headers` with `more`, which replace those of the same name in any case."""
    replaced = {name.lower() for name in more}
    return {**{name: value for name, value in headers.items() if name.lower() not in replaced}, **more}


def check_timeout(value: object) -> Timeout:
    """`value` as the transport takes it."""
    if isinstance(value, Timeout):
        return value
    return Timeout(None if value is None else _seconds("timeout", value))


def check_deadline(value: object) -> float | None:
    """`value`, if it can be a deadline."""
    return None if value is None else _seconds("deadline", value)


def check_size(name: str, value: object, most: int | None = None) -> int:
    """`value`, if it can be the size `name`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value <= 0:
        raise ValueError(f"{name} must be more than 0: {value}")
    if most is not None and value > most:
        raise ValueError(f"{name} must be at most {most}, the bound of httpx: {value}")
    return value


def check_max_retries(value: object) -> int:
    """`value`, if it can be a number of retries."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"max_retries must be a whole number, not {value!r}")
    if value < 0:
        raise ValueError(f"max_retries must not be negative: {value}")
    return value


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be seconds or None, not {value!r}")
    if not value > 0:
        raise ValueError(f"{name} must be more than 0 seconds, or None for no limit: {value}")
    return min(float(value), NO_LIMIT_SECONDS)
