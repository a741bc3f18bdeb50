"""A chat in the terminal; answers appear as they are written.

python examples/chat.py               begins a thread
python examples/chat.py THREAD_ID     goes on with one
"""

import sys

from backboard_threads import APIError, Backboard


def main(arguments: list[str]) -> None:
    with Backboard() as backboard:
        if arguments:
            thread = backboard.threads.get(arguments[0])
        else:
            assistant = backboard.assistants.create(name="Guide", system_prompt="Answer briefly.")
            thread = backboard.threads.create(assistant.assistant_id)
        for message in thread.messages or ():
            print(f"{message.role}: {message.content}")
        print(f"Thread {thread.thread_id}. An empty line ends the chat.")
        while text := prompt():
            try:
                with backboard.messages.stream(thread.thread_id, content=text) as events:
                    for piece in events.deltas():
                        print(piece, end="", flush=True)
                print()
            except APIError as error:
                print(f"({error})")


def prompt() -> str:
    """What the user types; nothing at the end of the input."""
    try:
        return input("> ")
    except EOFError:
        return ""


if __name__ == "__main__":
    main(sys.argv[1:])
