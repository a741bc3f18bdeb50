"""The published forms of the document, and other people's tools, each in an environment of its own."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tools.publish.forms import write_forms

ROOT = Path(__file__).parents[3]
TOOLS = Path(__file__).parent / "tools"
GENERATOR = "org.openapitools:openapi-generator-cli:7.25.0"
GENERATOR_SHA256 = "41ce4f6b07f196676439d710759fa1ced7a08066d06ff1bf314681470289efae"
PATIENCE_SECONDS = 900

Npm = Callable[[str], Path]


def run(command: list[str | Path], folder: Path, **environment: str) -> str:
    """Run a command, and return what it printed.

    Raises:
        AssertionError: if it does not exit with 0; with what it printed.
    """
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The document and its derived forms, as `make publish` writes them, by name."""
    folder = tmp_path_factory.mktemp("forms")
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    written = {"oas-3.1": folder / "openapi.oas-3.1.json", **write_forms(document, folder, "openapi")}
    written["oas-3.1"].write_text(json.dumps(document))
    return written


@pytest.fixture(scope="session")
def npm() -> Npm:
    """Install a tool of npm by its lock, and return its folder."""

    def install(name: str) -> Path:
        folder = TOOLS / name
        marker = folder / "node_modules" / ".installed"
        lock = folder / "package-lock.json"
        if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
            run(["npm", "ci", "--no-progress", "--loglevel=error"], folder)
            marker.touch()
        return folder

    return install


@pytest.fixture(scope="session")
def fastmcp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with fastmcp, from hashed requirements."""
    folder = tmp_path_factory.mktemp("fastmcp")
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--quiet", folder], folder)
    requirements = TOOLS / "fastmcp" / "requirements.txt"
    run([*uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", requirements], folder)
    return python


@pytest.fixture(scope="session")
def openapi_generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command line of openapi-generator, a jar from Maven."""
    folder = tmp_path_factory.mktemp("openapi-generator")
    run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={GENERATOR}", f"-DoutputDirectory={folder}"], folder)
    (jar,) = folder.glob("*.jar")
    assert hashlib.sha256(jar.read_bytes()).hexdigest() == GENERATOR_SHA256
    return jar
