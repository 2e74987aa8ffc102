"""What each table must keep, so that the tables after it can work out what they answer."""

from __future__ import annotations

from collections.abc import Iterable

from engine.batch.component import ComponentPlan, day_limits
from engine.case.calendar import DAY
from engine.case.names import APPLICATION, DOCTOR, INNERMOST, SPAN, Names, in_formula, named, operands
from engine.decide.agreement import Panel
from engine.decide.compiled import CompiledScheme
from engine.language.condition import Compare, Condition, Leaf, leaves
from engine.language.expression import Expression
from engine.language.meaning import DaysCounted, EarliestOf, LastOf, Run, SumOfEarlier, SumOverDays
from engine.language.model import Definition


class Needs:
    """The names that are read, by the table that must keep them.

    `counted` are the names worked out over a month's days or a doctor's months; `limits` the formulas that days are compared with,
    with the days they turn on; `shown` what the decision shows for each month.
    """

    def __init__(self, compiled: CompiledScheme, names: Names, panel: Panel) -> None:
        self.names = names
        self.parts = {
            name: ComponentPlan(place, part, names, panel)
            for place, (name, part) in enumerate(compiled.components.items())
        }
        parts = self.parts.values()
        shown = {name for name in names.vocabulary.shown_per_month.values() if name in compiled.slots.index}
        self.shown = sorted(shown.union(*({n for one, _ in p.part.calculations for n in one.shown} for p in parts)))
        self.outer = {name for part in parts for name in part.outer_names}
        inner = set(self.shown).union(*(part.inner_names for part in parts))
        self.counted = self._counted(inner | self.outer)
        self.limits = self._limits()
        self.inner_filters = [where for _, where in self.filters() if self.level(operands(where)) == INNERMOST]
        self.inner = inner | self.summed() | {name for where in self.inner_filters for name in operands(where)}
        self.of_span = names.frontier(self.inner, SPAN)
        before = self._before_months(compiled)
        self.of_doctor = names.frontier(before, DOCTOR)
        own = {name for leaf in compiled.application.leaves if leaf is not None for name in named(leaf)}
        self.of_application = names.frontier(before | own, APPLICATION)

    def _before_months(self, compiled: CompiledScheme) -> set[str]:
        """The names that are read before there is a row for each month."""
        found = self.of_span | self.outer
        found |= {name for _, where in self.filters() for name in operands(where)}
        found |= {name for expression in self.limits for name in in_formula(expression)}
        for part in compiled.components.values():
            found |= {*operands(part.component.applied_when), *operands(part.component.subsidiary_when)}
        last = [one.meaning for name in self.counted for one in self.names.versions(name)]
        return found | {meaning.fact for meaning in last if isinstance(meaning, LastOf)}

    def _counted(self, wanted: Iterable[str]) -> list[str]:
        found: set[str] = set()
        waiting = {base for name in wanted for base in self.names.bases(name)}
        while waiting:
            name = waiting.pop()
            for version in self.names.versions(name):
                meaning = version.meaning
                if isinstance(meaning, DaysCounted | SumOverDays | Run | LastOf):
                    found.add(name)
                if isinstance(meaning, SumOfEarlier) and name not in found:
                    found.add(name)
                    waiting |= set(self.names.bases(meaning.name))
        return sorted(found)

    def _limits(self) -> dict[Expression, set[int]]:
        tests = [leaf for p in self.parts.values() if p.days is not None for leaf in p.days.leaves if leaf is not None]
        tests += [leaf for _, where in self.filters() for leaf in leaves(where)]
        found: dict[Expression, set[int]] = {}
        for leaf in tests:
            for expression, days in day_limits(leaf):
                found.setdefault(expression, set()).update(days)
        return found

    # --- derived names ---------------------------------------------------------------------------------------------------

    def level(self, wanted: Iterable[str]) -> int:
        """The first table that has what all the names rest on."""
        return max((self.names.level(name) for name in wanted), default=0)

    def versions(self) -> list[tuple[str, Definition]]:
        """Every version of the counted names, by the key its columns have: the name, or `name#0` where there are several."""
        return [
            (name if len(versions) == 1 else f"{name}#{place}", version)
            for name in self.counted
            for versions in (self.names.versions(name),)
            for place, version in enumerate(versions)
        ]

    def runs(self) -> list[tuple[str, Run]]:
        """The lengths of runs of periods, by key."""
        return [(key, version.meaning) for key, version in self.versions() if isinstance(version.meaning, Run)]

    def filters(self) -> list[tuple[str, Condition]]:
        """The conditions that days or periods must meet to be counted, by the key of what counts them."""
        return [
            (key, version.meaning.where)
            for key, version in self.versions()
            if isinstance(version.meaning, DaysCounted | SumOverDays | Run) and version.meaning.where is not None
        ]

    def summed(self) -> set[str]:
        """The names in what is summed over days."""
        meanings = [version.meaning for _, version in self.versions()]
        return {name for meaning in meanings if isinstance(meaning, SumOverDays) for name in in_formula(meaning.value)}

    def earliest(self) -> list[tuple[str, EarliestOf]]:
        """The earliest dates over a doctor's periods that are read."""
        bases = {base for name in self.of_doctor for base in self.names.bases(name)}
        found = [(name, self._meaning(name)) for name in sorted(bases)]
        return [(name, meaning) for name, meaning in found if isinstance(meaning, EarliestOf)]

    def on_run(self, wanted: Iterable[str]) -> bool:
        """Whether some of the names rest on the length of a run."""
        return any(isinstance(self._meaning(base), Run) for name in wanted for base in self.names.bases(name))

    def before_runs(self, wanted: Iterable[str]) -> set[str]:
        """The names to keep of a period before its runs are measured; what rests on a run is worked out after."""
        found: set[str] = set()
        for name in wanted:
            if isinstance(self._meaning(name), Run):
                continue
            if self.on_run({name}):
                found |= self.before_runs(self.names.frontier(set(self.names.parts(name)) - {name}, SPAN))
            else:
                found.add(name)
        return found

    def _meaning(self, name: str) -> object:
        versions = self.names.versions(name.partition("#")[0])
        return versions[0].meaning if versions else None

    # --- what months read ------------------------------------------------------------------------------------------------

    def of_months(self, part: ComponentPlan, tested: Iterable[str]) -> set[str]:
        """The names that a month's own answers, amount and shown values read, and the rates that its answers may hang on."""
        rates = {name for leaf in part.months.leaves if leaf is not None for name in named(leaf)}
        wanted = {*part.month_names, *self.shown, *filter(self.names.may_lack_rate, rates)}
        return self.read_by(wanted, tested)

    def of_days(self, part: ComponentPlan, tested: Iterable[str]) -> set[str]:
        """The names that stretches read: for answers about days, and for what is summed over days."""
        read: list[Leaf] = [leaf for where in self.inner_filters for leaf in leaves(where)]
        if part.days is not None:
            own = (part.days.leaves[number] for number in part.day_layout.words[1].leaves)
            read += [leaf for leaf in own if leaf is not None]
        wanted = self.summed()
        for leaf in read:
            sides = [leaf.left, leaf.right] if isinstance(leaf, Compare) else []
            told = {name for side in sides if side not in self.limits for name in in_formula(side)}
            wanted |= told if sides else named(leaf)
        return self.read_by(wanted - {DAY}, tested)

    def read_by(self, wanted: Iterable[str], tested: Iterable[str] = ()) -> set[str]:
        """Every name that is read when the wanted names are worked out, down to columns of the calendar and facts.

        Of rates whose variants are `tested` already, only the variants.
        """
        found: set[str] = set()
        waiting = set(wanted)
        rates = {test.partition(".")[0] for test in tested}
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if self.names.is_calendar(name):
                continue
            waiting |= {one for one in self.names.parts(name) if name not in rates or one.startswith(f"{name}.")}
            for version in self.names.versions(name):
                if isinstance(version.meaning, SumOfEarlier):
                    waiting.add(version.meaning.name)
                if isinstance(version.meaning, SumOverDays):
                    waiting |= in_formula(version.meaning.value)
        return found
