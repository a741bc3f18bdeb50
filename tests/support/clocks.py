"""Clocks that tests set."""

from collections.abc import Callable

import pytest


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: int | Callable[[], int]) -> None:
    """Set the server's wall clock, in milliseconds since 1970."""
    monkeypatch.setattr("threads_server.clock.wall_clock", moment if callable(moment) else lambda: moment)
