"""`python -m generator`: rewrite the client from the document, or check that it is what the document gives."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .document import UnusableDocument
from .package import Unwritable, differences, generate, replace

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 with one message on standard error and nothing overwritten."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("--document", type=Path, default=ROOT / "openapi.yaml", help="the OpenAPI 3.1 document")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "generated" / "backboard_threads", help="the package to write"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if the package is not what it should be"
    )
    options = parser.parse_args(arguments)
    try:
        with generate(options.document) as client:
            if not options.check:
                replace(options.output, client)
                return 0
            different = differences(client, options.output)
    except (UnusableDocument, Unwritable) as error:
        print(f"generator: {error}", file=sys.stderr)
        return 1
    except RecursionError:
        print("generator: document: nested too deeply", file=sys.stderr)
        return 1
    for line in different[:20]:
        print(line, file=sys.stderr)
    if different:
        print(f"generator: {options.output} is not what {options.document} gives; run `make generate`", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
