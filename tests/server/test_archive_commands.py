"""The commands `export` and `import`: what they print, and how they end."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server.archives import exported, filled, seen
from tests.support.server.command_line import COMMAND, at_a_terminal, run


def command(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A command on a terminal that can print ASCII only; what it prints is bytes."""
    done = run(*arguments, given=given, encoding="ascii")
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.encode(), done.stderr.encode())


async def test_export_and_import_commands(tmp_path: Path) -> None:
    old, new = str(tmp_path / "old.db"), str(tmp_path / "new.db")
    await filled(Path(old))
    out = command("export", "--database", old)
    assert (out.returncode, out.stderr) == (0, b"Exported 3 assistants and 4 threads of the account default.\n")
    assert out.stdout.decode().split("\n") == [*await exported(Path(old)), ""]
    archive = tmp_path / "archive.jsonl"
    archive.write_bytes(out.stdout)
    taken = command("import", str(archive), "--database", new)
    assert taken.stdout == b"3 assistants and 4 threads were new in the account default\n"
    again = command("import", "-", "--database", new, given=b"\n" + out.stdout)
    assert again.stdout == b"0 assistants and 0 threads were new in the account default\n"
    assert again.stderr.startswith(b"already in the account, and left as it is there,")
    assert again.stderr.endswith(b"newer in the archive: 4 threads\n")
    assert taken.stderr == b""
    assert await seen(Path(new)) == await seen(Path(old))
    other = command("import", "-", "--account", "other", "--database", new, given=out.stdout)
    assert b"other is a new account; threads-server keys create NAME --account other opens it" in other.stderr
    for arguments, given, reason in (
        (("import", str(tmp_path / "none"), "--database", new), b"", b"cannot be read: No such file"),
        (("import", "-", "--database", new), b"{}\n", b"-, line 1: it is neither an assistant nor a thread"),
        (("import", "-", "--database", new), b"\xff\n", b"-, line 1: it is not JSON: the text is not UTF-8"),
    ):
        refused = command(*arguments, given=given)
        assert (refused.returncode, refused.stdout) == (1, b"")
        assert refused.stderr.startswith(b"threads-server: ")
        assert refused.stderr.count(b"\n") == 1
        assert reason in refused.stderr


@pytest.mark.parametrize("missing", ["database", "account"])
def test_export_of_nothing_is_one_line_and_makes_nothing(tmp_path: Path, missing: str) -> None:
    database = tmp_path / "t.db"
    if missing == "account":
        command("keys", "create", "a", "--database", str(database))
    refused = command("export", "--database", str(database), "--account", "nob\x1bdy")
    assert (refused.returncode, refused.stdout) == (1, b"")
    expected = f"{database} is not there"
    if missing == "account":
        expected = f"there is no account 'nob\\x1bdy' in {database}; see: threads-server keys list"
    assert refused.stderr.decode() == f"threads-server: {expected}\n"
    assert database.exists() is (missing == "account")


def test_export_from_an_empty_postgres_database_makes_nothing(new_postgres: str) -> None:
    refused = command("export", "--database", new_postgres)
    assert refused.returncode == 1
    assert refused.stderr.decode() == f"threads-server: {new_postgres} has no tables of this server\n"
    assert command("export", "--database", new_postgres).stderr == refused.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_export_to_a_full_disk_is_one_line(tmp_path: Path) -> None:
    await filled(tmp_path / "t.db")
    with Path("/dev/full").open("wb") as full:  # noqa: ASYNC230
        refused = subprocess.run(  # noqa: ASYNC221
            [sys.executable, "-m", "threads_server", "export", "--database", str(tmp_path / "t.db")],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=600,
        )
    expected = b"threads-server: the archive cannot be written: No space left on device\n"
    assert (refused.returncode, refused.stderr) == (1, expected)


def test_hostile_names_in_an_archive_are_printed_escaped(tmp_path: Path) -> None:
    line = json.dumps({"kind": "assistant", "is_default": "\x1b[31m\x07\n"}).encode()
    refused = command("import", "-", "--database", str(tmp_path / "t.db"), given=line + b"\n")
    assert refused.returncode == 1
    assert b"\x1b" not in refused.stderr
    assert refused.stderr.count(b"\n") == 1
    hostile = tmp_path / "a\x1b[31m.jsonl"
    hostile.write_bytes(b"{}\n")
    refused = command("import", str(hostile), "--database", str(tmp_path / "t.db"))
    assert b"\\x1b[31m.jsonl, line 1: it is neither" in refused.stderr


@pytest.fixture(params=["sqlite", "postgres"])
def missing(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that is not there yet, of each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("new_postgres"))
    return str(tmp_path / "new" / "threads.db")


async def test_bad_archive_makes_no_database(missing: str, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    await filled(tmp_path / "old.db")
    lines = await exported(tmp_path / "old.db")
    thread = next(line for line in lines if '"files":[{' in line)
    again = thread.replace(json.loads(thread)["thread_id"], "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e")
    for changed, reason in (
        (["{}"], "line 1: it is neither"),
        (lines[:-1], "line 8: the archive is cut short"),
        (lines[4:-1], "line 1: the account has no assistant"),
        ([*lines[1:-1], again], "is the id of something else as well"),
    ):
        archive = "\n".join(changed).encode()
        (tmp_path / "archive.jsonl").write_bytes(archive)
        for file in (str(tmp_path / "archive.jsonl"), "-"):
            refused = command("import", file, "--database", missing, given=archive)
            assert (refused.returncode, refused.stdout) == (1, b"")
            assert reason in refused.stderr.decode()
        assert list((tmp_path / "new").iterdir()) == []
        left = command("stats", "--database", missing).stderr.decode()
        assert left.endswith(("is not there\n", "has no tables of this server\n"))


def test_account_that_is_not_confirmed_makes_no_database(missing: str, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    said = at_a_terminal("keys", "create", "a", "--account", "other", "--database", missing)
    assert "add --new-account to open it" in said
    left = command("stats", "--database", missing).stderr.decode()
    assert left.endswith(("is not there\n", "has no tables of this server\n"))


def test_archive_in_a_pipe_is_imported_into_a_new_database(tmp_path: Path) -> None:
    asyncio.run(filled(tmp_path / "old.db"))
    new = ["--database", str(tmp_path / "new.db")]
    with subprocess.Popen(
        [*COMMAND, "export", "--database", str(tmp_path / "old.db")], stdout=subprocess.PIPE
    ) as export:
        done = subprocess.run([*COMMAND, "import", "-", *new], stdin=export.stdout, capture_output=True)
    assert done.stdout == b"3 assistants and 4 threads were new in the account default\n", done.stderr


async def test_import_for_a_move_keeps_ids(tmp_path: Path) -> None:
    await filled(tmp_path / "old.db")
    archive = tmp_path / "archive.jsonl"
    archive.write_bytes(command("export", "--database", str(tmp_path / "old.db")).stdout)
    for keep, new in ((True, tmp_path / "moved.db"), (False, tmp_path / "copied.db")):
        flag = ["--keep-ids"] if keep else []
        taken = command("import", str(archive), "--account", "other", *flag, "--database", str(new))
        assert taken.stdout == b"3 assistants and 4 threads were new in the account other\n"
        assert ((await exported(new, "other"))[1:-1] == (await exported(tmp_path / "old.db"))[1:-1]) is keep
