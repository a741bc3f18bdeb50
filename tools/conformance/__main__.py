"""`python -m tools.conformance`: the document's questions, put to any server of this API.

Makes resources and deletes them again; touches nothing that it did not make. The key is taken from the environment
(`API_KEY`) and appears in no output. Exit codes: 0 if all that was asked holds, 1 if something does not hold or is left
behind, 2 if nothing could be asked or reported, 130 if it was interrupted.
"""

import argparse
import io
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import httpx

from tools.conformance.run import Found, KeyRefused, Unreachable, run
from tools.conformance.secret import Secret

LONGEST_PAUSE = 600


class Parser(argparse.ArgumentParser):
    """Argument parser that repeats no value: it may be the key in the wrong place."""

    def error(self, message: str) -> NoReturn:
        key = os.environ.get("API_KEY", "")
        super().error(Secret(key).hide(message) if key else message)


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Whatever ends the run, a CI system too, does not end it before it has cleaned.
    # One that was started in the background ignores SIGINT otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen, key = options()
    try:
        found = run(
            *(chosen.base_url, key),
            pause=chosen.pause,
            read_only=chosen.read_only,
            own_server=chosen.own_server,
            largest=chosen.largest,
            show=progress if sys.stderr.isatty() else None,
        )
        report(found, chosen.json, chosen.junit)
    except (KeyRefused, Unreachable, OSError) as error:
        print(Secret(key).hide(str(error)), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception:
        print(Secret(key).hide(traceback.format_exc()), file=sys.stderr)
        return 2
    if found.results.is_interrupted:
        return 130
    return 1 if found.faults(strict=chosen.strict) or found.results.left else 0


def options() -> tuple[argparse.Namespace, str]:
    """The parsed options and the key."""
    parser = Parser(prog="python -m tools.conformance", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--base-url", default=os.environ.get("BASE_URL"), type=address, help="such as http://127.0.0.1:8000/api"
    )
    parser.add_argument("--read-only", action="store_true", help="ask only what changes nothing")
    parser.add_argument("--own-server", action="store_true", help="ask what could do harm in a stranger's account, too")
    parser.add_argument("--pause", type=seconds, default=0.25, help="seconds between two requests (default 0.25)")
    parser.add_argument("--largest", type=size, default=200_000, help="largest body to send, in bytes (default 200000)")
    parser.add_argument("--strict", action="store_true", help="fail for facts that are marked as ours or unproven too")
    parser.add_argument("--json", type=writable, metavar="FILE", help="write every fact and its verdict there")
    parser.add_argument("--junit", type=writable, metavar="FILE", help="write a JUnit report there")
    chosen, unknown = parser.parse_known_args()
    key = os.environ.get("API_KEY", "")
    if unknown:
        parser.error(f"there is no such option ({len(unknown)} words too many); the key is read from API_KEY alone")
    if not chosen.base_url or not key:
        parser.error("BASE_URL and API_KEY are needed: make conformance BASE_URL=http://127.0.0.1:8000/api API_KEY=…")
    if not all("!" <= one <= "~" for one in key):
        parser.error("API_KEY has a character that no key has: a blank, a line end, or one beyond ASCII")
    return chosen, key


def address(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise argparse.ArgumentTypeError("it is no URL") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise argparse.ArgumentTypeError("an http or https URL is needed, without user, query and fragment")
    return text


def seconds(text: str) -> float:
    return float(number(text, LONGEST_PAUSE))


def size(text: str) -> int:
    return int(number(text, sys.maxsize))


def number(text: str, most: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= most:
        raise argparse.ArgumentTypeError(f"a number from 0 to {most} is needed")
    return value


def writable(text: str) -> Path:
    """A file that a report can be written to, which is seen before a long run and not after it."""
    path = Path(text)
    try:
        path.touch()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"it cannot be written: {error.strerror}") from None
    return path


def progress(number: int, count: int) -> None:
    """Show on a terminal how far the questions have come."""
    print(f"\rquestion {number} of {count}", end="\n" if number == count else "", file=sys.stderr, flush=True)


def report(found: Found, json_path: Path | None, junit_path: Path | None) -> None:
    print(found.text, flush=True)
    for path, content in ((json_path, found.json), (junit_path, found.junit)):
        if path is not None:
            path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
