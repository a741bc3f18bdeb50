"""The command line: `threads-server serve | keys | threads | export | import | backup | check | stats | completion`.

Only the standard library is imported before a command runs, so that a missing extra is one clear line.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from threads_server.cli import archive, completion, keys, maintenance, serve, threads
from threads_server.cli.command_line import PREFIX, CommandFailed, Parser, unknown_variables
from threads_server.encoding import printable
from threads_server.settings import Settings

__all__ = ["PREFIX", "CommandFailed", "main", "make_parser", "parse_settings"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 if it succeeded, 1 if it failed, 2 for a wrong command line."""
    options = make_parser().parse_args(arguments)
    for warning in unknown_variables():
        print(f"threads-server: {printable(warning)}", file=sys.stderr)
    try:
        options.run(options)
    except CommandFailed as error:
        print(f"threads-server: {printable(str(error))}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of the output has gone
        sys.exit(1)
    sys.exit(0)


def make_parser() -> Parser:
    """Make the parser of all commands. A command is `options.run(options)`."""
    parser = Parser(prog="threads-server", description="The reference server of Backboard Threads.")
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve.add(commands)
    keys.add(commands)
    threads.add(commands)
    archive.add(commands)
    maintenance.add_commands(commands)
    completion.add(commands, make_parser)
    return parser


def parse_settings(arguments: Sequence[str], *, api_key: str) -> Settings:
    """Settings of `threads-server serve` with these arguments. Raises CommandFailed."""
    options = make_parser().parse_args(arguments)
    options.api_key = api_key
    return serve.settings(options)


class _Version(argparse.Action):
    """Print the version. It is looked up only here, which takes longer than the rest of a start."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"threads-server {version('backboard-threads')}")
        except PackageNotFoundError:
            print("threads-server, not installed as a package")
        parser.exit()
