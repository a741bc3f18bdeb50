"""Git repositories made by tests."""

import subprocess
from pathlib import Path

IDENTITY = ("-c", "user.name=Release", "-c", "user.email=release@example.invalid")


def git(folder: Path, *arguments: str) -> None:
    """Run a command of git, as an author of its own."""
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)
