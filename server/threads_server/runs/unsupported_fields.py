"""Request fields that are accepted and have no effect: the response names them."""

from collections.abc import Mapping
from typing import Any

UNSUPPORTED_FIELDS = frozenset(
    (
        *("memory", "memory_pro", "memory_profile", "memory_response_citation", "web_search", "operation"),
        *("image_generation", "image_model_provider", "image_model_name", "image_config"),
        *("video_generation", "video_model_provider", "video_model_name", "video_config"),
        *("voice", "system_one", "openrouter"),
    )
)
UNSUPPORTED_FILES = ("audio_file", "input_image", "input_last_frame", "input_video", "input_references")


def unsupported(body: Mapping[str, Any], files: Mapping[str, object], ignored: frozenset[str]) -> list[str]:
    """The fields of a request that ask for something without effect; `ignored` are those of the responder."""
    fields = [name for name, value in body.items() if (name in UNSUPPORTED_FIELDS or name in ignored) and _asks(value)]
    return [*fields, *(name for name in files if name in UNSUPPORTED_FILES)] if files else fields


def _asks(value: object) -> bool:
    if isinstance(value, str):
        return value.lower() not in ("", "off", "chat")
    return bool(value)


def with_unsupported(message: str, fields: list[str]) -> str:
    """A sentence about a turn, with the fields that had no effect."""
    return f"{message}. This server did nothing with: {', '.join(fields)}" if fields else message
