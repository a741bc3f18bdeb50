"""The one who speaks."""

from typing import Final

from .._enums import OpenEnum


class MessageRole(OpenEnum):
    """The one who speaks.

    A value that is not among these is kept as what it was.
    """

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    SYSTEM = "system"


MESSAGE_ROLE_VALUES: Final = {member.value: member for member in MessageRole}
"""The documented members by value."""
