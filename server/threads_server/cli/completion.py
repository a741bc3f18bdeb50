"""`threads-server completion`: a script with which a shell completes commands and options."""

import argparse
from collections.abc import Callable

from threads_server.cli.command_line import Commands, Parser, needs_extra

SHELLS = ("bash", "zsh", "tcsh")
FILES = ("database", "file", "models")
"""Arguments that are paths."""


def add(commands: Commands, make_parser: Callable[[], Parser]) -> None:
    """Add the command, for the parser of all commands."""
    parser = commands.add_parser("completion", help="print a script that completes this command in a shell")
    parser.add_argument("shell", choices=SHELLS)

    def run(options: argparse.Namespace) -> None:
        with needs_extra("completion"):
            import shtab
        parser = make_parser()
        for _, command in parser.commands():
            for action in command.arguments():
                if action.dest in FILES:
                    action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab's way to say so
        print(shtab.complete(parser, options.shell))

    parser.set_defaults(run=run)
