"""The program that publishes, run in a copy of the sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.document import ROOT


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
