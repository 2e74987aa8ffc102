"""Notes: what the caseworker should know, gathered where its condition surely holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.case.frame import Frame
from engine.case.names import OF_LOOK
from engine.case.truth import YES
from engine.case.value import Between, Unknown
from engine.decide.alike import Alike
from engine.decide.compiled import CompiledNote, CompiledScheme
from engine.decide.decision import DoctorDecision, Noted
from engine.decide.money import PAID
from engine.language.model import RuleSet
from engine.text.month import Month


class Notes:
    """Gathers notes for one application. Of a note's versions the last counts that the grant year's rule set knows and whose months hold."""

    def __init__(self, compiled: CompiledScheme, grant_set: RuleSet) -> None:
        self.known = compiled.notes_known_to(grant_set)
        self.taken: list[Noted] = []

    def take(self, per: str, frame: Frame, doctor: str | None, months: Sequence[Month], told: bool) -> None:
        """Notes at a level other than the month. A note with months needs one of these; `told` says that they are part of the note."""
        for note in self._at(per, months):
            if note.when(frame) & YES:
                self.taken.append(Noted(note, frame, doctor, list(months) if told else []))

    def _at(self, per: str, months: Sequence[Month]) -> Iterator[CompiledNote]:
        for versions in self.known.get(per, ()):
            for version in versions:
                limits = version.note.months
                limited = limits.first is not None or limits.last is not None
                if version.note.per == per and (not limited or any(limits.holds(month) for month in months)):
                    yield version
                    break

    def take_of_doctor(self, frame: Frame, decided: DoctorDecision) -> None:
        """Notes on the doctor, on each month inside the window, and on each component's amount."""
        inside = [month for month in decided.months if month.status != "utenfor"]
        if "lege" in self.known:
            self.take("lege", frame, decided.doctor.id, [month.month for month in inside], False)
        for versions in self.known.get("måned", ()):
            held: dict[CompiledNote, Noted] = {}
            alike: dict[tuple[CompiledNote, Alike], int] = {}
            for month in inside:
                version = _in_force(versions, month.month)
                if version is None or version.note.per != "måned" or not month.components:
                    continue
                first = next(iter(month.components.values()))
                code = alike.get((version, first.alike))
                if code is None:
                    code = version.when(first.frame)
                    if version.reach <= OF_LOOK:
                        alike[version, first.alike] = code
                if code & YES:
                    held.setdefault(version, Noted(version, first.frame, decided.doctor.id)).months.append(month.month)
            self.taken += [held[version] for version in versions if version in held]
        for versions in self.known.get("komponent", ()):
            for version in versions:
                if version.note.per == "komponent":
                    self._amount(version, decided)

    def _amount(self, version: CompiledNote, decided: DoctorDecision) -> None:
        """A note with an amount summed over the paid months of its components, when every month's is known."""
        assert version.amount is not None
        for name in version.note.components:
            own = [month.components[name] for month in decided.months if name in month.components]
            paid = [one for one in own if one.status in PAID and version.note.months.holds(one.month)]
            amounts = [version.amount(one.frame) for one in paid]
            if paid and not any(isinstance(amount, Unknown | Between) for amount in amounts):
                total = sum((Fraction(amount) for amount in amounts), Fraction(0))  # type: ignore[arg-type]
                self.taken.append(Noted(version, paid[0].frame, decided.doctor.id, [], total))


def _in_force(versions: tuple[CompiledNote, ...], month: Month) -> CompiledNote | None:
    for version in versions:
        if version.note.months.holds(month):
            return version
    return None
