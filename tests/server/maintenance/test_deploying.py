"""docs/deploying.md is true: its commands for a database are run, and its variables are those of the server."""

import os
import re
import shlex
import subprocess
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from tests.support.database.postgres import PostgresServer
from tests.support.server.command_line import run
from tests.support.server.small_document import client_of, small_app
from threads_server.cli import make_parser
from threads_server.cli.command_line import PREFIX
from threads_server.http.sse import KEEPALIVE_INTERVAL_SECONDS, MAX_DRAIN_SECONDS
from tools.document import document

ROOT = Path(__file__).parents[3]
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
FILES = sorted((ROOT / "deploy").iterdir())


def command(start: str) -> str:
    """Find the one line that starts so, outside tables and sentences."""
    (line,) = re.findall(rf"^{re.escape(start)}.*$", DEPLOYING, re.MULTILINE)
    return line


def test_restored_sqlite_database_is_that_of_the_backup(tmp_path: Path) -> None:
    service, backup = tmp_path / "service", tmp_path / "backup"
    service.mkdir()
    backup.mkdir()
    database = str(service / "threads.db")
    kept = run("keys", "create", "kept", "--database", database)
    assert run("backup", str(backup / "threads-2026-11-29.db"), "--database", database).returncode == 0
    assert run("keys", "create", "lost", "--database", database).returncode == kept.returncode == 0
    steps = "\n".join((command("cd /var/lib/threads-server"), command("cp /backup/")))
    steps = steps.replace("/var/lib/threads-server", str(service)).replace("/backup", str(backup))
    subprocess.run(["bash", "-euc", steps], check=True)
    assert re.findall(r"^(?:kept|lost)", run("keys", "list", "--database", database).stdout, re.M) == ["kept"]
    assert run("check", "--database", database).returncode == 0


def test_restored_postgresql_database_is_that_of_the_backup(postgres_server: PostgresServer, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{postgres_server.programs}:{os.environ['PATH']}"}
    environment["PGPORT"] = str(postgres_server.port)

    def play(line: str) -> None:
        subprocess.run(
            ["bash", "-euc", line.replace("db.example", "127.0.0.1")], cwd=tmp_path, env=environment, check=True
        )

    database = postgres_server.url("threads", "threads")
    play(command("psql "))
    try:
        assert run("keys", "create", "kept", "--database", database).returncode == 0
        play(command("pg_dump "))
        assert run("keys", "create", "lost", "--database", database).returncode == 0
        play(command("pg_restore "))
        assert re.findall(r"^(?:kept|lost)", run("keys", "list", "--database", database).stdout, re.M) == ["kept"]
        assert run("check", "--database", database).returncode == 0
    finally:
        play(
            "psql --host=db.example --username=postgres --command='DROP DATABASE threads' --command='DROP ROLE threads'"
        )


def test_variables_are_those_of_the_server() -> None:
    texts = (DEPLOYING, *(file.read_text(encoding="utf-8") for file in FILES))
    names = set(re.findall(rf"\b{PREFIX}(\w+)", "\n".join(texts)))
    assert "ALLOWED_HOSTS" in names
    options = re.findall(r"^  --([\w-]+)", run("serve", "--help").stdout, re.MULTILINE)
    assert names <= {option.replace("-", "_").upper() for option in options}


TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [*FILES, *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").iterdir(), *ROOT.glob("*.md")]
    if path.is_file() and path.name not in ("hosted-api.md", "web.py")
}
"""Whatever tells how to run the server."""


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if "threads-server" in text])
def test_commands_are_those_of_the_command_line(name: str) -> None:
    odd = r"^((?:[^`\n]*`[^`\n]*`)*[^`\n]*`[^`\n]*)\n"  # backticks in a line: code goes on in the next
    text = re.sub(odd, r"\1 ", TEXTS[name], flags=re.MULTILINE)
    text = re.sub(r"\$\(date.*?\)", "TODAY", text)
    lines = re.sub(r"\\\n\s*|\",\s*\"", " ", text)  # joined lines, and lists of words
    commands = "serve|keys|threads|export|import|backup|check|stats|completion"
    for command in re.findall(rf"threads-server ((?:{commands})(?![\w-])[^`\n|>#;&)\"]*)", lines):
        words = shlex.split(re.sub(r"\[[^]]*\]|'", "", command).replace("…", "x"))
        if len(words) > 1 and (words[0] != "keys" or len(words) > 2):
            with suppress(SystemExit) if "--help" in words else nullcontext():
                make_parser().parse_args(words)


async def test_addresses_are_served() -> None:
    """Each address in a text on running the server is served, or is an operation of the document."""
    operations = [re.sub(r"{\w+}", "[^/]+", path) for path in document()["paths"]]
    operations += ["/metrics", "/testing/\\w+"]  # switched on by options
    async with client_of(small_app(), key=None) as client:
        for name, text in TEXTS.items():
            for path in re.findall(r"(?:127\.0\.0\.1:8000|localhost:8000|example\.com|uri )(/[\w/.-]*\w|/)", text):
                if not any(re.fullmatch(f"(/api)?{one}", path) for one in ("", *operations)):
                    assert (await client.get(f"http://small{path}")).status_code == 200, (name, path)


def test_image_has_every_extra_that_a_server_is_installed_with() -> None:
    wheel = r"whl[)\"]*\[([\w,]+)\]"
    wanted = {extra for extras in re.findall(wheel, DEPLOYING) for extra in extras.split(",")}
    assert wanted == {*re.findall(wheel, TEXTS["deploy/Containerfile"])[0].split(",")} == {"server", "postgres"}


def test_times_and_sizes_leave_the_server_its_own() -> None:
    nginx, unit = (TEXTS[f"deploy/{name}"] for name in ("nginx.conf", "threads-server.service"))
    (seconds,), (mebibytes,) = (re.findall(rf"{name} (\d+)[sm];", nginx) for name in ("read_timeout", "body_size"))
    assert int(seconds) > 2 * KEEPALIVE_INTERVAL_SECONDS
    assert int(mebibytes) << 20 > max(document()["x-body-limits"].values())
    (stop,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(stop) > 2 * MAX_DRAIN_SECONDS
