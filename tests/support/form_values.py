"""Values that come as text: in a query, a header or a form."""

import re
from typing import Any

from tools.document import Node, merged, resolve


def typed(schema: Node, text: str) -> Any:
    """The value that a text stands for, where its schema takes something else than texts."""
    schema = merged(schema)
    types = [kind for one in (schema, *schema.get("anyOf", [])) for kind in types_of(one)]
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "integer" in types and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


def types_of(schema: Node) -> list[str]:
    """The types that a schema names, before it follows `anyOf`."""
    types = resolve(schema).get("type", [])
    return [types] if isinstance(types, str) else types
