"""Files to send: what `files=` and its like take."""

import os
from collections.abc import Sequence
from typing import IO, TypeAlias

File: TypeAlias = str | os.PathLike[str] | IO[bytes] | tuple[str, bytes] | tuple[str, bytes, str]
"""A path, a file opened in binary mode, or `(name, bytes)`, or `(name, bytes, content type)`."""

Files: TypeAlias = File | Sequence[File]
"""One file or several."""
