"""The sample program: what type checkers say of it, and what it does."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client import sample_program
from threads_server.pytest_plugin import ThreadsAccount

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sample_program.__file__).relative_to(ROOT)
PYRIGHT = ROOT / "node_modules" / ".bin" / "pyright"


def test_mypy_is_content() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not PYRIGHT.exists() or shutil.which("node") is None, reason="pyright needs Node")
def test_pyright_is_content() -> None:
    done = subprocess.run(
        [PYRIGHT, "--pythonpath", sys.executable, PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_it_does_what_it_says(backboard_threads_server: ThreadsAccount) -> None:
    told = sample_program.play(backboard_threads_server.url, backboard_threads_server.api_key)
    for expected in (
        "GUIDE",
        "Guide 2 Copy",
        "Hello Ada.",
        "Once more",
        "end completed",
        "user 20",
        "304",
        "True",
        "limit: ",
        "Thread not found",
    ):
        assert any(expected in line for line in told), (expected, told)


async def test_so_does_its_async_part(backboard_threads_server: ThreadsAccount) -> None:
    told = await sample_program.play_async(backboard_threads_server.url, backboard_threads_server.api_key)
    assert any("no luck True" in line for line in told), told
    assert "412 None" in told
