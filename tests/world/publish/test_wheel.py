"""The wheel, as someone installs it who has never seen this repository."""

import email
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from threads_server.testing import LocalServer

LIFE = """
from backboard_threads import Backboard, NotFoundError
with Backboard() as backboard:
    assistant = backboard.assistants.create(name="Guide")
    thread = backboard.threads.create(assistant.assistant_id)
    print(backboard.messages.send(thread.thread_id, content="My name is Ada.").content)
    backboard.threads.delete(thread.thread_id)
    try:
        backboard.threads.get(thread.thread_id)
    except NotFoundError as error:
        print(error.detail)
"""

# read before a fixture of tests/conftest.py leaves one authority: these tests install from a registry
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BACKBOARD", "THREADS"))
}


@pytest.fixture(scope="module")
def wheel(published: Path) -> Path:
    (wheel,) = published.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def client_only(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("client"), str(wheel))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("wheel") / "threads.db") as server:
        yield server


def test_wheel_client_has_few_dependencies(client_only: Path) -> None:
    installed = run(
        client_only / "python", "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    )
    names = set(installed.lower().replace("_", "-").split()) - {"pip", "setuptools"}
    needed = {"backboard-threads", "attrs", "httpx", "httpcore", "h11", "anyio", "certifi", "idna"}
    assert names <= needed | {"sniffio", "typing-extensions"}
    assert needed <= names


def test_wheel_client_works_without_the_server(client_only: Path, server: LocalServer) -> None:
    said = run(
        client_only / "python",
        "-W",
        "error",
        "-c",
        LIFE,
        BACKBOARD_BASE_URL=server.url,
        BACKBOARD_API_KEY=server.api_key,
    )
    assert said.splitlines() == [
        'I have seen 1 message of this thread. You began with: "My name is Ada."',
        "Thread not found",
    ]


def test_wheel_is_typed_and_licensed(client_only: Path) -> None:
    script = (
        "import importlib.metadata as m, pathlib\n"
        "names = {str(f) for f in m.files('backboard-threads')}\n"
        "print('backboard_threads/py.typed' in names, any(n.endswith('licenses/LICENSE') for n in names),"
        " 'threads_server/openapi.yaml' in names)"
    )
    assert run(client_only / "python", "-c", script).split() == ["True", "True", "True"]


def test_wheel_metadata_describes_the_project(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        carried = set(packed.namelist())
        assert {
            "backboard_threads/py.typed",
            "threads_server/cli/__init__.py",
            "threads_server/openapi.yaml",
        } <= carried
        (name,) = [name for name in packed.namelist() if name.endswith("METADATA")]
        said = email.message_from_bytes(packed.read(name))
    for field in ("Version", "Summary", "Author", "License-Expression", "Requires-Python", "Project-URL", "Keywords"):
        assert said[field], field
    assert "Typing :: Typed" in said.get_all("Classifier", [])
    assert str(said.get_payload()).startswith("# Backboard Threads")


def test_wheel_server_names_missing_extras(client_only: Path) -> None:
    done = subprocess.run([client_only / "threads-server", "serve"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "[server]" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_wheel_server_runs_with_its_extra(wheel: Path, tmp_path: Path) -> None:
    tools = environment(tmp_path / "venv", f"{wheel}[server]")
    script = (
        "import pathlib, urllib.request\n"
        "from threads_server.testing import LocalServer\n"
        f"with LocalServer(pathlib.Path({str(tmp_path / 'threads.db')!r})) as server:\n"
        "    for path in ('/api/health', '/openapi.yaml', '/docs'):\n"
        "        print(urllib.request.urlopen(server.url.removesuffix('/api') + path).status)"
    )
    assert run(tools / "python", "-c", script).split() == ["200", "200", "200"]
    assert "serve" in run(tools / "threads-server", "--help")


def environment(folder: Path, requirement: str) -> Path:
    """Make a virtual environment with one thing in it, and return where its programs are."""
    venv.create(folder, with_pip=False)
    tools = folder / ("Scripts" if os.name == "nt" else "bin")
    run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(tools / "python"), requirement)
    return tools


def run(*command: Path | str, **variables: str) -> str:
    done = subprocess.run(list(map(str, command)), env={**ENVIRONMENT, **variables}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
