"""A file of a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, whole
from .._models.decoding import fault
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "document_id",
        "filename",
        "status",
        "file_size_bytes",
        "summary",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Attachment(BaseModel):
    """A file of a message.

    Attributes:
        document_id: An identifier made by the server. A UUID.
        filename: The file's name as uploaded.
        status: Processing state of the file.
        file_size_bytes: The file's size in bytes.
        summary: A summary of the file.
        additional_properties: Properties without a field, by their name on the wire.
    """

    document_id: str
    filename: str
    status: str
    _file_size_bytes: int | Unset | None = field(default=UNSET, alias="file_size_bytes")
    _summary: str | Unset | None = field(default=UNSET, alias="summary")

    @property
    def file_size_bytes(self) -> int | None:
        return None if self._file_size_bytes is UNSET else self._file_size_bytes

    @file_size_bytes.setter
    def file_size_bytes(self, value: int | Unset | None) -> None:
        self._file_size_bytes = value

    @property
    def summary(self) -> str | None:
        return None if self._summary is UNSET else self._summary

    @summary.setter
    def summary(self, value: str | Unset | None) -> None:
        self._summary = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 5:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 5:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["document_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "document_id")
        self.document_id = value

        value = data["filename"]
        if value.__class__ is not str:
            raise fault("a string", value, "filename")
        self.filename = value

        value = data["status"]
        if value.__class__ is not str:
            raise fault("a string", value, "status")
        self.status = value

        value = data["file_size_bytes"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "file_size_bytes")
        self._file_size_bytes = value

        value = data["summary"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "summary")
        self._summary = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["document_id"] = self.document_id
        data["filename"] = self.filename
        data["status"] = self.status
        if self._file_size_bytes is not UNSET:
            data["file_size_bytes"] = self._file_size_bytes
        if self._summary is not UNSET:
            data["summary"] = self._summary
        return data

    def __hash__(self) -> int:
        return hash((Attachment, self.document_id, self.filename, self.status))
