"""Shared parts of the commands: options with environment variables, one-line errors, and the opened database.

Only the standard library is imported before a command runs, so that a missing extra is one clear line.
"""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias, TypeVar

from threads_server.encoding import encode, printable
from threads_server.settings import Settings

if TYPE_CHECKING:
    from threads_server.store import Store

T = TypeVar("T")

PREFIX = "THREADS_SERVER_"


class CommandFailed(Exception):
    """A command that cannot do what it was asked to; the text says why, in one line."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with the option or command that was probably meant."""

    latest: ClassVar["Parser | None"] = None
    """The parser of the command that is being read."""
    given: ClassVar[Sequence[str]] = ()
    """The arguments of that command."""

    def parse_known_args(self, *args: Any, **kwargs: Any) -> Any:
        """Remember the command: what it does not know is reported by the parser around it."""
        given = args[0] if args else kwargs.get("args")
        Parser.latest, Parser.given = self, sys.argv[1:] if given is None else given
        return super().parse_known_args(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        command = Parser.latest or self
        if message.startswith("the following arguments are required"):  # perhaps for want of a right option
            message = next(command.unknown_options(), message)
        self.exit(2, f"threads-server: {message}{_suggestion(message, command)}; see: {command.prog} --help\n")

    def unknown_options(self) -> Iterator[str]:
        """A message for each argument that looks like an option of the command and is none."""
        for word in self.given:
            name = word.partition("=")[0]
            if re.match("--?[a-z]", name) and not any(known.startswith(name) for known in self._option_string_actions):
                yield f"unrecognized arguments: {name}"

    def words(self) -> list[str]:
        """Everything that may be written here: options and commands."""
        return [*self._option_string_actions, *self._subcommands()]

    def arguments(self) -> list[argparse.Action]:
        """The options and positional arguments of this command."""
        return self._actions

    def commands(self, *words: str) -> Iterator[tuple[tuple[str, ...], "Parser"]]:
        """Iterate over this command and all under it, each with its words."""
        yield words, self
        for name, command in self._subcommands().items():
            yield from command.commands(*words, name)

    def _subcommands(self) -> dict[str, "Parser"]:
        found: dict[str, Parser] = {}
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                found |= action.choices
        return found


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def _suggestion(message: str, command: Parser) -> str:
    wrong = re.search(r"unrecognized arguments: (?:[^-]\S* )*(--?[\w-]+)|invalid choice: '([^']*)'", message)
    close = get_close_matches((wrong[1] or wrong[2]), command.words(), 1) if wrong else []
    return f"; did you mean {close[0]}?" if close else ""


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the option --database."""
    option(parser, "database", str, Settings().database, "the path of an SQLite file, or a postgresql:// URL")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option of every command that prints a list."""
    parser.add_argument("--json", action="store_true", help="print JSON, a line for each")


def option(
    parser: argparse.ArgumentParser,
    name: str,
    kind: Callable[[str], Any],
    default: object,
    text: str,
    words: Sequence[str] = (),
) -> None:
    """Add an option that can also be given as an environment variable. A shell completes it with `words`."""
    value = environment(name.upper().replace("-", "_"), kind, default)
    shown = text if default is None else f"{text} (default: {default})"
    parser.add_argument(f"--{name}", type=kind, default=value, metavar=name.upper(), help=shown, choices=words or None)


_known_variables: set[str] = set()


def environment(name: str, kind: Callable[[str], Any], default: Any) -> Any:
    """Value of an option's environment variable; `default` without one."""
    _known_variables.add(name)
    text = os.environ.get(PREFIX + name)
    if not text:
        return default
    try:
        return kind(text)
    except (ValueError, argparse.ArgumentTypeError) as error:
        print(f"threads-server: {PREFIX}{name}: {error}", file=sys.stderr)
        sys.exit(2)


def unknown_variables() -> Iterator[str]:
    """A warning for each variable that looks like one of ours and is none."""
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in _known_variables:
            close = get_close_matches(name.removeprefix(PREFIX), _known_variables, 1)
            meant = f"; did you mean {PREFIX}{close[0]}?" if close else "; see: threads-server serve --help"
            yield f"warning: there is no variable {name}{meant}"


@contextmanager
def needs_extra(extra: str = "server") -> Iterator[None]:
    """Report a missing extra in one line."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("threads_server"):
            raise
        message = f"this needs {error.name}; install it with: pip install 'backboard-threads[{extra}]'"
        raise CommandFailed(message) from error


def with_store(options: argparse.Namespace, work: Callable[["Store"], Awaitable[T]], *, create: bool = True) -> T:
    """Run `work` on the opened database, which may be in use by a running server."""
    from threads_server.store import StoreOpenError, StoreUnavailable
    from threads_server.store.backends import open_store

    async def opened() -> T:
        store = await open_store(Settings(database=options.database), create=create)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(opened())
    except (StoreOpenError, StoreUnavailable) as error:
        raise CommandFailed(str(error)) from error


def shown_database(options: argparse.Namespace) -> str:
    """The database as it may be printed."""
    return Settings(database=options.database).shown_database


def no_account(options: argparse.Namespace) -> str:
    """The error of an account that is not in the database."""
    return f"there is no account {options.account!r} in {shown_database(options)}; see: threads-server keys list"


def is_new_database(options: argparse.Namespace) -> bool:
    """Whether there is no database yet; nothing is made. Raises CommandFailed if there is one that cannot be used."""
    from threads_server.store import StoreMissing

    async def nothing(_: "Store") -> None:
        pass

    try:
        with_store(options, nothing, create=False)
    except CommandFailed as error:
        if not isinstance(error.__cause__, StoreMissing):
            raise
        return True
    return False


def note(text: str) -> None:
    """Say what was done, where it does not disturb the output."""
    print(printable(text), file=sys.stderr)


def print_rows(
    options: argparse.Namespace, rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str], things: str
) -> None:
    """Print rows as a table with these headings, or with `--json` whole. Without any, note that there are none."""
    if options.json:
        for row in rows:
            print(encode(row))
        return
    if not rows:
        note(f"There are no {things} in {shown_database(options)}.")
        return
    table = [list(headings.values()), *([printable(str(row[name])) for name in headings] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
