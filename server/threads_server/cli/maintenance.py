"""The commands `backup`, `check` and `stats`."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from threads_server.cli.command_line import CommandFailed, Parser, add_database, with_store
from threads_server.encoding import counted, printable
from threads_server.settings import Settings

if TYPE_CHECKING:
    from threads_server.store import Store
    from threads_server.store.usage import Usage


def add_commands(commands: "argparse._SubParsersAction[Parser]") -> None:
    """Add the commands to a parser."""
    backup = commands.add_parser("backup", help="copy an SQLite database that is in use, and verify the copy")
    backup.add_argument("file", help="the file to make; it must not be there yet")
    check = commands.add_parser(
        "check", help="check a database: 0 if it is sound, 1 with a line for each problem if not"
    )
    stats = commands.add_parser("stats", help="show threads, messages and bytes of each account")
    stats.add_argument("--json", action="store_true", help="as JSON")
    for command, run in ((backup, _backup), (check, _check), (stats, _stats)):
        add_database(command)
        command.set_defaults(run=run)


def _backup(options: argparse.Namespace) -> None:
    from threads_server.maintenance.backup import BackupFailed, backup

    settings = Settings(database=options.database)
    if settings.postgres:
        raise CommandFailed(
            f"{settings.shown_database} is backed up with PostgreSQL's own:"
            " pg_dump --format=custom --schema=backboard_threads --file=FILE"
        )
    try:
        rows = backup(Path(options.database), Path(options.file))
    except BackupFailed as error:
        raise CommandFailed(str(error)) from error
    size = Path(options.file).stat().st_size
    held = f"{counted(rows.get('threads', 0), 'thread')}, {counted(rows.get('messages', 0), 'message')}"
    print(f"{options.file}: {held}, {size} bytes; sound")


def _check(options: argparse.Namespace) -> None:
    from threads_server.maintenance.checks import problems

    async def check(store: "Store") -> int:
        count = 0
        async for problem in problems(store):
            print(printable(problem), flush=True)
            count += 1
        return count

    if with_store(options, check, create=False):
        sys.exit(1)
    print(f"{Settings(database=options.database).shown_database} is sound")


def _stats(options: argparse.Namespace) -> None:
    from threads_server.maintenance.stats import database_bytes, usage_by_account
    from threads_server.store.usage import Usage

    async def collect(store: "Store") -> "tuple[dict[str, Usage], int]":
        return await usage_by_account(store), await database_bytes(store)

    accounts, size = with_store(options, collect, create=False)
    total = sum(accounts.values(), Usage())
    if options.json:
        each = {account: usage._asdict() for account, usage in accounts.items()}
        print(json.dumps({"database_bytes": size, "total": total._asdict(), "accounts": each}, indent=2))
        return
    table: list[tuple[str, ...]] = [("ACCOUNT", "THREADS", "MESSAGES", "BYTES")]
    table += [(printable(account), *map(str, usage)) for account, usage in accounts.items()]
    table.append(("all", *map(str, total)))
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for account, *numbers in table:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        print("  ".join([account.ljust(widths[0]), *cells]))
    print(f"The database has {size} bytes.")
