"""The Python distribution: wheel and sdist, checked."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class BuildFailed(Exception):
    """Building or checking the distribution did not work; the text says what was printed."""


def build(folder: Path, epoch: int) -> None:
    """Build wheel and sdist into a folder, and have twine check what they say about themselves.

    Args:
        folder: where the two files go.
        epoch: the time that their contents carry, in seconds since 1970, so that equal sources give equal bytes.

    Raises:
        BuildFailed: if it cannot be built, or twine finds a fault.
    """
    _python("build", "--no-isolation", "--outdir", str(folder), str(ROOT), epoch=epoch)
    built = sorted(str(path) for path in folder.iterdir() if path.suffix in {".whl", ".gz"})
    _python("twine", "check", "--strict", *built, epoch=epoch)


def _python(module: str, *arguments: str, epoch: int) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise BuildFailed(f"{module} {' '.join(arguments)}\n{done.stdout}{done.stderr}")
