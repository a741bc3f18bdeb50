"""The client among the packages that users put around it, each in a program of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(__file__).parent / "programs"
PATIENCE_SECONDS = 600


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python in an environment with the packages, installed from their hashed requirements."""
    folder = tmp_path_factory.mktemp("packages")
    uv = [sys.executable, "-m", "uv"]
    requirements = str(Path(__file__).parent / "requirements.txt")
    options = ["--quiet", "--python", str(folder / "bin" / "python"), "--require-hashes", "-r", requirements]
    for command in ([*uv, "venv", "--quiet", str(folder)], [*uv, "pip", "install", *options]):
        subprocess.run(command, check=True, timeout=PATIENCE_SECONDS)
    return folder / "bin" / "python"


def run(command: list[str], folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'generated'}{os.pathsep}{ROOT / 'server'}{os.pathsep}{PROGRAMS}",
        "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "0",
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(PATIENCE_SECONDS)
@pytest.mark.parametrize(
    "program",
    [
        "sentry_spans",
        "datadog_spans",
        "opentelemetry_spans",
        "opentelemetry_server",
        "respx_mocks",
        "vcr_cassettes",
        "trio_client",
        "http2_and_unix",
    ],
)
def test_program_of_a_user_works(python: Path, program: str, tmp_path: Path) -> None:
    run([str(python), str(PROGRAMS / f"{program}.py"), str(tmp_path)], tmp_path)


@pytest.mark.timeout(PATIENCE_SECONDS)
def test_pytest_httpx_answers(python: Path, tmp_path: Path) -> None:
    program = shutil.copy(PROGRAMS / "pytest_httpx_answers.py", tmp_path)  # away from this project's configuration
    run([str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(program)], tmp_path)
