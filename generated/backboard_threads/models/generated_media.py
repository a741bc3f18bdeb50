"""An image or a video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, whole
from .._models.decoding import fault
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "url",
        "document_id",
        "mime_type",
        "file_size_bytes",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class GeneratedMedia(BaseModel):
    """An image or a video.

    Attributes:
        url: Where it can be downloaded.
        document_id: Its id.
        mime_type: Its media type.
        file_size_bytes: Its size in bytes.
        additional_properties: Properties without a field, by their name on the wire.
    """

    _url: str | Unset | None = field(default=UNSET, alias="url")
    _document_id: str | Unset | None = field(default=UNSET, alias="document_id")
    _mime_type: str | Unset | None = field(default=UNSET, alias="mime_type")
    _file_size_bytes: int | Unset | None = field(default=UNSET, alias="file_size_bytes")

    @property
    def url(self) -> str | None:
        return None if self._url is UNSET else self._url

    @url.setter
    def url(self, value: str | Unset | None) -> None:
        self._url = value

    @property
    def document_id(self) -> str | None:
        return None if self._document_id is UNSET else self._document_id

    @document_id.setter
    def document_id(self, value: str | Unset | None) -> None:
        self._document_id = value

    @property
    def mime_type(self) -> str | None:
        return None if self._mime_type is UNSET else self._mime_type

    @mime_type.setter
    def mime_type(self, value: str | Unset | None) -> None:
        self._mime_type = value

    @property
    def file_size_bytes(self) -> int | None:
        return None if self._file_size_bytes is UNSET else self._file_size_bytes

    @file_size_bytes.setter
    def file_size_bytes(self, value: int | Unset | None) -> None:
        self._file_size_bytes = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 4:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 4:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["url"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "url")
        self._url = value

        value = data["document_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "document_id")
        self._document_id = value

        value = data["mime_type"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "mime_type")
        self._mime_type = value

        value = data["file_size_bytes"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "file_size_bytes")
        self._file_size_bytes = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        if self._url is not UNSET:
            data["url"] = self._url
        if self._document_id is not UNSET:
            data["document_id"] = self._document_id
        if self._mime_type is not UNSET:
            data["mime_type"] = self._mime_type
        if self._file_size_bytes is not UNSET:
            data["file_size_bytes"] = self._file_size_bytes
        return data

    def __hash__(self) -> int:
        return hash(GeneratedMedia)
