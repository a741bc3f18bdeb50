"""Mutations that no test catches, by name, each with the reason why it changes no behaviour."""

KNOWN: dict[str, str] = {
    "client: argument exchanged: generator/runtime/_request/urls.py fill: strict=False": (
        "`%` refuses any other number of values than the template has places."
    ),
}
