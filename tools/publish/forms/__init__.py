"""Forms of the document for tools that do not read 3.1 as it is written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .for_generators import for_generators
from .openapi_3_0 import to_3_0
from .openapi_3_2 import to_3_2

FORMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "oas-3.2": to_3_2,
    "oas-3.0": to_3_0,
    "for-generators": for_generators,
}
"""How each form is derived, by the end of its file's name."""


def write_forms(document: dict[str, Any], folder: Path, name: str) -> dict[str, Path]:
    """Write every form into a folder, and return the files `NAME.FORM.json` by form.

    Raises:
        Inexpressible: for a keyword that a form lacks.
    """
    written = {form: folder / f"{name}.{form}.json" for form in FORMS}
    for form, path in written.items():
        path.write_text(json.dumps(FORMS[form](document), indent=2) + "\n", encoding="utf-8")
    return written
