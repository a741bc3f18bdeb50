"""The command line, as a process: what it prints, how it ends, and that nothing it refuses is a traceback."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.support.server import server_thread
from tests.support.server.command_line import CLEAN, at_a_terminal, refused, run, serving

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"


def url_in(line: str) -> str:
    match = re.search(r"http://\S+/api\b", line)
    assert match, line
    return match[0]


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "threads.db")


class Served(NamedTuple):
    database: str
    key_line: str
    ready_line: str

    @property
    def url(self) -> str:
        return url_in(self.ready_line)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on a new database."""
    database = str(tmp_path_factory.mktemp("served") / "threads.db")
    with serving("--database", database, lines=2) as (_, lines):
        yield Served(database, *lines)


class TestServe:
    def test_a_new_database_gets_a_first_key_shown_once(self, served: Served, database: str) -> None:
        """The last use of a key is stored when the server stops."""
        first = {"X-API-Key": served.key_line.rpartition(" ")[2]}
        assert "shown only now" in served.key_line
        assert httpx.get(f"{served.url}/threads", headers=first).status_code == 200
        assert httpx.get(f"{served.url}/threads").status_code == 401
        run("backup", database, "--database", served.database)
        laptop = {"X-API-Key": run("keys", "create", "laptop", "--database", database).stdout.strip()}
        with serving("--database", database) as (process, (ready_line,)):
            for key in (first, laptop):
                assert httpx.get(f"{url_in(ready_line)}/threads", headers=key).status_code == 200
            process.terminate()
            process.wait(600)
        rows = map(json.loads, run("keys", "list", "--json", "--database", database).stdout.splitlines())
        assert [row["used_at"] >= row["created_at"] for row in rows if row["name"] == "laptop"] == [True]

    def test_options_come_from_the_environment_too(self, database: str) -> None:
        environment = {
            "THREADS_SERVER_DATABASE": database,
            "THREADS_SERVER_API_KEY": "mine",
            "THREADS_SERVER_METRICS": "1",
            "THREADS_SERVER_RATE_LIMIT": "1",
            "THREADS_SERVER_CORS_ORIGIN": "https://a.example,https://b.example",
        }
        headers = {"X-API-Key": "mine", "Origin": "https://b.example"}
        with (
            server_thread.serving(environment=environment) as address,
            httpx.Client(base_url=f"{address}/api", headers=headers) as client,
        ):
            answer = client.get("/threads")
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == "https://b.example"
            assert client.get("/threads").status_code == 429
            assert client.get("/metrics").status_code == 200
        assert Path(database).exists()

    def test_documentation_is_where_the_server_says(self, served: Served) -> None:
        docs = served.ready_line.rpartition(" ")[2]
        assert httpx.get(docs).status_code == 200
        assert served.database in served.ready_line

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_streams_and_answers_turns_under_way(self, database: str, number: signal.Signals) -> None:
        with serving("--database", database, environment={"THREADS_SERVER_API_KEY": "k"}) as (process, (line,)):
            with (
                httpx.Client(base_url=url_in(line), headers={"X-API-Key": "k"}, timeout=600) as client,
                ThreadPoolExecutor(1) as other,
            ):
                message = {"content": "/slow 1000 " + "word " * 1000}
                turn = other.submit(client.post, "/threads/messages", json=message)
                while not client.get("/threads?include_messages=false").json():
                    time.sleep(0.05)
                with client.stream("POST", "/threads/messages", json={**message, "stream": True}) as stream:
                    pieces = stream.iter_lines()
                    next(pieces)
                    process.send_signal(number)
                    started = time.monotonic()
                    list(pieces)  # the stream ends, and not with an error
                answer = turn.result(600)
            assert (answer.status_code, answer.json()["status"]) == (200, "FAILED")
            assert process.wait(600) == 0
            assert time.monotonic() - started < 8
            assert process.stderr is not None
            assert process.stderr.read() == ""

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
    def test_created_listed_used_and_revoked_while_the_server_runs(self, served: Served) -> None:
        database = served.database
        created = run("keys", "create", "laptop", "--database", database)
        assert (created.returncode, created.stderr) == (0, "")
        assert re.fullmatch(r"\S+\n", created.stdout)
        key = {"X-API-Key": created.stdout.strip()}
        assert httpx.get(f"{served.url}/threads", headers=key).status_code == 200
        listed = run("keys", "list", "--database", database).stdout
        assert re.search(r"^laptop +\S+ +\S+ +never +in use$", listed, re.MULTILINE)
        assert created.stdout.strip() not in listed
        revoked = run("keys", "revoke", "laptop", "--database", database)
        assert (revoked.returncode, revoked.stdout) == (0, "")
        assert re.fullmatch(r"The key laptop opens the account \S+ no more; .*\n", revoked.stderr)
        assert httpx.get(f"{served.url}/threads", headers=key).status_code == 401
        assert "in use" not in re.findall(r"^laptop.*$", run("keys", "list", "--database", database).stdout, re.M)[0]

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
        assert rows[1]["created_at"] == rows[0]["revoked_at"]

    def test_only_create_makes_a_database(self, database: str) -> None:
        for words in (("list",), ("rotate", "a"), ("revoke", "a")):
            assert f"{database} is not there" in refused("keys", *words, "--database", database)
        assert not Path(database).exists()

    def test_new_account_is_said_or_noted(self, database: str) -> None:
        create = ("keys", "create", "--database", database)
        assert "add --new-account to open it" in at_a_terminal(*create, "a", "--account", "nobody")
        assert not Path(database).exists()
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
