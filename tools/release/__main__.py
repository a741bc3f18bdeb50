"""`python -m tools.release`: what changed since the last release, and whether this tree may be the next one."""

import argparse
import sys
from collections.abc import Sequence

from tools.release.document_changes import ROOT, Change
from tools.release.release import (
    Difference,
    difference,
    faults,
    last_release,
    standing_faults,
    tree_of,
    version_faults,
    version_of,
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("--since", metavar="COMMIT", help="compare with this commit instead of the last `v*` tag")
    parser.add_argument(
        "--standing",
        action="store_true",
        help="do not ask whether what came after a release may be released, as long as its version stands",
    )
    chosen = parser.parse_args(arguments)
    since = chosen.since or last_release()
    version = version_of(ROOT)
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = list(version_faults(ROOT))
    if since is None:
        print(f"{version}: no earlier release is known here, so it is held against its section of CHANGELOG.md alone")
        found += standing_faults(version, log) if chosen.standing else faults(version, log, None, None)
    else:
        try:
            with tree_of(since) as old:
                last = version_of(old)
                changed = None if chosen.standing and last == version else difference(old, ROOT)
        except LookupError as error:
            print(f"{since} cannot be read: {error}", file=sys.stderr)
            return 2
        if changed is None:
            print(f"{version} is that of {since}: what came since is not held to be a release yet")
            found += standing_faults(version, log)
        else:
            print(f"{last} ({since}) -> {version}: {changed.level.name}")
            show(changed)
            found += faults(version, log, last, changed)
    for fault in found:
        print(f"fault: {fault}")
    if not chosen.standing:
        print(f"{version} cannot be released" if found else f"{version} can be released")
    return 1 if found else 0


def show(changed: Difference) -> None:
    for title, changes in (("document", changed.document), ("Python API", changed.python)):
        print(f"\n{title}: {len(changes)} changes")
        for change in changes:
            print(line(change))
    print()


def line(change: Change) -> str:
    return f"  {change.level.name:<10} {change.place}: {change.text}"


if __name__ == "__main__":
    sys.exit(main())
