"""Fixtures of the publishing tests: one published folder, and one browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Browser
from tests.support.shared_folder import shared_folder

ROOT = Path(__file__).parents[3]


def publish(sources: Path, folder: Path) -> Path:
    """Do what `make publish` does, into a folder of its own."""
    command = [sys.executable, "-m", "tools.publish", "--output", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1770000000"}
    done = subprocess.run(command, cwd=sources, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def copy_sources(copy: Path) -> None:
    """Copy the project, so that nobody changes it while it is published."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    (copy / "node_modules").symlink_to(ROOT / "node_modules")


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "sources", copy_sources)


@pytest.fixture(scope="session")
def published(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "published", lambda folder: publish(sources, folder / "dist")) / "dist"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser
