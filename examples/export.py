"""Write every thread with all its messages, one JSON object on a line.

python examples/export.py > threads.jsonl
"""

import json
import sys

from backboard_threads import Backboard


def main() -> None:
    threads = messages = 0
    with Backboard() as backboard:
        for thread in backboard.threads.iterate():
            print(json.dumps(thread.to_dict()))
            threads += 1
            messages += len(thread.messages or ())
    print(f"{threads} threads, {messages} messages", file=sys.stderr)


if __name__ == "__main__":
    main()
