"""`threads-server export` and `import`."""

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

from threads_server.cli.command_line import (
    CommandFailed,
    Commands,
    add_database,
    is_new_database,
    needs_extra,
    no_account,
    note,
    with_store,
)
from threads_server.encoding import counted

if TYPE_CHECKING:
    from collections import Counter

    from threads_server.store import Store

FORMATS = ("json", "markdown")


def add(commands: Commands) -> None:
    """Add both commands."""
    export = commands.add_parser("export", help="write everything of an account to standard output, as lines of JSON")
    export.add_argument(
        "--format", choices=FORMATS, default="json", help="`json` for import, `markdown` for reading (default: json)"
    )
    take_in = commands.add_parser("import", help="add exported lines to an account; existing objects stay as they are")
    take_in.add_argument("file", help="the file that was exported, or - for standard input")
    take_in.add_argument(
        "--keep-ids",
        action="store_true",
        help="keep the ids of an archive of another account, for a move; without it they are made anew",
    )
    for command, run in ((export, _export), (take_in, _import)):
        command.add_argument("--account", default="default", help="the account (default: default)")
        add_database(command)
        command.set_defaults(run=run)


def _export(options: argparse.Namespace) -> None:
    with needs_extra():
        from threads_server.archive import export_account
        from threads_server.archive.markdown import Markdown

    from threads_server.store.exports import has_account

    async def export(store: "Store") -> str:
        if not await store.read(has_account, options.account):
            raise CommandFailed(no_account(options))
        markdown = Markdown()
        async for line in export_account(store, options.account):
            text = markdown.read(line)
            if options.format == "json":
                text = f"{line}\n"
            sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        written = f"{counted(markdown.assistants, 'assistant')} and {counted(markdown.threads, 'thread')}"
        return f"{written} of the account {options.account}"

    try:
        written = with_store(options, export, create=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered cannot be written
        raise CommandFailed(f"the archive cannot be written: {error.strerror}") from error
    note(f"Exported {written}.")


def _import(options: argparse.Namespace) -> None:
    with needs_extra():
        from threads_server.archive import BadArchive, check_archive, import_account

    from threads_server.http.authentication import DEFAULT_ACCOUNT
    from threads_server.store.exports import has_account

    async def take_in(store: "Store") -> "tuple[bool, Counter[str]]":
        known = await store.read(has_account, options.account)
        return known, await import_account(store, options.account, lines, keep_ids=options.keep_ids)

    try:
        with ExitStack() as opened:
            lines: IO[bytes] = (
                sys.stdin.buffer if options.file == "-" else opened.enter_context(Path(options.file).open("rb"))
            )
            if is_new_database(options):  # which a bad archive is not to leave behind
                if not lines.seekable():  # a pipe
                    pipe, lines = lines, opened.enter_context(tempfile.TemporaryFile())
                    shutil.copyfileobj(pipe, lines)
                    lines.seek(0)
                start = lines.tell()
                check_archive(lines)
                lines.seek(start)
            known, added = with_store(options, take_in)
    except OSError as error:
        raise CommandFailed(f"{options.file} cannot be read: {error.strerror}") from error
    except BadArchive as error:
        raise CommandFailed(f"{options.file}, {error}") from error
    new = f"{counted(added['assistant'], 'assistant')} and {counted(added['thread'], 'thread')}"
    print(f"{new} {'was' if added.total() == 1 else 'were'} new in the account {options.account}")
    if not known and options.account != DEFAULT_ACCOUNT:
        note(
            f"{options.account} is a new account; threads-server keys create NAME --account {options.account} opens it."
        )
