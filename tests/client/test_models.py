"""Values of the client's own: UNSET, open enumerations, models in pickles and copies."""

import copy
import pickle

import pytest

from backboard_threads import UNSET, Unset, models
from backboard_threads._models.enums import OpenEnum
from tests.support.client_variants import THREAD


def test_unset_is_one_falsy_thing() -> None:
    assert not UNSET
    assert repr(UNSET) == str(UNSET.name) == "UNSET"
    for twin in (copy.copy(UNSET), copy.deepcopy([UNSET])[0], pickle.loads(pickle.dumps(UNSET)), Unset.UNSET):
        assert twin is UNSET
    with pytest.raises(TypeError):
        sorted([UNSET, UNSET])


class Light(OpenEnum):
    RED = "red"


def test_open_enumerations_keep_what_they_do_not_know() -> None:
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


def test_models_survive_pickle_and_copy() -> None:
    thread = models.Thread.from_dict({**THREAD, "metadata_": {"a": [1]}, "new_field": {"x": None}})
    for twin in (pickle.loads(pickle.dumps(thread)), copy.copy(thread), copy.deepcopy(thread)):
        assert twin == thread
        assert twin.to_dict() == thread.to_dict()
