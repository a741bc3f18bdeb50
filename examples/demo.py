"""The concept page, played: `make demo`.

Two threads of one assistant, a server that stops and starts again "days later", and what each thread remembers.
Everything goes through the generated client, over HTTP, to a real server process on an embedded database.
"""

import sys
import textwrap
from pathlib import Path

from backboard_threads import Backboard, NotFoundError
from threads_server.testing import LocalServer

DATABASE = Path("demo.db")
KEY = "demo-key"
SPEAKERS = {"user": "you", "assistant": "Guide"}


def main() -> None:
    for suffix in ("", "-wal", "-shm", ".lock"):  # of an earlier run, and nothing else that begins like it
        DATABASE.with_name(DATABASE.name + suffix).unlink(missing_ok=True)
    with (
        LocalServer(DATABASE, api_key=KEY) as server,
        Backboard(api_key=KEY, base_url=server.url) as backboard,
    ):
        title("Monday: one assistant, two threads")
        assistant = backboard.assistants.create(name="Guide", system_prompt="You are a guide.")
        ada = backboard.threads.create(assistant.assistant_id).thread_id
        ben = backboard.threads.create(assistant.assistant_id).thread_id
        say(backboard, "Thread A", ada, "My name is Ada, and I am going to Oslo.")
        say(backboard, "Thread B", ben, "Ben here. What do you know about me?")

        title("The server stops. Days later, it starts again")
        server.stop()
        server.start()
        remembered = stream(backboard, "Thread A", ada, "What is my name?")
        own = stream(backboard, "Thread B", ben, "And mine?")
        check("thread A remembers Ada", "My name is Ada" in remembered)
        check("thread B has a memory of its own", "Ben here." in own and "Ada" not in own)

        title("What is kept")
        for thread in backboard.threads.iterate(include_messages=False):
            print(f"  {thread.thread_id}  {thread.message_count} messages, began with: {thread.first_user_message}")
        whole = backboard.threads.get(ada)
        check(
            "thread A has its whole history, in order",
            [str(message.role) for message in whole.messages or ()] == ["user", "assistant"] * 2,
        )

        title("Thread B is deleted")
        deleted = backboard.threads.delete(ben)
        print(f"  {deleted.message}")
        try:
            backboard.threads.get(ben)
        except NotFoundError as error:
            print(f"  asked for again: {error.status_code} {error.detail}")
        else:
            check("thread B is gone", False)
        check("thread A is still there", [thread.thread_id for thread in backboard.threads.iterate()] == [ada])

    title("Where things are")
    print(f"  database        {DATABASE} (SQLite; thread A is still in it)")
    print(f"  look at it      THREADS_SERVER_API_KEY={KEY} make serve ARGS='--database {DATABASE}'")
    print(f"                  then open http://127.0.0.1:8000/ and give the key {KEY}")
    print("  documentation   README.md and docs/guide.md; the contract is openapi.yaml")


def say(backboard: Backboard, name: str, thread_id: str, content: str) -> None:
    """One turn, answered whole."""
    print(f"\n  {name}")
    line("you", content)
    line("Guide", str(backboard.messages.send(thread_id, content=content).content))


def stream(backboard: Backboard, name: str, thread_id: str, content: str) -> str:
    """One turn, streamed; the whole text is returned."""
    print(f"\n  {name}")
    line("you", content)
    with backboard.messages.stream(thread_id, content=content) as events:
        text = events.reply().text
    line("Guide", text)
    return text


def title(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}\n{'-' * len(text)}")


def line(speaker: str, text: str) -> None:
    print(textwrap.fill(text, 100, initial_indent=f"  {speaker:>8}  ", subsequent_indent=" " * 12))


def check(promise: str, kept: bool) -> None:
    """Say that a promise of the concept page was kept, or stop."""
    if not kept:
        sys.exit(f"  broken: {promise}")
    print(f"  ok: {promise}")


if __name__ == "__main__":
    main()
