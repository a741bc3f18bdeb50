"""Model endpoints that nobody here wrote, each in an environment of its own."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from threads_server.testing import free_port

TOOLS = Path(__file__).parent / "tools"
PATIENCE_SECONDS = 600

Start = Callable[[str, str, list[str]], AbstractContextManager[str]]


def installed(name: str, folder: Path) -> Path:
    """The folder of the programs of a tool, installed from its hashed requirements."""
    uv = [sys.executable, "-m", "uv"]
    requirements = TOOLS / name / "requirements.txt"
    options = ["--quiet", "--python", str(folder / "bin" / "python"), "--require-hashes", "-r", str(requirements)]
    for command in ([*uv, "venv", "--quiet", str(folder)], [*uv, "pip", "install", *options]):
        subprocess.run(command, check=True, timeout=PATIENCE_SECONDS)
    return folder / "bin"


@contextlib.contextmanager
def started(command: list[str], health: str, log: Path) -> Iterator[None]:
    """A server process, once it answers at the path `health` of its address."""
    with log.open("wb") as output:
        environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # else it asks the network for it
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=log.parent)
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(health, timeout=5).is_success:
                        break
                time.sleep(0.2)
            else:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')}")
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def fakellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of fakellm with the rules beside its requirements."""
    folder = tmp_path_factory.mktemp("fakellm")
    port = str(free_port())
    program = installed("fakellm", folder) / "fakellm"
    command = [str(program), "serve", "--port", port, "--config", str(TOOLS / "fakellm" / "fakellm.yaml")]
    url = f"http://127.0.0.1:{port}"
    with started(command, f"{url}/_fakellm", folder / "log"):
        yield f"{url}/v1"


@pytest.fixture(scope="session")
def litellm(tmp_path_factory: pytest.TempPathFactory, fakellm: str) -> Iterator[str]:
    """The base URL of litellm's proxy, which has mock models and fakellm behind it."""
    folder = tmp_path_factory.mktemp("litellm")
    port = str(free_port())
    program = installed("litellm", folder) / "litellm"
    config = folder / "litellm.yaml"
    config.write_text((TOOLS / "litellm" / "litellm.yaml").read_text().replace("FAKELLM", fakellm))
    command = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", port]
    url = f"http://127.0.0.1:{port}"
    with started(command, f"{url}/health/liveliness", folder / "log"):
        yield f"{url}/v1"
