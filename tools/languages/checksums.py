"""Checksums of what Cargo and Maven download, kept without the addresses that it comes from.

`Cargo.lock.in` is Cargo's lock without its `source` lines; Cargo itself compares the checksums in it. Maven 3.8 has no
lock: the jars in `target/lib`, which the Java client runs with, are compared with `jars.sha256`.
"""

import hashlib
import re
import subprocess
from pathlib import Path

_SOURCE = re.compile(r"^source = .*\n", re.MULTILINE)
_BEFORE_CHECKSUM = re.compile(r"^(?=checksum = )", re.MULTILINE)


class WrongChecksum(Exception):
    """A jar is not the locked one; the text names it."""


def of_crates(folder: Path, lock: bool) -> None:
    """Write `Cargo.lock` from `Cargo.lock.in`, adding the registry that Cargo uses; with `lock` the other way round."""
    subprocess.run(["cargo", "generate-lockfile", "--quiet"], cwd=folder, check=True)
    generated, kept = folder / "Cargo.lock", folder / "Cargo.lock.in"
    resolved = generated.read_text()
    if lock:
        kept.write_text(_SOURCE.sub("", resolved))
        return
    source = _SOURCE.search(resolved)
    assert source is not None
    generated.write_text(_BEFORE_CHECKSUM.sub(lambda _: source[0], kept.read_text()))


def of_jars(folder: Path, lock: bool) -> None:
    """Compare the jars in `target/lib` with `jars.sha256`; with `lock` write it.

    Raises:
        WrongChecksum: if one differs, is missing, or is not in the list.
    """
    jars = sorted(folder.joinpath("target/lib").glob("*.jar"))
    found = [f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}" for jar in jars]
    kept = folder / "jars.sha256"
    if lock:
        kept.write_text("\n".join(found) + "\n")
        return
    locked = kept.read_text().splitlines()
    if wrong := sorted({*found} ^ {*locked}):
        raise WrongChecksum(f"jars differ from {kept.name}: {', '.join(wrong)}")
