"""`python -m tools.publish [--output dist]`: leave in dist/ everything that others take from this project.

From the same commit come the same bytes. The folder is made anew beside the old one and put in its place at the end.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from generator.document.document import Document, UnusableDocument

from .commit import Commit, NoCommit, current
from .distribution import BuildFailed, build
from .forms import write_forms
from .forms.openapi_3_0 import Inexpressible
from .page import UnexpectedPage, write_page
from .redocly import RedoclyFailed, redocly
from .sbom import Unlocked, write_sbom

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "openapi.yaml"
README = Path(__file__).with_name("dist.md")
"""The README of dist/, with `VERSION` for the version."""
FAILURES = (
    *(BuildFailed, Inexpressible, NoCommit, OpenAPIValidationError, RedoclyFailed),
    *(UnexpectedPage, Unlocked, UnusableDocument),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the folder, and print what is in it. Exits with 1, and leaves the old folder, if something fails."""
    parser = argparse.ArgumentParser(prog="make publish", description="Leave in dist/ everything that others take")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="dist unless given")
    target: Path = parser.parse_args(arguments).output
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".publish-") as folder:
        made = Path(folder) / target.name
        made.mkdir()
        try:
            publish(made)
        except FAILURES as failure:
            sys.exit(f"publish: {failure}")
        if target.exists():
            target.rename(Path(folder) / "old")
        made.rename(target)
    for path in sorted(target.iterdir()):
        print(f"{path.stat().st_size:>9,}  {path.name}")


def publish(folder: Path) -> None:
    """Write everything into an empty folder.

    Raises:
        BuildFailed, Inexpressible, NoCommit, OpenAPIValidationError, RedoclyFailed, UnexpectedPage, Unlocked,
        UnusableDocument: from the part that failed.
    """
    _say("the document and its bundles")
    commit = current()
    document = Document.at(SOURCE)
    version = document.version
    shutil.copyfile(SOURCE, folder / f"openapi-{version}.yaml")
    redocly("bundle", SOURCE, "--output", folder / f"openapi-{version}.json")
    redocly("bundle", SOURCE, "--dereferenced", "--output", folder / f"openapi-{version}.dereferenced.json")
    _say("the forms that other tools read")
    for path in write_forms(document.raw, folder, f"openapi-{version}").values():
        validate(json.loads(path.read_text()))
    _say("the reference page and its samples")
    write_page(document, folder / f"reference-{version}.html")
    for path in list(folder.iterdir()):
        shutil.copyfile(path, path.with_name(path.name.replace(version, "latest")))
    shutil.copyfile(folder / "reference-latest.html", folder / "index.html")
    (folder / "README.md").write_text(README.read_text(encoding="utf-8").replace("VERSION", version), encoding="utf-8")
    _say("the wheel and the source distribution")
    build(folder, commit.epoch)
    write_sbom(folder / f"backboard_threads-{version}.cdx.json", version, commit.date)
    _sum(folder, document, commit)


def _say(part: str) -> None:
    print(f"publish: {part} ...", file=sys.stderr, flush=True)


def _sum(folder: Path, document: Document, commit: Commit) -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    about = {"name": document.title, "version": document.version, "commit": commit.id, "date": commit.date}
    text = json.dumps({**about, "sha256": sums}, indent=2) + "\n"
    (folder / "version.json").write_text(text)
    sums["version.json"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())))


if __name__ == "__main__":
    main()
