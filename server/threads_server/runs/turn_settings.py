"""The settings of a turn, and as they are stored with its run."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from threads_server.encoding import encode


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """A turn's own settings for the responder."""

    system_prompt: str | None = None
    model_name: str | None = None
    json_output: bool = False
    thinking: dict[str, Any] | None = None


def settings_json(settings: TurnSettings) -> str:
    """The settings as they are stored."""
    return "{}" if settings == TurnSettings() else encode(asdict(settings))


def next_settings(stored: str, thinking: dict[str, Any] | None) -> TurnSettings:
    """The settings of a run's next segment: unknown keys, of another version of the server, are ignored."""
    names = {field.name for field in fields(TurnSettings)}
    known = {name: value for name, value in json.loads(stored).items() if name in names}
    return TurnSettings(**{**known, "thinking": thinking})
