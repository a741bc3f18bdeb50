"""A memory used for the reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "memory",
        "id",
        "score",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class RetrievedMemory(BaseModel):
    """A memory used for the reply.

    Attributes:
        memory: The remembered text.
        id: The memory's id.
        score: Relevance to the message.
        additional_properties: Properties without a field, by their name on the wire.
    """

    memory: str
    _id: str | Unset | None = field(default=UNSET, alias="id")
    _score: float | Unset | None = field(default=UNSET, alias="score")

    @property
    def id(self) -> str | None:
        return None if self._id is UNSET else self._id

    @id.setter
    def id(self, value: str | Unset | None) -> None:
        self._id = value

    @property
    def score(self) -> float | None:
        return None if self._score is UNSET else self._score

    @score.setter
    def score(self, value: float | Unset | None) -> None:
        self._score = value

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
        value = data["memory"]
        if value.__class__ is not str:
            raise fault("a string", value, "memory")
        self.memory = value

        value = data["id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "id")
        self._id = value

        value = data["score"]
        if value.__class__ is not float and value.__class__ is not int and value is not None and value is not UNSET:
            raise fault("a number or null", value, "score")
        self._score = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["memory"] = self.memory
        if self._id is not UNSET:
            data["id"] = self._id
        if self._score is not UNSET:
            data["score"] = self._score
        return data

    def __hash__(self) -> int:
        return hash((RetrievedMemory, self.memory))
