"""An assistant that calls functions of this program. Needs pip install "backboard-threads[tools]".

python examples/tools.py "Do I need an umbrella in Lisbon?"
"""

import sys

from backboard_threads import Backboard

WEATHER = {"Lisbon": "18 degrees, light rain", "Porto": "16 degrees, clear"}


def get_weather(city: str) -> str:
    """Tell the weather of a city.

    Args:
        city: The city's name in English.
    """
    return WEATHER.get(city, "unknown")


def main(question: str) -> None:
    with Backboard() as backboard:
        run = backboard.messages.run_tools(content=question, tools=[get_weather])
        for call in run.calls:
            print(f"{call.name}({call.arguments}) -> {call.output}")
        print(run.turn.content)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
