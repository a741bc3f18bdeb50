"""`threads-server keys`: make, list, rotate and revoke API keys."""

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from threads_server.cli import option_values
from threads_server.cli.command_line import (
    CommandFailed,
    Commands,
    add_database,
    add_json,
    is_new_database,
    note,
    print_rows,
    shown_database,
    with_store,
)

if TYPE_CHECKING:
    from threads_server.store import KeyRow, Store


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("keys", help="make, list, rotate and revoke API keys")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="make a key and print it; it is not shown again")
    create.add_argument("name", type=option_values.name, help="what the key is called in `keys list`")
    create.add_argument(
        "--account", type=option_values.name, help="the account that the key opens; without it a new one is made"
    )
    create.add_argument("--new-account", action="store_true", help="say that the account of --account is a new one")
    show = commands.add_parser("list", help="show all keys, their last use and whether they are revoked")
    add_json(show)
    rotate = commands.add_parser("rotate", help="replace a key by a new one of the same name and account")
    rotate.add_argument("name")
    revoke = commands.add_parser("revoke", help="revoke a key, effective at once")
    revoke.add_argument("name")
    for command, run in ((create, _create), (show, _list), (rotate, _rotate), (revoke, _revoke)):
        add_database(command)
        command.set_defaults(run=run)


def _create(options: argparse.Namespace) -> None:
    from threads_server.http.authentication import DEFAULT_ACCOUNT, create_key
    from threads_server.store.exports import has_account

    account: str | None = options.account
    new = is_new_database(options)
    unconfirmed = None if account == DEFAULT_ACCOUNT or options.new_account else account
    if new and unconfirmed is not None:
        _check_new_account(options)

    async def create(store: "Store") -> str:
        if not new and unconfirmed is not None and not await store.read(has_account, unconfirmed):
            _check_new_account(options)
        try:
            return await create_key(store, options.name, account)
        except ValueError as error:
            raise CommandFailed(str(error)) from error

    print(with_store(options, create))
    if new:  # where another one is served, the key opens nothing
        note(f"{shown_database(options)} is a new database.")


def _check_new_account(options: argparse.Namespace) -> None:
    """Stop someone at a terminal, who may have misspelt the account; programs go on (docs/decisions.md)."""
    missing = f"there is no account {options.account!r} in {shown_database(options)}"
    if sys.stdin.isatty():
        raise CommandFailed(f"{missing}; add --new-account to open it")
    note(f"threads-server: warning: {missing}: it is opened now; say --new-account if that is meant")


def _rotate(options: argparse.Namespace) -> None:
    from threads_server.http.authentication import digest, make_key

    key = make_key()

    async def rotate(store: "Store") -> str | None:
        return await store.rotate_key(options.name, digest(key.encode()))

    account = with_store(options, rotate, create=False)
    if account is None:
        raise CommandFailed(_missing(options))
    print(key)
    note(f"The key {options.name} of the account {account} is a new one; the old one opens nothing any more.")


def _revoke(options: argparse.Namespace) -> None:
    async def revoke(store: "Store") -> str | None:
        return await store.revoke_key(options.name)

    account = with_store(options, revoke, create=False)
    if account is None:
        raise CommandFailed(_missing(options))
    note(f"The key {options.name} opens the account {account} no more; what is in the account stays.")


def _missing(options: argparse.Namespace) -> str:
    return f"no key in use is named {options.name!r}; see: threads-server keys list"


def _list(options: argparse.Namespace) -> None:
    async def rows(store: "Store") -> "list[KeyRow]":
        return await store.list_keys()

    found = [
        {
            **asdict(row),
            "last_use": row.used_at or "never",
            "status": "in use" if row.revoked_at is None else f"revoked {row.revoked_at}",
        }
        for row in with_store(options, rows, create=False)
    ]
    headings = {
        "name": "NAME",
        "account": "ACCOUNT",
        "created_at": "CREATED",
        "last_use": "LAST USE",
        "status": "STATUS",
    }
    if options.json:
        found = [{name: row[name] for name in row if name not in ("last_use", "status")} for row in found]
    print_rows(options, found, headings, "keys")
