"""`completed`, or nothing."""

from typing import Final

from .._models.enums import OpenEnum


class RunEndStatus(OpenEnum):
    """`completed`, or nothing.

    A value that is not among these is kept as what it was.
    """

    COMPLETED = "completed"


RUN_END_STATUS_VALUES: Final = {member.value: member for member in RunEndStatus}
"""The documented members by value."""
