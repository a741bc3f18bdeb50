"""`completed`, or nothing."""

from typing import Final

from .._models.enums import Members, OpenEnum


class RunEndStatus(OpenEnum):
    """`completed`, or nothing.

    A value that is not among these is kept as what it was.
    """

    COMPLETED = "completed"


RUN_END_STATUS_VALUES: Final = Members(RunEndStatus)
"""The members by value."""
