"""Times and limits of this server that no schema can say: `x-reference-server` of openapi.yaml."""

from dataclasses import dataclass, fields
from typing import Any

HOUR = 60 * 60 * 1000  # milliseconds


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers, under the document's names for them."""

    busy_wait_seconds: int
    """How long a message waits for its thread's running turn, unless the server is told otherwise."""
    event_log_hours: int
    """How long the events of a run are kept after it ended."""
    idempotency_key_hours: int
    """How long a key and its answer are kept."""
    first_user_message_characters: int
    """How much of the first user message a light list shows."""
    json_levels: int
    """How deep arrays and objects may stand within each other. Deeper text is refused before anything recurses."""
    form_fields: int
    """Fields of one form, files among them. A form with more is refused before it costs memory."""
    query_fields: int
    parts_with_all_faults: int
    """Members of objects and items of arrays up to which all faults of a body are listed, and not the first alone."""
    head_bytes: int
    """How long a request's first line and headers may be together."""

    @classmethod
    def of(cls, numbers: Any) -> "Limits":
        """The limits that an object of the document names. Raises ValueError for one that is missing or none."""
        values: dict[str, int] = {}
        for field in fields(cls):
            name = field.name.replace("_", "-")
            value = numbers.get(name) if isinstance(numbers, dict) else None
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"x-reference-server has no number {name}")
            values[field.name] = value
        return cls(**values)

    @property
    def event_log(self) -> int:
        """How long the events of a run are kept, in milliseconds."""
        return self.event_log_hours * HOUR

    @property
    def idempotency_key(self) -> int:
        """How long a key is kept, in milliseconds."""
        return self.idempotency_key_hours * HOUR
