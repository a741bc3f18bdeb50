"""Names and texts of documents that are drawn at random."""

PYTHON_NAMES = {
    "id": "id", "kind": "kind", "size": "size", "meta": "meta", "at": "at", "owner": "owner", "name": "name",
    "pageSize": "page_size", "sort-by": "sort_by", "from": "from_", "class": "class_", "X-Trace": "x_trace",
    "on": "on", "tags": "tags", "serial": "serial", "legs": "legs", "wings": "wings", "alpha": "alpha",
    "beta": "beta", "rows": "rows", "file": "file", "more": "more", "keeper": "keeper", "secret": "secret",
    "async": "async_", "thing_id": "thing_id", "row-id": "row_id", "partId": "part_id", "n": "n",
    "AsyncThings": "async_things", "aclose": "aclose", "asynccontextmanager": "asynccontextmanager",
    "X-Key": "x_key", "more-files": "more_files", "key": "key",
    "Idempotency-Key": "idempotency_key", "idempotency-key": "idempotency_key", "prompt": "prompt",
}  # fmt: skip
"""Names on the wire, with the names that these have in Python."""

TEXTS = (
    "A plain text",
    "So does this \\",
    "It ends with a backslash \\",
    'It says "quoted"',
    "C:\\new\\table \\N{BULLET} \\u0041",
    'Three """ of them, and two \'\'',
    "Größe 漢字 \N{GRINNING FACE}",
    "Those that await an `AsyncThing` use an `AsyncMode`, async for all",
    "100 % of {it} and {{that}} #}",
)
"""Texts that would break careless code."""

QUERY = (
    "id", "pageSize", "sort-by", "class", "tags", "async", "AsyncThings", "aclose", "asynccontextmanager", "X-Key",
)  # fmt: skip
"""Names of query parameters, with words that the derivation of the sync client replaces, and the name of a header."""

LISTINGS = ("listRows", "getRows", "searchRows")
"""The operationIds of the listings, whose methods have the names that convention gives."""

SCHEMES = {
    "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "Basic": {"type": "http", "scheme": "basic"},
    "Query": {"type": "apiKey", "in": "query", "name": "key"},
}
"""Security schemes."""
