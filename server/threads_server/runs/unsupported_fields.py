"""What a turn can ask for and this server does not do: it takes the field, and says that it did nothing with it."""

from collections.abc import Mapping
from typing import Any

OUTSIDE = frozenset(
    (
        *("memory", "memory_pro", "memory_profile", "memory_response_citation", "web_search", "operation"),
        *("image_generation", "image_model_provider", "image_model_name", "image_config"),
        *("video_generation", "video_model_provider", "video_model_name", "video_config"),
        *("voice", "system_one", "openrouter"),
    )
)
UNSUPPORTED_FILES = ("audio_file", "input_image", "input_last_frame", "input_video", "input_references")


def unsupported(body: Mapping[str, Any], files: Mapping[str, object], ignored: frozenset[str]) -> list[str]:
    """The names of the fields that ask for something that is not done; `ignored` are those of the responder."""
    fields = [name for name, value in body.items() if (name in OUTSIDE or name in ignored) and _asks(value)]
    return [*fields, *(name for name in files if name in UNSUPPORTED_FILES)] if files else fields


def _asks(value: object) -> bool:
    if isinstance(value, str):
        return value.lower() not in ("", "off", "chat")
    return bool(value)


def with_unsupported(message: str, fields: list[str]) -> str:
    """A sentence about a turn, and what was not done of it."""
    return f"{message}. This server did nothing with: {', '.join(fields)}" if fields else message
