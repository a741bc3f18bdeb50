"""The databases of each release, as a server of that release left them."""

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of a database, each in turn."""
    return str(request.param)


@pytest.fixture
def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the kind with nothing in it."""
    if kind == "postgres":
        return str(request.getfixturevalue("new_postgres"))
    return str(tmp_path / "empty.sqlite")
