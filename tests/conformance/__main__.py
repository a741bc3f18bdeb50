"""`python -m tests.conformance`: the document's questions, put to any server of this API.

Makes things and deletes them again; touches nothing that it did not make. The key is taken from the environment
(`API_KEY`) and appears in no output.
"""

import argparse
import os
import sys
from pathlib import Path

import httpx

from tests.conformance.run import KeyRefused, Unreachable, run

HIDDEN = "[key]"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--base-url", default=os.environ.get("BASE_URL"), help="such as http://127.0.0.1:8000/api")
    parser.add_argument("--read-only", action="store_true", help="ask only what changes nothing")
    parser.add_argument("--pause", type=float, default=0.25, help="seconds between two requests (default 0.25)")
    parser.add_argument("--largest", type=int, default=200_000, help="largest body to send, in bytes (default 200000)")
    parser.add_argument("--strict", action="store_true", help="fail for facts that are marked as ours or unproven too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every fact and its verdict there")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit report there")
    chosen = parser.parse_args()
    key = os.environ.get("API_KEY", "")
    if not chosen.base_url or not key:
        parser.error("BASE_URL and API_KEY are needed: make conformance BASE_URL=http://127.0.0.1:8000/api API_KEY=…")
    try:
        found = run(chosen.base_url, key, pause=chosen.pause, read_only=chosen.read_only, largest=chosen.largest)
    except (KeyRefused, Unreachable, httpx.TransportError) as error:
        print(str(error).replace(key, HIDDEN), file=sys.stderr)
        return 2
    print(found.text.replace(key, HIDDEN))
    for path, content in ((chosen.json, found.json), (chosen.junit, found.junit)):
        if path is not None:
            path.write_text(content.replace(key, HIDDEN), encoding="utf-8")
    return 1 if found.faults(strict=chosen.strict) else 0


if __name__ == "__main__":
    sys.exit(main())
