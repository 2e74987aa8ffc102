"""The one shape of an error: where, which code, what was found, why that is wrong, what to do next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.text.place import Place


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One error, in Norwegian. `str()` is the line a user reads; faults sort by place, then by code."""

    place: Place
    code: str
    what: str
    why: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code}: {self.what} – {self.why} – {self.next_step}"


class Faults(Exception):
    """Everything that is wrong with an input, sorted by place, each fault once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__(self.faults)  # what pickle passes on, so that faults survive the way out of a worker process

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)


class FaultList:
    """Faults gathered during one run, raised together at the end."""

    __slots__ = ("_faults",)

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, place: Place, code: str, what: str, why: str, next_step: str) -> None:
        """Note one fault."""
        self._faults.append(Fault(place, code, what, why, next_step))

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note several; a `Faults` exception or another `FaultList` may be given as it is."""
        self._faults.extend(tuple(faults))

    def raise_if_any(self) -> None:
        """Raise `Faults` with everything noted; do nothing when nothing is."""
        if self._faults:
            raise Faults(self._faults)

    def __bool__(self) -> bool:
        return bool(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)
