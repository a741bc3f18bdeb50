"""What is published is byte for byte the same twice."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.support.release.published import EPOCH
from tools.document import ROOT


def test_twice_gives_equal_bytes(published: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    command = [sys.executable, "-m", "tools.publish", "--output", str(again)]  # another process has other hashes
    subprocess.run(command, cwd=ROOT, env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH}, check=True)
    assert {path.name: digest(path) for path in again.iterdir()} == {
        path.name: digest(path) for path in published.iterdir()
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
