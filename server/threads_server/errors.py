"""HTTPError, as which every error leaves an operation."""

from collections.abc import Mapping
from typing import TypedDict


class ValidationErrorItem(TypedDict):
    """One entry of a 422 body: place, text, and a stable word for the kind (docs/hosted-api.md §1, Errors)."""

    loc: list[str | int]
    msg: str
    type: str


class HTTPError(Exception):
    """A request that is answered with an error.

    The app sends `{"detail": detail}` with `status` and `headers` (`Retry-After`, `Allow`, …). `detail` is a text,
    except on 422 where it is the list of errors (docs/hosted-api.md §7.3).
    """

    def __init__(
        self, status: int, detail: str | list[ValidationErrorItem], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.headers: Mapping[str, str] = headers or {}
