"""The outcome of a cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .._unset import UNSET

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "thread_id",
        "run_id",
        "cancelled",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class RunCancelled(BaseModel):
    """The outcome of a cancellation.

    Attributes:
        thread_id: An identifier made by the server. A UUID.
        run_id: An id made by the server, opaque to the caller. 1 to 255 characters.
        cancelled: Whether this or an earlier call cancelled the run.
        additional_properties: Properties without a field, by their name on the wire.
    """

    thread_id: str
    run_id: str
    cancelled: bool

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 3:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 3:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["thread_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "thread_id")
        self.thread_id = value

        value = data["run_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "run_id")
        self.run_id = value

        value = data["cancelled"]
        if value.__class__ is not bool:
            raise fault("a boolean", value, "cancelled")
        self.cancelled = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["thread_id"] = self.thread_id
        data["run_id"] = self.run_id
        data["cancelled"] = self.cancelled
        return data

    def __hash__(self) -> int:
        return hash((RunCancelled, self.thread_id, self.run_id, self.cancelled))
