"""`threads-server completion`: a script with which a shell completes commands and options."""

import argparse
from collections.abc import Callable

from threads_server.cli.command_line import Commands, needs_extra

SHELLS = ("bash", "zsh", "tcsh")


def add(commands: Commands, make_parser: Callable[[], argparse.ArgumentParser]) -> None:
    """Add the command, for the parser of all commands."""
    parser = commands.add_parser("completion", help="print a script that completes this command in a shell")
    parser.add_argument("shell", choices=SHELLS)

    def run(options: argparse.Namespace) -> None:
        with needs_extra("completion"):
            import shtab
        print(shtab.complete(make_parser(), options.shell))

    parser.set_defaults(run=run)
