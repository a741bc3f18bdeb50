"""An assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

from attrs import define

from .._decoding import DecodeError, datetime_from_json, datetime_to_json, decode_list, fault
from .._models import Model, mapping, whole
from .._unset import UNSET, Unset
from .tool_definition import ToolDefinition

_FIELDS = frozenset(
    {
        "assistant_id",
        "name",
        "created_at",
        "tok_k",
        "description",
        "system_prompt",
        "tools",
        "custom_fact_extraction_prompt",
        "custom_update_memory_prompt",
        "embedding_provider",
        "embedding_model_name",
        "embedding_dims",
    }
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Assistant(Model):
    """An assistant.

    Attributes:
        assistant_id: An identifier made by the server. A UUID.
        name: A display name. 1 to 255 characters.
        created_at: A point in time, RFC 3339, in UTC.
        tok_k: Number of results of a document search. 1 to 100. `10` unless given.
        description: What the assistant is. At most 100000 characters.
        system_prompt: Instructions that the model gets before the conversation. At most 100000 characters.
        tools: Tools that the assistant may use; `null` is the same as leaving them out. At most 128 items.
        custom_fact_extraction_prompt: Instructions for finding facts worth remembering. At most 100000
            characters.
        custom_update_memory_prompt: Instructions for updating memories. At most 100000 characters.
        embedding_provider: The provider of the embedding model. At most 255 characters.
        embedding_model_name: The embedding model. At most 255 characters.
        embedding_dims: The number of dimensions. 1 to 65536.
        additional_properties: What came besides, by its name on the wire.
    """

    assistant_id: str
    name: str
    created_at: datetime
    tok_k: int | Unset | None = UNSET
    description: str | Unset | None = UNSET
    system_prompt: str | Unset | None = UNSET
    tools: list[ToolDefinition] | Unset | None = UNSET
    custom_fact_extraction_prompt: str | Unset | None = UNSET
    custom_update_memory_prompt: str | Unset | None = UNSET
    embedding_provider: str | Unset | None = UNSET
    embedding_model_name: str | Unset | None = UNSET
    embedding_dims: int | Unset | None = UNSET

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        self = cls.__new__(cls)
        get: Callable[[str, object], Any] = data.get
        absent = 0

        value = get("assistant_id", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "assistant_id")
        self.assistant_id = value

        value = get("name", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "name")
        self.name = value

        value = get("created_at", UNSET)
        try:
            self.created_at = datetime_from_json(value)
        except (TypeError, ValueError):
            raise fault("an RFC 3339 date-time", value, "created_at") from None

        value = get("tok_k", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "tok_k")
        self.tok_k = value

        value = get("description", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "description")
        self.description = value

        value = get("system_prompt", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "system_prompt")
        self.system_prompt = value

        value = get("tools", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = decode_list(value, ToolDefinition.from_dict)
            except DecodeError as error:
                raise error.under("tools") from None
        self.tools = value

        value = get("custom_fact_extraction_prompt", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "custom_fact_extraction_prompt")
        self.custom_fact_extraction_prompt = value

        value = get("custom_update_memory_prompt", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "custom_update_memory_prompt")
        self.custom_update_memory_prompt = value

        value = get("embedding_provider", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "embedding_provider")
        self.embedding_provider = value

        value = get("embedding_model_name", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "embedding_model_name")
        self.embedding_model_name = value

        value = get("embedding_dims", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "embedding_dims")
        self.embedding_dims = value

        if len(data) == 12 - absent:
            self._more = None
        else:
            self._more = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._more) if self._more else {}
        data["assistant_id"] = self.assistant_id
        data["name"] = self.name
        data["created_at"] = datetime_to_json(self.created_at)
        if self.tok_k is not UNSET:
            data["tok_k"] = self.tok_k
        if self.description is not UNSET:
            data["description"] = self.description
        if self.system_prompt is not UNSET:
            data["system_prompt"] = self.system_prompt
        if self.tools is not UNSET:
            data["tools"] = None if self.tools is None else [item.to_dict() for item in self.tools]
        if self.custom_fact_extraction_prompt is not UNSET:
            data["custom_fact_extraction_prompt"] = self.custom_fact_extraction_prompt
        if self.custom_update_memory_prompt is not UNSET:
            data["custom_update_memory_prompt"] = self.custom_update_memory_prompt
        if self.embedding_provider is not UNSET:
            data["embedding_provider"] = self.embedding_provider
        if self.embedding_model_name is not UNSET:
            data["embedding_model_name"] = self.embedding_model_name
        if self.embedding_dims is not UNSET:
            data["embedding_dims"] = self.embedding_dims
        return data

    def __hash__(self) -> int:
        return hash((Assistant, self.assistant_id, self.name, self.created_at))
