"""An assistant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, instant, mapping, whole
from .._models.decoding import DecodeError, datetime_to_json, decode_list, fault, fromisoformat
from .._unset import UNSET, Unset
from .tool_definition import ToolDefinition

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
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
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Assistant(BaseModel):
    """An assistant.

    Attributes:
        assistant_id: An identifier made by the server. A UUID.
        name: A display name. 1 to 255 characters.
        created_at: A point in time, RFC 3339, in UTC.
        tok_k: Number of results of a document search. 1 to 100. `10` unless given.
        description: What the assistant is.
        system_prompt: Instructions that the model gets before the conversation.
        tools: Tools that the assistant may use; `null` is the same as leaving them out. At most 128 items.
        custom_fact_extraction_prompt: Instructions for finding facts worth remembering.
        custom_update_memory_prompt: Instructions for updating memories.
        embedding_provider: The provider of the embedding model. At most 255 characters.
        embedding_model_name: The embedding model. At most 255 characters.
        embedding_dims: The number of dimensions. 1 to 65536.
        additional_properties: Properties without a field, by their name on the wire.
    """

    assistant_id: str
    name: str
    created_at: datetime
    _tok_k: int | Unset | None = field(default=UNSET, alias="tok_k")
    _description: str | Unset | None = field(default=UNSET, alias="description")
    _system_prompt: str | Unset | None = field(default=UNSET, alias="system_prompt")
    _tools: list[ToolDefinition] | Unset | None = field(default=UNSET, alias="tools")
    _custom_fact_extraction_prompt: str | Unset | None = field(default=UNSET, alias="custom_fact_extraction_prompt")
    _custom_update_memory_prompt: str | Unset | None = field(default=UNSET, alias="custom_update_memory_prompt")
    _embedding_provider: str | Unset | None = field(default=UNSET, alias="embedding_provider")
    _embedding_model_name: str | Unset | None = field(default=UNSET, alias="embedding_model_name")
    _embedding_dims: int | Unset | None = field(default=UNSET, alias="embedding_dims")

    @property
    def tok_k(self) -> int | None:
        return None if self._tok_k is UNSET else self._tok_k

    @tok_k.setter
    def tok_k(self, value: int | Unset | None) -> None:
        self._tok_k = value

    @property
    def description(self) -> str | None:
        return None if self._description is UNSET else self._description

    @description.setter
    def description(self, value: str | Unset | None) -> None:
        self._description = value

    @property
    def system_prompt(self) -> str | None:
        return None if self._system_prompt is UNSET else self._system_prompt

    @system_prompt.setter
    def system_prompt(self, value: str | Unset | None) -> None:
        self._system_prompt = value

    @property
    def tools(self) -> list[ToolDefinition] | None:
        return None if self._tools is UNSET else self._tools

    @tools.setter
    def tools(self, value: list[ToolDefinition] | Unset | None) -> None:
        self._tools = value

    @property
    def custom_fact_extraction_prompt(self) -> str | None:
        return None if self._custom_fact_extraction_prompt is UNSET else self._custom_fact_extraction_prompt

    @custom_fact_extraction_prompt.setter
    def custom_fact_extraction_prompt(self, value: str | Unset | None) -> None:
        self._custom_fact_extraction_prompt = value

    @property
    def custom_update_memory_prompt(self) -> str | None:
        return None if self._custom_update_memory_prompt is UNSET else self._custom_update_memory_prompt

    @custom_update_memory_prompt.setter
    def custom_update_memory_prompt(self, value: str | Unset | None) -> None:
        self._custom_update_memory_prompt = value

    @property
    def embedding_provider(self) -> str | None:
        return None if self._embedding_provider is UNSET else self._embedding_provider

    @embedding_provider.setter
    def embedding_provider(self, value: str | Unset | None) -> None:
        self._embedding_provider = value

    @property
    def embedding_model_name(self) -> str | None:
        return None if self._embedding_model_name is UNSET else self._embedding_model_name

    @embedding_model_name.setter
    def embedding_model_name(self, value: str | Unset | None) -> None:
        self._embedding_model_name = value

    @property
    def embedding_dims(self) -> int | None:
        return None if self._embedding_dims is UNSET else self._embedding_dims

    @embedding_dims.setter
    def embedding_dims(self, value: int | Unset | None) -> None:
        self._embedding_dims = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 12:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 12:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["assistant_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "assistant_id")
        self.assistant_id = value

        value = data["name"]
        if value.__class__ is not str:
            raise fault("a string", value, "name")
        self.name = value

        value = data["created_at"]
        try:
            self.created_at = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
        except (TypeError, ValueError):
            self.created_at = instant(value, "an RFC 3339 date-time", "created_at")

        value = data["tok_k"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "tok_k")
        self._tok_k = value

        value = data["description"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "description")
        self._description = value

        value = data["system_prompt"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "system_prompt")
        self._system_prompt = value

        value = data["tools"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, ToolDefinition.from_dict)
            except DecodeError as error:
                raise error.under("tools") from None
        self._tools = value

        value = data["custom_fact_extraction_prompt"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "custom_fact_extraction_prompt")
        self._custom_fact_extraction_prompt = value

        value = data["custom_update_memory_prompt"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "custom_update_memory_prompt")
        self._custom_update_memory_prompt = value

        value = data["embedding_provider"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "embedding_provider")
        self._embedding_provider = value

        value = data["embedding_model_name"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "embedding_model_name")
        self._embedding_model_name = value

        value = data["embedding_dims"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "embedding_dims")
        self._embedding_dims = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["assistant_id"] = self.assistant_id
        data["name"] = self.name
        data["created_at"] = datetime_to_json(self.created_at)
        if self._tok_k is not UNSET:
            data["tok_k"] = self._tok_k
        if self._description is not UNSET:
            data["description"] = self._description
        if self._system_prompt is not UNSET:
            data["system_prompt"] = self._system_prompt
        if self._tools is not UNSET:
            data["tools"] = None if self._tools is None else [item.to_dict() for item in self._tools]
        if self._custom_fact_extraction_prompt is not UNSET:
            data["custom_fact_extraction_prompt"] = self._custom_fact_extraction_prompt
        if self._custom_update_memory_prompt is not UNSET:
            data["custom_update_memory_prompt"] = self._custom_update_memory_prompt
        if self._embedding_provider is not UNSET:
            data["embedding_provider"] = self._embedding_provider
        if self._embedding_model_name is not UNSET:
            data["embedding_model_name"] = self._embedding_model_name
        if self._embedding_dims is not UNSET:
            data["embedding_dims"] = self._embedding_dims
        return data

    def __hash__(self) -> int:
        return hash((Assistant, self.assistant_id, self.name, self.created_at))
