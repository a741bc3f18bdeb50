"""Values of command-line options and their environment variables: from text, or an error for argparse."""

import argparse
import re

MAX_NAME_CHARACTERS = 255
"""Length of the name of a key or an account."""


def port(text: str) -> int:
    return whole(text, 0, 65535)


def count(text: str) -> int:
    return whole(text, 1, 1000)


def connections(text: str) -> int:
    return whole(text, 1, 1_000_000)


def timeout(text: str) -> float:
    if not (value := seconds(text)) > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def whole(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 0")
    return value


def origin(text: str) -> str:
    if text != "*" and not re.fullmatch(r"https?://[^\s/?#@,]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither `*` nor an origin such as https://example.org")
    return text


def origins(text: str) -> list[str]:
    return [origin(part.strip()) for part in text.split(",") if part.strip()]


def hosts(text: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in text.split(",") if host.strip())


def name(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > MAX_NAME_CHARACTERS:
        raise argparse.ArgumentTypeError(
            f"{text[:MAX_NAME_CHARACTERS]!r} is no name of 1 to {MAX_NAME_CHARACTERS} printable characters"
        )
    return text


def responder(text: str) -> str:
    if text not in ("offline", "openai") and not re.fullmatch(r"\w+(\.\w+)*:\w+(\.\w+)*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither `offline` nor `openai` nor package.module:name")
    return text


def attribute(text: str) -> str:
    if not re.fullmatch(r"\w+(\.\w+)*:\w+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not package.module:name")
    return text


LLM_ERRORS = ("general", "full")
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


def llm_errors(text: str) -> str:
    return _one_of(text, LLM_ERRORS)


def log_format(text: str) -> str:
    return _one_of(text, LOG_FORMATS)


def log_level(text: str) -> str:
    return _one_of(text, LOG_LEVELS)


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(known)}")
    return text


def positive(text: str) -> int:
    return whole(text, 1, 2**40)


def quota(text: str) -> int:
    return whole(text, 0, 2**50)


def switch(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither `true` nor `false`")
