"""zizmor, a linter for the security of workflows, in the version that the workflow runs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / ".github" / "audit" / "requirements.txt"


def test_zizmor_finds_nothing_in_the_workflows(tmp_path: Path) -> None:
    uv = [sys.executable, "-m", "uv"]
    python = tmp_path / "bin" / "python"
    subprocess.run([*uv, "venv", "--quiet", tmp_path], check=True)
    install = ["pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", REQUIREMENTS]
    subprocess.run([*uv, *install], check=True)
    command = [python.with_name("zizmor"), "--offline", "--no-progress", ROOT / ".github" / "workflows"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
