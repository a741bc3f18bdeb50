"""An assistant that calls functions of this program.

python examples/tools.py "Do I need an umbrella in Lisbon?"
"""

import json
import sys
from collections.abc import Callable

from backboard_threads import Backboard
from backboard_threads.models import ToolCall, ToolOutputsTurn, Turn

WEATHER = {"Lisbon": "18 degrees, light rain", "Porto": "16 degrees, clear"}


def get_weather(city: str) -> str:
    return WEATHER.get(city, "unknown")


FUNCTIONS: dict[str, Callable[..., str]] = {"get_weather": get_weather}
TOOLS = [
    {
        "function": {
            "name": "get_weather",
            "description": "Returns the weather of a city.",
            "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"]},
        }
    }
]


def main(question: str) -> None:
    with Backboard() as backboard:
        assistant = backboard.assistants.create(name="Guide", tools=TOOLS)
        thread = backboard.threads.create(assistant.assistant_id)
        turn: Turn | ToolOutputsTurn = backboard.messages.send(thread.thread_id, content=question)
        # the assistant may ask more than once, and for several tools at a time
        while turn.status == "REQUIRES_ACTION":
            outputs = [{"tool_call_id": call.id, "output": output(call)} for call in turn.tool_calls or []]
            turn = backboard.runs.submit_tool_outputs(thread.thread_id, str(turn.run_id), tool_outputs=outputs)
        print(turn.content)


def output(call: ToolCall) -> str:
    """Do what a call asks for. What goes wrong is for the assistant to read, so it becomes the output."""
    print(f"{call.function.name}({call.function.arguments})")
    try:
        return FUNCTIONS[call.function.name](**json.loads(call.function.arguments))
    except Exception as error:
        return f"failed: {error!r}"


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
