"""The author of a message."""

from typing import Final

from .._models.enums import Members, OpenEnum


class MessageRole(OpenEnum):
    """The author of a message.

    A value that is not among these is kept as what it was.
    """

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    SYSTEM = "system"


MESSAGE_ROLE_VALUES: Final = Members(MessageRole)
"""The members by value."""
