"""The command line: `threads-server serve | keys | export | import | backup | check | stats`.

Only the standard library is imported before a command runs, so that a missing extra is one clear line.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from threads_server import option_values
from threads_server.care.commands import add_commands as add_care_commands
from threads_server.command_line import (
    CommandFailed,
    Parser,
    add_database,
    environment,
    needs_extra,
    option,
    with_store,
)
from threads_server.encoding import printable
from threads_server.settings import Settings

if TYPE_CHECKING:
    from collections import Counter

    from threads_server.store import Store

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 if it succeeded, 1 if it failed, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except CommandFailed as error:
        print(f"threads-server: {printable(str(error))}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of the output has gone
        sys.exit(1)
    sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="threads-server", description="The reference server of Backboard Threads.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve the API", description=_SERVE))
    _add_keys(commands.add_parser("keys", help="make, list and revoke API keys"))
    _add_archive(commands)
    add_care_commands(commands)
    return parser


_SERVE = (
    "Serves the API under /api, its documentation under /docs. Each option can also be given as an environment "
    "variable: THREADS_SERVER_PORT for --port, and so on. Other users of the machine can read a key on a command line; "
    "they cannot read it in a variable."
)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    default = Settings()
    option(parser, "host", str, default.host, "the address to listen on")
    option(parser, "port", option_values.port, default.port, "the port to listen on; 0 takes a free one")
    add_database(parser)
    option(parser, "pool-size", option_values.count, default.pool_size, "PostgreSQL connections of one process")
    option(
        parser,
        "statement-timeout",
        option_values.timeout,
        default.statement_timeout,
        "seconds that a statement may take, with PostgreSQL",
    )
    option(
        parser, "workers", option_values.count, default.workers, "server processes; more than one only with PostgreSQL"
    )
    _add_responder(parser)
    option(
        parser,
        "busy-wait",
        option_values.seconds,
        default.busy_wait,
        "seconds that a message waits for its thread's running turn",
    )
    option(
        parser,
        "run-timeout",
        option_values.seconds,
        default.run_timeout,
        "seconds of silence after which a run has failed",
    )
    option(
        parser, "rate-limit", option_values.seconds, default.rate_limit, "requests per second and key; 0 is no limit"
    )
    parser.add_argument(
        "--allowed-hosts",
        type=option_values.hosts,
        default=environment("ALLOWED_HOSTS", option_values.hosts, None),
        metavar="NAMES",
        help="names that requests may have in `Host`, separated by commas, `*` for any (default: on loopback only "
        "its own names, elsewhere any)",
    )
    option(
        parser,
        "max-connections",
        option_values.connections,
        default.max_connections,
        "open connections of each process",
    )
    option(
        parser, "head-timeout", option_values.timeout, default.head_timeout, "seconds to the end of a request's head"
    )
    option(
        parser,
        "body-timeout",
        option_values.timeout,
        default.body_timeout,
        "seconds without a byte of a request's body",
    )
    _add_storage(parser)
    parser.add_argument(
        "--cors-origin",
        action="append",
        type=option_values.origin,
        default=environment("CORS_ORIGIN", option_values.origins, []),
        metavar="ORIGIN",
        help="an origin whose pages may call the API, `*` for any; can be given more than once",
    )
    parser.add_argument(
        "--metrics",
        action="store_true",
        default=environment("METRICS", option_values.switch, False),
        help="serve /metrics, as Prometheus text",
    )
    option(parser, "log-format", option_values.log_format, default.log_format, "lines of the log: `text` or `json`")
    option(
        parser,
        "log-level",
        option_values.log_level,
        default.log_level,
        "least level that is logged: `info` has a line for each request and each run",
    )
    option(parser, "api-key", str, default.api_key, "a key that opens the account `default`, on loopback only")
    parser.set_defaults(run=_serve)


def _add_storage(parser: argparse.ArgumentParser) -> None:
    days = "days after which a thread that nobody changed is deleted; 0 keeps all"
    option(parser, "retain-days", option_values.seconds, Settings().retain_days, days)
    for name in ("threads", "messages", "bytes"):
        option(parser, f"account-{name}", option_values.quota, 0, f"{name} that an account may store; 0 is no limit")


def _add_responder(parser: argparse.ArgumentParser) -> None:
    default = Settings()
    option(
        parser,
        "responder",
        option_values.responder,
        default.responder,
        "who answers: `offline`, `openai` for an endpoint with that API, or `package.module:name` for your own",
    )
    option(parser, "llm-base-url", str, default.llm_base_url, "the endpoint of `openai`, up to /chat/completions")
    option(parser, "llm-api-key", str, default.llm_api_key, "the endpoint's key")
    option(parser, "llm-model", str, default.llm_model, "the model of requests that name none")
    option(parser, "models", str, default.models, "a YAML file of several models and endpoints, in place of these")
    option(
        parser,
        "llm-errors",
        option_values.error_words,
        default.llm_errors,
        "what users read of an endpoint's errors: a `general` sentence, or its words in `full`",
    )
    option(
        parser,
        "llm-max-bytes",
        option_values.positive,
        default.llm_max_bytes,
        "bytes of an answer as the endpoint sends it",
    )
    option(
        parser,
        "llm-first-piece-timeout",
        option_values.seconds,
        default.llm_first_piece_timeout,
        "seconds until the first piece of an answer, whatever else the endpoint sends",
    )
    option(
        parser, "llm-piece-timeout", option_values.seconds, default.llm_piece_timeout, "seconds until each other piece"
    )
    option(
        parser,
        "max-tool-calls",
        option_values.positive,
        default.max_tool_calls,
        "tool calls that an answer may ask for",
    )


def _add_keys(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="make a key and print it, only now")
    create.add_argument("name", type=option_values.name, help="what the key is called in `keys list`")
    create.add_argument(
        "--account", type=option_values.name, help="the account that the key opens; without it a new one is made"
    )
    revoke = commands.add_parser("revoke", help="take a key away, effective at once")
    revoke.add_argument("name")
    show = commands.add_parser("list", help="show all keys, without the keys themselves")
    for command, run in ((create, _create_key), (revoke, _revoke_key), (show, _list_keys)):
        add_database(command)
        command.set_defaults(run=run)


def _add_archive(commands: "argparse._SubParsersAction[Parser]") -> None:
    export = commands.add_parser("export", help="write everything of an account to standard output, as lines of JSON")
    take_in = commands.add_parser("import", help="take such lines in; what is there already stays as it is")
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


def _serve(options: argparse.Namespace) -> None:
    settings = Settings(
        host=options.host,
        port=options.port,
        database=options.database,
        workers=options.workers,
        pool_size=options.pool_size,
        statement_timeout=options.statement_timeout,
        responder=options.responder,
        models=options.models,
        llm_base_url=options.llm_base_url,
        llm_api_key=options.llm_api_key,
        llm_model=options.llm_model,
        llm_errors=options.llm_errors,
        llm_max_bytes=options.llm_max_bytes,
        llm_first_piece_timeout=options.llm_first_piece_timeout,
        llm_piece_timeout=options.llm_piece_timeout,
        max_tool_calls=options.max_tool_calls,
        busy_wait=options.busy_wait,
        run_timeout=options.run_timeout,
        rate_limit=options.rate_limit,
        allowed_hosts=_allowed_hosts(options),
        max_connections=options.max_connections,
        head_timeout=options.head_timeout,
        body_timeout=options.body_timeout,
        cors_origins=tuple(options.cors_origin),
        retain_days=options.retain_days,
        account_threads=options.account_threads,
        account_messages=options.account_messages,
        account_bytes=options.account_bytes,
        metrics=options.metrics,
        log_format=options.log_format,
        log_level=options.log_level,
        api_key=options.api_key,
    )
    if settings.workers > 1 and not settings.postgres:
        raise CommandFailed(
            f"{settings.workers} workers need a postgresql:// database: SQLite has one writing process; use --workers 1"
        )
    if ":" in settings.responder:
        sys.path.insert(0, str(Path.cwd()))  # where a module of the user's is looked for, as uvicorn does
    with needs_extra():
        from threads_server.server import StartFailed, serve
    try:
        serve(settings)
    except StartFailed as error:
        raise CommandFailed(str(error)) from error


def _allowed_hosts(options: argparse.Namespace) -> tuple[str, ...]:
    from threads_server.http.authentication import is_loopback

    if options.allowed_hosts is None:
        return (*LOOPBACK_HOSTS, options.host) if is_loopback(options.host) else ()
    return () if "*" in options.allowed_hosts else options.allowed_hosts


def _create_key(options: argparse.Namespace) -> None:
    from threads_server.http.authentication import create_key

    async def create(store: "Store") -> str:
        try:
            return await create_key(store, options.name, options.account)
        except ValueError as error:
            raise CommandFailed(str(error)) from error

    print(with_store(options, create))


def _revoke_key(options: argparse.Namespace) -> None:
    async def revoke(store: "Store") -> bool:
        return await store.revoke_key(options.name)

    if not with_store(options, revoke):
        raise CommandFailed(f"no key in use is named {options.name!r}")


def _list_keys(options: argparse.Namespace) -> None:
    async def rows(store: "Store") -> list[tuple[str, str, str, str]]:
        return [(row.name, row.account, row.created_at, row.revoked_at or "in use") for row in await store.list_keys()]

    table = [("NAME", "ACCOUNT", "CREATED", "REVOKED"), *with_store(options, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _export(options: argparse.Namespace) -> None:
    with needs_extra():
        from threads_server.archive import export_account

    from threads_server.store.exports import has_account

    async def export(store: "Store") -> None:
        if not await store.read(has_account, options.account):
            raise CommandFailed(
                f"there is no account {options.account!r} in {Settings(database=options.database).shown_database}"
            )
        async for line in export_account(store, options.account):
            sys.stdout.buffer.write(line.encode() + b"\n")
        sys.stdout.buffer.flush()

    try:
        with_store(options, export, create=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered cannot be written
        raise CommandFailed(f"the archive cannot be written: {error.strerror}") from error


def _import(options: argparse.Namespace) -> None:
    with needs_extra():
        from threads_server.archive import BadArchive, import_account

    async def take_in(store: "Store") -> "Counter[str]":
        return await import_account(store, options.account, lines, keep_ids=options.keep_ids)

    try:
        with nullcontext(sys.stdin.buffer) if options.file == "-" else Path(options.file).open("rb") as lines:
            added = with_store(options, take_in)
    except OSError as error:
        raise CommandFailed(f"{options.file} cannot be read: {error.strerror}") from error
    except BadArchive as error:
        raise CommandFailed(f"{options.file}, {error}") from error
    print(f"{added['assistant']} assistants and {added['thread']} threads were new in the account {options.account}")
