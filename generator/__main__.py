"""`python -m generator`: rewrite the client from the document, or check that it is what the document gives."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .client.names import EXCEPTIONS, NameTable, read_names
from .document.document import Document, UnusableDocument
from .package import Generated, Unwritable, differences, generate, replace
from .public_api import public_api
from .report import judge, table_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "openapi.yaml"
PACKAGE = ROOT / "generated" / "backboard_threads"
PUBLIC_API = ROOT / "generated" / "public_api.txt"
HINT = "generator: --report says why for each operation, --leave-out leaves out those that are refused"
MAX_LINES = 20
"""Lines of a difference that are printed."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 with one message on standard error and nothing overwritten."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="the OpenAPI document")
    parser.add_argument("--output", type=Path, help="the package to write (needed for another document)")
    parser.add_argument("--names", type=Path, help="exceptions to the conventional names (default: methods.yaml)")
    parser.add_argument("--public-api", type=Path, help="the file to write the client's public API to")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not what it should be")
    parser.add_argument(
        "--report", action="store_true", help="write nothing; say of each operation whether it is accepted"
    )
    parser.add_argument("--leave-out", action="store_true", help="leave out what is refused instead of refusing all")
    options = parser.parse_args(arguments)
    if options.output is None and options.document != DOCUMENT and not options.report:
        parser.error("--document of another API needs --output")
    options.output = options.output or PACKAGE
    names = options.names or (EXCEPTIONS if options.document == DOCUMENT else None)
    listing = options.public_api or (PUBLIC_API if options.output == PACKAGE else None)
    try:
        if options.report:
            document = Document.at(options.document)
            table = read_names(document, names)
            print("\n".join(table_of(judge(document, table), table)))
            return 0
        with generate(options.document, names, leave_out=options.leave_out) as generated:
            changed = differences(generated.package, options.output)
            api = public_api(generated.package.parent, generated.names.client["name"]) if listing else ""
            if listing and (not listing.exists() or listing.read_text("utf-8") != api):
                changed.append(f"{listing.name}: {'different' if listing.exists() else 'missing'}")
            if options.check:
                return _check(changed, options.output, options.document)
            if changed:
                replace(options.output, generated.package)
                if listing:
                    listing.write_text(api, "utf-8")
    except (UnusableDocument, Unwritable) as error:
        print(f"generator: {error}", file=sys.stderr)
        if options.document != DOCUMENT and not options.leave_out and _is_readable(options.document, names):
            print(HINT, file=sys.stderr)
        return 1
    except RecursionError:
        print("generator: document: nested too deeply", file=sys.stderr)
        return 1
    _report(generated, changed)
    return 0


def _is_readable(document: Path, names: Path | None) -> bool:
    """Return whether a document can be read at all, so that some of its operations may be accepted."""
    try:
        read_names(Document.at(document), names)
    except UnusableDocument:
        return False
    return True


def _check(changed: list[str], output: Path, document: Path) -> int:
    for line in changed[:MAX_LINES]:
        print(line, file=sys.stderr)
    if changed:
        print(f"generator: {output} is not what {document} gives; run `make generate`", file=sys.stderr)
    return 1 if changed else 0


def _report(generated: Generated, changed: list[str]) -> None:
    """Print the methods of each operation, and the files that were written."""
    for line in _named(generated.names):
        print(line)
    words = {"missing": "new", "different": "changed", "not generated": "removed"}
    for line in changed:
        name, _, state = line.rpartition(": ")
        print(f"{words.get(state, 'new')}: {name}")
    if not changed:
        print("Nothing changed.")
    for verdict in generated.left_out:
        print(f"left out: {verdict.operation}: {verdict.reason}")


def _named(names: NameTable) -> list[str]:
    width = max((len(identifier) for identifier in names.operations), default=0)
    return [
        f"{identifier:{width}}  {', '.join(f'{one.resource}.{method}' for method in one.methods)}"
        for identifier, one in names.operations.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
