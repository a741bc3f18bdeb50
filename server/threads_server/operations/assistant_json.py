"""Assistants as they are stored and sent (openapi.yaml, Assistant)."""

import json
from collections.abc import Mapping
from typing import Any

from threads_server.clock import format_timestamp, now
from threads_server.encoding import Json, encode
from threads_server.ids import new_id
from threads_server.store.assistants import AssistantRow

CHANGEABLE = (
    *("name", "description", "system_prompt", "tools", "tok_k"),
    *("custom_fact_extraction_prompt", "custom_update_memory_prompt"),
)
FIXED = ("embedding_provider", "embedding_model_name", "embedding_dims")
DEFAULT_NAME = "Default"
"""The name of the assistant of messages that name neither thread nor assistant."""


def new_assistant(account: str, given: Mapping[str, Any]) -> AssistantRow:
    """Make an assistant with the given fields; absent ones are null."""
    assistant_id, created_at = new_id(), now()
    set_fields = {name: given[name] for name in (*CHANGEABLE, *FIXED) if given.get(name) is not None}
    fields: dict[str, Json] = {
        "assistant_id": assistant_id,
        **dict.fromkeys((*CHANGEABLE, *FIXED)),
        **set_fields,
        "created_at": format_timestamp(created_at),
    }
    return AssistantRow(assistant_id, account, given["name"], created_at, encode(fields))


def changed_assistant(body: str, given: Mapping[str, Any]) -> tuple[str, str]:
    """Change an assistant; gives its name and body. Absent fields and nulls change nothing."""
    fields = json.loads(body)
    fields |= {name: given[name] for name in CHANGEABLE if given.get(name) is not None}
    return fields["name"], encode(fields)


def cloned_assistant(account: str, source: str, given: Mapping[str, Any], longest_name: int) -> AssistantRow:
    """Make an assistant with the settings of another, but for a given name and system prompt."""
    fields = json.loads(source)
    fields["name"] = given.get("name") or f"{fields['name']} Copy"[:longest_name]
    if given.get("system_prompt") is not None:
        fields["system_prompt"] = given["system_prompt"]
    return new_assistant(account, fields)
