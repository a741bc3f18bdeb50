"""`UNSET` and open enumerations."""

import copy
import pickle

import pytest

from backboard_threads import UNSET, Unset
from backboard_threads._models.enums import OpenEnum


def test_unset_is_a_falsy_singleton() -> None:
    assert not UNSET
    assert repr(UNSET) == str(UNSET.name) == "UNSET"
    for twin in (copy.copy(UNSET), copy.deepcopy([UNSET])[0], pickle.loads(pickle.dumps(UNSET)), Unset.UNSET):
        assert twin is UNSET
    with pytest.raises(TypeError):
        sorted([UNSET, UNSET])


class Light(OpenEnum):
    RED = "red"


def test_open_enum_keeps_unknown_values() -> None:
    assert Light("red") is Light.RED
    assert Light.RED.is_known
    blue = Light("blue")
    assert isinstance(blue, Light)
    assert (blue, blue.value, str(blue), f"{blue}", repr(blue)) == ("blue", "blue", "blue", "blue", "Light('blue')")
    assert not blue.is_known
    assert blue == Light("blue")
    assert hash(blue) == hash("blue")
    assert list(Light) == [Light.RED]
    for twin in (copy.copy(blue), copy.deepcopy(blue), pickle.loads(pickle.dumps(blue))):
        assert (type(twin), twin) == (Light, "blue")
    for wrong in (7, None, b"red", ["red"]):
        with pytest.raises(ValueError, match="not a valid Light"):
            Light(wrong)
