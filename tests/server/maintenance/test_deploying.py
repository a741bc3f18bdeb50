"""docs/deploying.md is true: its commands for a database are run, and its variables are those of the server."""

import os
import re
import subprocess
from pathlib import Path

from tests.support.database.postgres import PostgresServer
from tests.support.server.command_line import run
from threads_server.cli.command_line import PREFIX

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
