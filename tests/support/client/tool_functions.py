"""Functions that tests give to `run_tools`, and the types of their parameters."""

import enum
from dataclasses import dataclass

import pydantic


class Unit(enum.Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


@dataclass
class Place:
    city: str
    country: str = "NO"


class Station(pydantic.BaseModel):
    number: int


def weather(city: str, unit: Unit = Unit.CELSIUS) -> dict[str, object]:
    """Tell the weather.

    Args:
        city: The city,
            by name.
        unit: Of the temperature.
    """
    return {"city": city, "unit": unit}
