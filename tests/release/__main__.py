"""`python -m tests.release`: what changed since the last release, and whether this tree may be the next one."""

import argparse
import sys

from tests.release.document_changes import ROOT, Change
from tests.release.release import Difference, difference, faults, last_release, tree_of, version_faults, version_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("--since", metavar="COMMIT", help="compare with this commit instead of the last `v*` tag")
    since = parser.parse_args().since or last_release()
    version = version_of(ROOT)
    last, changed = None, None
    if since is None:
        print(f"{version}: no release yet, so there is nothing to compare with")
    else:
        try:
            with tree_of(since) as old:
                last, changed = version_of(old), difference(old, ROOT)
        except LookupError as error:
            print(f"{since} cannot be read: {error}", file=sys.stderr)
            return 2
        print(f"{last} ({since}) -> {version}: {changed.level.name}")
        show(changed)
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = [*version_faults(ROOT), *faults(version, log, last, changed)]
    for fault in found:
        print(f"fault: {fault}")
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


sys.exit(main())
