"""Shared parts of the commands: options with environment variables, one-line errors, and the opened database.

Only the standard library is imported before a command runs, so that a missing extra is one clear line.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from threads_server.settings import Settings

if TYPE_CHECKING:
    from threads_server.store import Store

T = TypeVar("T")

PREFIX = "THREADS_SERVER_"


class CommandFailed(Exception):
    """A command that cannot do what it was asked to; the text says why, in one line."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(2, f"threads-server: {message}; see: {self.prog} --help\n")


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the option --database."""
    option(parser, "database", str, Settings().database, "the path of an SQLite file, or a postgresql:// URL")


def option(
    parser: argparse.ArgumentParser,
    name: str,
    kind: Callable[[str], Any],
    default: object,
    text: str,
) -> None:
    """Add an option that can also be given as an environment variable."""
    value = environment(name.upper().replace("-", "_"), kind, default)
    parser.add_argument(
        f"--{name}", type=kind, default=value, metavar=name.upper(), help=f"{text} (default: {default})"
    )


def environment(name: str, kind: Callable[[str], Any], default: Any) -> Any:
    """Value of an option's environment variable; `default` without one."""
    text = os.environ.get(PREFIX + name)
    if not text:
        return default
    try:
        return kind(text)
    except (ValueError, argparse.ArgumentTypeError) as error:
        print(f"threads-server: {PREFIX}{name}: {error}", file=sys.stderr)
        sys.exit(2)


@contextmanager
def needs_extra() -> Iterator[None]:
    """Report a missing extra [server] in one line."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("threads_server"):
            raise
        message = f"this needs {error.name}; install it with: pip install 'backboard-threads[server]'"
        raise CommandFailed(message) from error


def with_store(options: argparse.Namespace, work: Callable[["Store"], Awaitable[T]], *, create: bool = True) -> T:
    """Run `work` on the opened database, which may be in use by a running server."""
    from threads_server.store import StoreOpenError, StoreUnavailable, open_store

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
