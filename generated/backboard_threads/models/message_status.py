"""The state of a message or a turn."""

from typing import Final

from .._models.enums import Members, OpenEnum


class MessageStatus(OpenEnum):
    """The state of a message or a turn.

    A value that is not among these is kept as what it was.
    """

    IN_PROGRESS = "IN_PROGRESS"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


MESSAGE_STATUS_VALUES: Final = Members(MessageStatus)
"""The members by value."""
