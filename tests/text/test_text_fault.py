"""The error shape."""

import pickle

import pytest

from engine.text.fault import Fault, FaultList, Faults
from engine.text.place import Place


def fault(line: int, column: int = 1, code: str = "KODE", file: str = "f.yaml") -> Fault:
    return Fault(Place(file, line, column), code, "hva", "hvorfor", "neste steg")


def test_the_line_a_user_reads() -> None:
    assert str(Place("søknad.yaml", 3, 5)) == "søknad.yaml:3:5"
    assert str(fault(3, 5)) == "f.yaml:3:5: KODE: hva – hvorfor – neste steg"


def test_faults_are_sorted_by_place_and_told_once() -> None:
    faults = Faults([fault(10), fault(2, 9), fault(2, 10), fault(10), fault(1, file="g"), fault(2, 9, "ANNEN")])
    assert str(faults) == (
        "f.yaml:2:9: ANNEN: hva – hvorfor – neste steg\n"
        "f.yaml:2:9: KODE: hva – hvorfor – neste steg\n"
        "f.yaml:2:10: KODE: hva – hvorfor – neste steg\n"
        "f.yaml:10:1: KODE: hva – hvorfor – neste steg\n"
        "g:1:1: KODE: hva – hvorfor – neste steg"
    )
    assert [item.place.line for item in faults] == [2, 2, 2, 10, 1]


def test_faults_survive_the_way_between_processes() -> None:
    faults = Faults(fault(line) for line in (1, 2))
    copy = pickle.loads(pickle.dumps(faults))
    assert copy.faults == faults.faults
    assert str(copy) == str(faults)


def test_a_list_gathers_and_raises() -> None:
    gathered = FaultList()
    gathered.raise_if_any()
    assert not gathered
    gathered.add(Place("f.yaml", 3, 1), "KODE", "hva", "hvorfor", "neste steg")
    gathered.extend(Faults([fault(1)]))
    gathered.extend(gathered)
    assert gathered
    assert len(gathered) == 4
    assert list(gathered) == [fault(3), fault(1)] * 2
    with pytest.raises(Faults) as caught:
        gathered.raise_if_any()
    assert caught.value.faults == (fault(1), fault(3))


def test_places_and_faults_are_slotted_and_cannot_change() -> None:
    assert not hasattr(Place("f", 1, 1), "__dict__")
    assert not hasattr(fault(1), "__dict__")
    with pytest.raises(AttributeError):
        Place("f", 1, 1).line = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        fault(1).code = "X"  # type: ignore[misc]
