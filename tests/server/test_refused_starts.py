"""`threads-server serve` that is refused: the line that says why, and nothing made."""

import os
import pwd
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server.command_line import refused, run
from tests.support.server.server_thread import serving

AS_READER = """
import os, shutil, sys
import threads_server.cli, threads_server.http.authentication
import threads_server.store.exports, threads_server.store.backends.sqlite
if os.geteuid() == 0:
    os.setuid(65534)  # root may write whatever a file says
threads_server.cli.main(sys.argv[1:])
"""
"""Runs a command as someone who may only read."""


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "threads.db")


@pytest.fixture
def readable_folder() -> Iterator[Path]:
    """A folder with the database old.db that others may only read; pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assert run("keys", "create", "a", "--database", str(folder / "old.db")).returncode == 0
        for path in (*folder.iterdir(), folder):
            path.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_port_in_use(database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = refused("serve", "--port", port, "--database", database)
    assert f"cannot listen on 127.0.0.1, port {port}" in line
    assert not Path(database).exists()


def test_an_address_of_another_machine(database: str) -> None:
    assert "cannot listen on 203.0.113.1" in refused("serve", "--host", "203.0.113.1", "--database", database)


def test_a_database_in_use_by_another_server(database: str) -> None:
    with serving("--database", database):
        assert database in refused("serve", "--port", "0", "--database", database)


def test_refused_beside_a_server_with_a_key_of_its_own_it_makes_none(database: str) -> None:
    with serving("--database", database, environment={"THREADS_SERVER_API_KEY": "k"}):
        assert "is in use" in refused("serve", "--port", "0", "--database", database)
        assert run("keys", "list", "--database", database).stdout == ""


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes and not a database.\n" * 100)
    assert str(path) in refused("serve", "--port", "0", "--database", str(path))
    assert path.read_text().startswith("These are notes")


def test_what_is_no_file(tmp_path: Path) -> None:
    for path in ("/dev/null", str(tmp_path)):
        assert f"{path} is " in refused("serve", "--port", "0", "--database", path)
    assert not Path("/dev/null.lock").exists()


def test_what_may_not_be_written(readable_folder: Path) -> None:
    """The folder, and a database in it, as someone who may only read them."""
    new, old = readable_folder / "new.db", readable_folder / "old.db"
    whose = f" for {pwd.getpwuid(65534).pw_name}; it belongs to root" if os.geteuid() == 0 else ""
    for words, path, read_only in [(("create", "b"), new, readable_folder), (("list",), old, old)]:
        done = subprocess.run(
            [sys.executable, "-c", AS_READER, "keys", *words, "--database", str(path)],
            capture_output=True,
            text=True,
            timeout=600,
        )
        reason = f"threads-server: {path} cannot be used as a database: {read_only} is read-only{whose}\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", reason)


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    assert str(path) in refused("serve", "--port", "0", "--database", str(path))


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "nowhere" / "threads.db")
    assert path in refused("serve", "--port", "0", "--database", path)


def test_several_workers_need_postgresql(database: str) -> None:
    line = refused("serve", "--workers", "2", "--database", database)
    assert "SQLite has one writing process" in line
    assert not Path(database).exists()


def test_no_key_and_reachable_from_elsewhere(database: str) -> None:
    line = refused("serve", "--host", "0.0.0.0", "--port", "0", "--database", database)
    assert "make a key first with: threads-server keys create NAME" in line
    assert not Path(database).exists()
    Path(database).touch()
    assert "has no API key" in refused("serve", "--host", "0.0.0.0", "--port", "0", "--database", database)
    assert Path(database).stat().st_size == 0


def test_the_environments_key_is_for_loopback(database: str) -> None:
    line = refused(
        "serve", "--host", "0.0.0.0", "--port", "0", "--database", database,
        environment={"THREADS_SERVER_API_KEY": "k"},
    )  # fmt: skip
    assert "THREADS_SERVER_API_KEY is for a server on loopback only" in line
    assert "k;" not in line
    assert not Path(database).exists()


def test_a_rate_too_low_for_retry_after() -> None:
    assert "more than 3600 seconds" in refused("serve", "--rate-limit=0.0001")


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "set THREADS_SERVER_LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://127.0.0.1:9"}, "set THREADS_SERVER_LLM_MODEL"),
        ({"MODELS": "/nowhere.yaml"}, "/nowhere.yaml cannot be read"),
        ({"RESPONDER": "nothing:here"}, "nothing:here cannot be loaded"),
        ({"LLM_BASE_URL": "localhost:8000/v1"}, "THREADS_SERVER_LLM_BASE_URL is no address"),
        ({"LLM_BASE_URL": "http://[::1/v1"}, "THREADS_SERVER_LLM_BASE_URL is no address"),
        ({"LLM_BASE_URL": "http:///v1"}, "THREADS_SERVER_LLM_BASE_URL is no address"),
        (
            {"LLM_BASE_URL": "http://127.0.0.1:9", "LLM_API_KEY": "schlüssel"},
            "THREADS_SERVER_LLM_API_KEY cannot be",
        ),
    ],
)
def test_a_responder_that_cannot_answer_leaves_no_database(
    database: str, environment: dict[str, str], reason: str
) -> None:
    variables = {f"THREADS_SERVER_{name}": value for name, value in environment.items()}
    line = refused(
        *("serve", "--port", "0", "--database", database),
        environment={"THREADS_SERVER_RESPONDER": "openai", **variables},
    )
    assert reason in line
    assert "schlüssel" not in line
    assert not Path(database).exists()
