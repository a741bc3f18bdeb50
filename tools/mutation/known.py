"""Mutations that no test catches, by name, each with the reason why it is no mistake."""

KNOWN: dict[str, str] = {
    "client: argument exchanged: generator/runtime/_request/urls.py fill: strict=False": (
        "`%` refuses any other number of values than the template has places."
    ),
    "document: stated number changed: x-reference-server form-fields": (
        "The server reads its limit there: another number is stated and kept alike."
    ),
}
