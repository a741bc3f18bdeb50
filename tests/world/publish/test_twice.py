"""What is published is byte for byte the same twice."""

import hashlib
from pathlib import Path

from tests.support.release.publishing import publish


def test_twice_gives_equal_bytes(sources: Path, published: Path, tmp_path: Path) -> None:
    again = publish(sources, tmp_path / "again")
    assert {path.name: digest(path) for path in again.iterdir()} == {
        path.name: digest(path) for path in published.iterdir()
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
