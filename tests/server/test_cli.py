"""The command line, as a process: what it prints, how it ends, and that nothing it refuses is a traceback."""

import json
import os
import pwd
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.server.command_line import CLEAN, at_a_terminal, refused, run, serving

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"

AS_READER = """
import os, shutil, sys
import threads_server.cli, threads_server.http.authentication
import threads_server.store.exports, threads_server.store.backends.sqlite
if os.geteuid() == 0:
    os.setuid(65534)  # root may write whatever a file says
threads_server.cli.main(sys.argv[1:])
"""
"""Runs a command as someone who may only read."""


def url_in(line: str) -> str:
    match = re.search(r"http://\S+/api\b", line)
    assert match, line
    return match[0]


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


class TestServe:
    def test_a_new_database_gets_a_first_key_shown_once(self, database: str) -> None:
        with serving("--database", database, lines=2) as (_, (key_line, ready_line)):
            key = key_line.rpartition(" ")[2]
            assert "shown only now" in key_line
            url = url_in(ready_line)
            assert httpx.get(f"{url}/threads", headers={"X-API-Key": key}).status_code == 200
            assert httpx.get(f"{url}/threads").status_code == 401
        with serving("--database", database) as (_, (ready_line,)):
            answer = httpx.get(f"{url_in(ready_line)}/threads", headers={"X-API-Key": key})
            assert answer.status_code == 200

    def test_options_come_from_the_environment_too(self, database: str) -> None:
        environment = {
            "THREADS_SERVER_DATABASE": database,
            "THREADS_SERVER_API_KEY": "mine",
            "THREADS_SERVER_METRICS": "1",
            "THREADS_SERVER_RATE_LIMIT": "1",
            "THREADS_SERVER_CORS_ORIGIN": "https://a.example,https://b.example",
        }
        with (
            serving(environment=environment) as (_, (line,)),
            httpx.Client(base_url=url_in(line), headers={"X-API-Key": "mine", "Origin": "https://b.example"}) as client,
        ):
            answer = client.get("/threads")
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == "https://b.example"
            assert client.get("/threads").status_code == 429
            assert client.get("/metrics").status_code == 200
        assert Path(database).exists()

    def test_documentation_is_where_the_server_says(self, database: str) -> None:
        with serving("--database", database, environment={"THREADS_SERVER_API_KEY": "k"}) as (_, (line,)):
            docs = line.rpartition(" ")[2]
            assert httpx.get(docs).status_code == 200
            assert database in line

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_in_good_order(self, database: str, number: signal.Signals) -> None:
        with serving("--database", database, environment={"THREADS_SERVER_API_KEY": "k"}) as (process, (line,)):
            with httpx.Client(base_url=url_in(line), headers={"X-API-Key": "k"}) as client:
                message = {"content": "/slow 100 " + "word " * 100, "stream": True}
                with client.stream("POST", "/threads/messages", json=message) as answer:
                    pieces = answer.iter_lines()
                    next(pieces)
                    process.send_signal(number)
                    started = time.monotonic()
                    list(pieces)  # the stream ends, and not with an error
            assert process.wait(600) == 0
            assert time.monotonic() - started < 5
            assert process.stderr is not None
            assert process.stderr.read() == ""

    def test_a_turn_under_way_is_answered_before_the_end(self, database: str) -> None:
        with serving("--database", database, environment={"THREADS_SERVER_API_KEY": "k"}) as (process, (line,)):
            with (
                httpx.Client(base_url=url_in(line), headers={"X-API-Key": "k"}, timeout=600) as client,
                ThreadPoolExecutor(1) as other,
            ):
                message = {"content": "/slow 1000 " + "word " * 1000}
                sent = other.submit(client.post, "/threads/messages", json=message)
                while not client.get("/threads?include_messages=false").json():
                    time.sleep(0.05)
                process.terminate()
                started = time.monotonic()
                answer = sent.result(10)
            assert (answer.status_code, answer.json()["status"]) == (200, "FAILED")
            assert process.wait(600) == 0
            assert time.monotonic() - started < 8

    def test_a_port_in_use(self, database: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            line = refused("serve", "--port", port, "--database", database)
        assert f"cannot listen on 127.0.0.1, port {port}" in line
        assert not Path(database).exists()

    def test_an_address_of_another_machine(self, database: str) -> None:
        assert "cannot listen on 203.0.113.1" in refused("serve", "--host", "203.0.113.1", "--database", database)

    def test_a_database_in_use_by_another_server(self, database: str) -> None:
        with serving("--database", database, lines=2):
            assert database in refused("serve", "--port", "0", "--database", database)

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("These are notes and not a database.\n" * 100)
        assert str(path) in refused("serve", "--port", "0", "--database", str(path))
        assert path.read_text().startswith("These are notes")

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        for path in ("/dev/null", str(tmp_path)):
            assert f"{path} is " in refused("serve", "--port", "0", "--database", path)
        assert not Path("/dev/null.lock").exists()

    def test_what_may_not_be_written(self, readable_folder: Path) -> None:
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

    def test_another_programs_database(self, tmp_path: Path) -> None:
        path = tmp_path / "other.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.close()
        assert str(path) in refused("serve", "--port", "0", "--database", str(path))

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        path = str(tmp_path / "nowhere" / "threads.db")
        assert path in refused("serve", "--port", "0", "--database", path)

    def test_several_workers_need_postgresql(self, database: str) -> None:
        line = refused("serve", "--workers", "2", "--database", database)
        assert "SQLite has one writing process" in line
        assert not Path(database).exists()

    def test_no_key_and_reachable_from_elsewhere(self, database: str) -> None:
        line = refused("serve", "--host", "0.0.0.0", "--port", "0", "--database", database)
        assert "make a key first with: threads-server keys create NAME" in line

    def test_the_environments_key_is_for_loopback(self, database: str) -> None:
        line = refused(
            "serve", "--host", "0.0.0.0", "--port", "0", "--database", database,
            environment={"THREADS_SERVER_API_KEY": "k"},
        )  # fmt: skip
        assert "THREADS_SERVER_API_KEY is for a server on loopback only" in line
        assert "k;" not in line

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("CORS_ORIGIN", "notorigin"),
            ("PORT", "eighty"),
            ("PORT", "70000"),
            ("WORKERS", "0"),
            ("RESPONDER", "nobody"),
            ("RATE_LIMIT", "-1"),
        ],
    )
    def test_wrong_values_in_the_environment(self, name: str, value: str) -> None:
        line = refused("serve", code=2, environment={f"THREADS_SERVER_{name}": value})
        assert f"THREADS_SERVER_{name}: {value!r}" in line

    @pytest.mark.parametrize(
        "option",
        [
            *("--port=x", "--workers=0", "--responder=x", "--rate-limit=nan", "--unknown"),
            *(
                "--cors-origin=notorigin",
                "--cors-origin=https://a.example/",
                "--cors-origin=https://",
                "--cors-origin=",
            ),
        ],
    )
    def test_wrong_options(self, option: str) -> None:
        line = refused("serve", option, code=2)
        assert option.partition("=")[2] in line
        assert line.endswith("threads-server serve --help")

    def test_misspelt_words_are_answered_with_the_right_ones(self) -> None:
        assert "did you mean --port?; see: threads-server serve --help" in refused("serve", "--prot", "9", code=2)
        assert "did you mean list?; see: threads-server keys --help" in refused("keys", "lits", code=2)
        assert "did you mean" not in refused("keys", "list", "--something-else", code=2)
        assert "unrecognized arguments: --verison; did you mean --version?" in refused("--verison", code=2)
        assert "unrecognized arguments: --acount; did you mean --account?" in refused(
            "keys", "create", "--acount", code=2
        )
        assert "are required: name; see: threads-server keys create" in refused("keys", "create", "--acc", "x", code=2)

    def test_variable_that_does_not_exist_is_a_warning(self, database: str) -> None:
        variables = {"THREADS_SERVER_DATABSE": database, "THREADS_SERVER_X": "1"}
        done = run("keys", "create", "a", "--database", database, environment=variables)
        assert done.returncode == 0
        assert (
            "warning: there is no variable THREADS_SERVER_DATABSE; did you mean THREADS_SERVER_DATABASE?" in done.stderr
        )
        assert "THREADS_SERVER_X; see: threads-server serve --help" in done.stderr

    def test_version_is_that_of_the_document(self) -> None:
        version = re.search(r"^  version: (\S+)", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
        assert version
        assert run("--version").stdout == f"threads-server {version[1]}\n"

    @pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
    def test_completion_names_commands_and_options(self, shell: str) -> None:
        script = run("completion", shell).stdout
        for word in ("rotate", "--busy-wait", "--format", "--json", "debug"):
            assert word.removeprefix("--") in script
        assert ("_shtab_compgen_files" if shell == "bash" else "_files" if shell == "zsh" else "/f/") in script

    def test_a_rate_too_low_for_retry_after(self) -> None:
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
        self, database: str, environment: dict[str, str], reason: str
    ) -> None:
        variables = {f"THREADS_SERVER_{name}": value for name, value in environment.items()}
        line = refused(
            *("serve", "--port", "0", "--database", database),
            environment={"THREADS_SERVER_RESPONDER": "openai", **variables},
        )
        assert reason in line
        assert "schlüssel" not in line
        assert not Path(database).exists()

    def test_without_the_extra(self, tmp_path: Path) -> None:
        """A Python that has the package but none of what serving needs."""
        package = Path(__file__).parents[2] / "server"
        done = subprocess.run(
            [sys.executable, "-S", "-m", "threads_server", "serve", "--database", str(tmp_path / "t.db")],
            capture_output=True,
            text=True,
            env={**CLEAN, "PYTHONPATH": str(package)},
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(
            r"threads-server: this needs \w+; install it with: pip install 'backboard-threads\[server\]'\n",
            done.stderr,
        )


class TestKeys:
    def test_created_listed_used_and_revoked_while_the_server_runs(self, database: str) -> None:
        with serving("--database", database, lines=2) as (_, (_, line)):
            url = url_in(line)
            created = run("keys", "create", "laptop", "--database", database)
            assert (created.returncode, created.stderr) == (0, "")
            assert re.fullmatch(r"\S+\n", created.stdout)
            key = {"X-API-Key": created.stdout.strip()}
            assert httpx.get(f"{url}/threads", headers=key).status_code == 200
            listed = run("keys", "list", "--database", database).stdout
            assert re.search(r"^laptop +\S+ +\S+ +never +in use$", listed, re.MULTILINE)
            assert created.stdout.strip() not in listed
            revoked = run("keys", "revoke", "laptop", "--database", database)
            assert (revoked.returncode, revoked.stdout) == (0, "")
            assert re.fullmatch(r"The key laptop opens the account \S+ no more; .*\n", revoked.stderr)
            assert httpx.get(f"{url}/threads", headers=key).status_code == 401
            assert (
                "in use" not in re.findall(r"^laptop.*$", run("keys", "list", "--database", database).stdout, re.M)[0]
            )

    def test_last_use_is_stored_when_the_server_stops(self, database: str) -> None:
        created = run("keys", "create", "laptop", "--database", database)
        assert created.stderr == f"{database} is a new database.\n"
        key = created.stdout.strip()
        with serving("--database", database) as (process, (line,)):
            assert httpx.get(f"{url_in(line)}/threads", headers={"X-API-Key": key}).status_code == 200
            process.terminate()
            process.wait(600)
        rows = map(json.loads, run("keys", "list", "--json", "--database", database).stdout.splitlines())
        assert [row["used_at"] >= row["created_at"] for row in rows if row["name"] == "laptop"] == [True]

    def test_rotated_key_is_another_of_the_same_account(self, database: str) -> None:
        old = run("keys", "create", "a", "--account", "shared", "--new-account", "--database", database).stdout
        done = run("keys", "rotate", "a", "--database", database)
        assert re.fullmatch(r"bbt_\S+\n", done.stdout)
        assert done.stdout != old
        assert done.stderr == "The key a of the account shared is a new one; the old one opens nothing any more.\n"
        rows = [*map(json.loads, run("keys", "list", "--json", "--database", database).stdout.splitlines())]
        assert [(row["name"], row["account"], row["revoked_at"] is None) for row in rows] == [
            ("a", "shared", False),
            ("a", "shared", True),
        ]

    def test_only_create_makes_a_database(self, database: str) -> None:
        for words in (("list",), ("rotate", "a"), ("revoke", "a")):
            assert f"{database} is not there" in refused("keys", *words, "--database", database)
        assert not Path(database).exists()

    def test_new_account_is_said_or_noted(self, database: str) -> None:
        create = ("keys", "create", "--database", database)
        noted = run(*create, "a", "--account", "shraed")
        assert re.fullmatch(r"bbt_\S+\n", noted.stdout)
        assert "warning: there is no account 'shraed'" in noted.stderr
        for words in (("b", "--account", "shraed"), ("c", "--account", "other", "--new-account"), ("d",)):
            assert run(*create, *words).stderr == ""
        assert "add --new-account to open it" in at_a_terminal(*create, "e", "--account", "nobody")

    def test_each_key_opens_an_account_of_its_own_unless_told(self, database: str) -> None:
        run("keys", "create", "a", "--database", database)
        run("keys", "create", "b", "--database", database)
        run("keys", "create", "c", "--account", "shared", "--database", database)
        run("keys", "create", "d", "--account", "shared", "--database", database)
        rows = [line.split() for line in run("keys", "list", "--database", database).stdout.splitlines()[1:]]
        accounts = {row[0]: row[1] for row in rows}
        assert accounts["c"] == accounts["d"] == "shared"
        assert len({accounts["a"], accounts["b"], "shared"}) == 3

    def test_what_cannot_be_done(self, database: str, tmp_path: Path) -> None:
        assert run("keys", "create", "a", "--database", database).returncode == 0
        assert "'a' is in use" in refused("keys", "create", "a", "--database", database)
        for name in ("", " ", "two\nlines", "x" * 256):
            assert "is no name of 1 to 255 printable characters" in refused(
                "keys", "create", name, "--database", database, code=2
            )
            assert "is no name" in refused("keys", "create", "b", "--account", name, "--database", database, code=2)
        assert "no key in use is named 'b'" in refused("keys", "revoke", "b", "--database", database)
        nowhere = str(tmp_path / "nowhere" / "t.db")
        assert nowhere in refused("keys", "list", "--database", nowhere)

    def test_keys_need_no_extra(self, database: str) -> None:
        package = Path(__file__).parents[2] / "server"
        done = subprocess.run(
            [sys.executable, "-S", "-m", "threads_server", "keys", "create", "a", "--database", database],
            capture_output=True,
            text=True,
            env={**CLEAN, "PYTHONPATH": str(package)},
        )
        assert (done.returncode, done.stderr) == (0, f"{database} is a new database.\n")
