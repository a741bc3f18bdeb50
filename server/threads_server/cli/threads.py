"""`threads-server threads`: a quick look at what is stored."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from threads_server.cli import option_values
from threads_server.cli.command_line import (
    CommandFailed,
    Commands,
    add_database,
    add_json,
    needs_extra,
    no_account,
    print_rows,
    shown_database,
    with_store,
)
from threads_server.encoding import encode, printable

if TYPE_CHECKING:
    from threads_server.store import Store
    from threads_server.store.overview import ThreadSummary

SHOWN_CHARACTERS = 60


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("threads", help="look at the threads of all accounts")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    show_all = commands.add_parser("list", help="show the newest threads")
    show_all.add_argument("--account", help="of this account only")
    show_all.add_argument("--limit", type=option_values.positive, default=20, help="how many (default: 20)")
    show = commands.add_parser("show", help="show one thread with its messages")
    show.add_argument("thread_id")
    for command, run in ((show_all, _list), (show, _show)):
        add_json(command)
        add_database(command)
        command.set_defaults(run=run)


def _list(options: argparse.Namespace) -> None:
    from threads_server.store.exports import has_account
    from threads_server.store.overview import list_threads

    async def rows(store: "Store") -> "list[ThreadSummary]":
        if options.account is not None and not await store.read(has_account, options.account):
            raise CommandFailed(no_account(options))
        return await store.read_large(list_threads, options.account, options.limit)

    found: list[dict[str, Any]] = [asdict(row) for row in with_store(options, rows, create=False)]
    if not options.json:
        for row in found:
            first = " ".join((row["first_user_message"] or "").split())
            row["first_user_message"] = first if len(first) <= SHOWN_CHARACTERS else f"{first[:SHOWN_CHARACTERS]}…"
    headings = {
        "thread_id": "THREAD",
        "account": "ACCOUNT",
        "updated_at": "UPDATED",
        "message_count": "MESSAGES",
        "first_user_message": "BEGAN WITH",
    }
    print_rows(options, found, headings, "threads")


def _show(options: argparse.Namespace) -> None:
    with needs_extra():
        from threads_server.archive.exporting import thread_record
        from threads_server.archive.markdown import thread_text

    from threads_server.store import assistants, exports
    from threads_server.store.overview import find_account

    async def read(store: "Store") -> tuple[dict[str, Any], str]:
        thread_id = options.thread_id.lower()
        account = await store.read(find_account, thread_id)
        thread = None if account is None else await store.read_snapshot(exports.thread, account, thread_id)
        if account is None or thread is None:
            raise CommandFailed(
                f"there is no thread {options.thread_id!r} in {shown_database(options)}; "
                "see: threads-server threads list"
            )
        return thread_record(thread), json.loads(await store.read(assistants.get, account, thread.assistant_id))["name"]

    record, name = with_store(options, read, create=False)
    if options.json:
        print(encode(record))
    else:
        print("\n".join(printable(line) for line in thread_text(record, name).splitlines()))
