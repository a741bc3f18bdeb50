"""`threads-server serve`."""

import argparse
import sys
import tempfile
from pathlib import Path

from threads_server.cli import option_values
from threads_server.cli.command_line import (
    CommandFailed,
    Commands,
    add_database,
    environment,
    needs_extra,
    note,
    option,
)
from threads_server.settings import Settings

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

_SERVE = (
    "Serves the API under /api, its documentation under /docs. Each option can also be given as an environment "
    "variable: THREADS_SERVER_PORT for --port, and so on. Other users of the machine can read a key on a command line; "
    "they cannot read it in a variable."
)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="serve the API", description=_SERVE)
    default = Settings()
    option(parser, "host", str, default.host, "the address to listen on")
    option(parser, "port", option_values.port, default.port, "the port to listen on; 0 takes a free one")
    add_database(parser)
    if parser.get_default("database") == default.database:
        parser.set_defaults(database=None)  # where --testing has a temporary one
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
    option(
        parser,
        "middleware",
        option_values.attribute,
        default.middleware,
        "ASGI middleware around the server, package.module:name, such as a tracer's",
    )
    option(
        parser,
        "log-format",
        option_values.log_format,
        default.log_format,
        "lines of the log: `text` or `json`",
        option_values.LOG_FORMATS,
    )
    option(
        parser,
        "log-level",
        option_values.log_level,
        default.log_level,
        "least level that is logged: `info` has a line for each request and each run",
        option_values.LOG_LEVELS,
    )
    parser.add_argument(
        "--testing",
        action="store_true",
        default=environment("TESTING", option_values.switch, False),
        help="let tests set answers, faults and time under /testing; on loopback and a temporary database only",
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
        option_values.llm_errors,
        default.llm_errors,
        "what users read of an endpoint's errors: a `general` sentence, or its words in `full`",
        option_values.LLM_ERRORS,
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


def settings(options: argparse.Namespace) -> Settings:
    """The settings that the options make. Raises CommandFailed for those that exclude each other."""
    made = Settings(
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
        middleware=options.middleware,
        log_format=options.log_format,
        log_level=options.log_level,
        api_key=options.api_key,
        testing=options.testing,
    )
    if made.workers > 1 and not made.postgres:
        raise CommandFailed(
            f"{made.workers} workers need a postgresql:// database: SQLite has one writing process; use --workers 1"
        )
    if made.testing:
        _check_testing(made)
    return made


def _check_testing(settings: Settings) -> None:
    from threads_server.http.authentication import is_loopback

    if not is_loopback(settings.host):
        raise CommandFailed(f"--testing is for a server on loopback only, not on {settings.host}")
    folder = Path(tempfile.gettempdir()).resolve()
    if settings.postgres or folder not in Path(settings.database).resolve().parents:
        raise CommandFailed(
            f"--testing is for a temporary database, not for {settings.shown_database}: leave out --database, "
            f"or name a file in {folder}"
        )
    if settings.responder != Settings().responder:
        raise CommandFailed(f"--testing answers as a test says, not by {settings.responder}: leave out --responder")


def _serve(options: argparse.Namespace) -> None:
    if not options.testing or options.database is not None:
        options.database = options.database or Settings().database
        _run(settings(options))
        return
    with tempfile.TemporaryDirectory(prefix="threads-") as folder:
        options.database = str(Path(folder, "threads.db"))
        _run(settings(options))


def _run(settings: Settings) -> None:
    if ":" in settings.responder or settings.middleware is not None:
        sys.path.insert(0, str(Path.cwd()))  # where a module of the user's is looked for, as uvicorn does
    if settings.responder == Settings().responder and (settings.llm_base_url or settings.llm_model):
        note("threads-server: warning: --llm-base-url and --llm-model have no effect without --responder openai")
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
