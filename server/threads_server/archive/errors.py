"""The error of an archive that cannot be imported."""

MAX_ERROR_CHARACTERS = 400


class BadArchive(Exception):
    """An archive that cannot be imported; the text names line and field. Nothing of it is in the account."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_ERROR_CHARACTERS:
            text = f"{text[:MAX_ERROR_CHARACTERS]}…"
        super().__init__(text)
