"""Two versions of the rules side by side: what differs in the text, and what each difference comes to in decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.decide.naive import NaiveEvaluator
from engine.language.rulebook import Rulebook
from engine.prove.compare import SchemeComparison
from engine.prove.difference import Answer, Witness
from engine.prove.moment import Moment
from engine.prove.money import Largest, largest_change
from engine.prove.solver import Clock, Undecided
from engine.regress.impact_rules import RuleChange, RuleTexts, rule_changes, unchanged_schemes


@dataclass
class SchemeResult:
    """What is known of one scheme. `open` is what is not decided, in bokmål; `covered` are agreement dates only one version answers."""

    scheme: str
    whole: Answer
    application: Answer
    rules: dict[str, Answer]
    covered: list[Moment] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    money: dict[str, Largest] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether it is proved that every application is decided alike."""
        return self.whole.equal and self.application.equal and not self.covered and not self.open

    @property
    def witness(self) -> Witness | None:
        """The smallest witness of all."""
        found = [one.witness for one in (self.whole, self.application) if one.witness is not None]
        return min(found, key=lambda one: one.rank, default=None)

    @property
    def differs(self) -> bool:
        """Whether it is known that some application is decided differently."""
        return self.witness is not None or bool(self.covered)


@dataclass
class Comparison:
    """Two versions compared. `alike` are the schemes whose files say the same."""

    names: tuple[str, str]
    changes: list[RuleChange]
    schemes: list[SchemeResult]
    alike: list[str]
    missing: list[str]

    @property
    def equal(self) -> bool:
        return not self.missing and all(one.equal for one in self.schemes)

    @property
    def differs(self) -> bool:
        return bool(self.missing) or any(one.differs for one in self.schemes)


def compare(
    before: Rulebook, after: Rulebook, names: tuple[str, str], clock: Clock, processes: int | None = None
) -> Comparison:
    """Every scheme that differs, compared. Raises NotReplayed when a witness does not stand."""
    changes = rule_changes(RuleTexts(before, after), RuleTexts(after, before))
    alike = unchanged_schemes(before, after)
    both = [name for name in before.schemes if name in after.schemes]
    missing = sorted(before.schemes.keys() ^ after.schemes.keys())
    results = [_scheme(before, after, name, clock, processes) for name in both if name not in alike]
    return Comparison(names, changes, results, sorted(alike), missing)


def _scheme(before: Rulebook, after: Rulebook, scheme: str, clock: Clock, processes: int | None) -> SchemeResult:
    comparison = SchemeComparison(before, after, scheme, clock)
    try:
        application = comparison.application()
        whole, rules = comparison.compare(processes)
    except Undecided as reason:
        return SchemeResult(scheme, Answer(), Answer(), {}, open=[str(reason)])
    result = SchemeResult(scheme, whole, application, rules, list(_covered(comparison)))
    result.open += [f"{moment}: {why}" for answer in (whole, application) for moment, why in answer.open]
    result.open += _not_proved(comparison)
    if any(answer.witness is None and answer.places for answer in (whole, application)):
        result.open.append("noen måneder kan være ulike, men ingen søknad som viser det, er funnet")
    result.money = {
        name: found
        for name in comparison.apart.components
        if (found := largest_change(comparison, whole, name)) is not None
    }
    return result


def _covered(comparison: SchemeComparison) -> Iterator[Moment]:
    """The agreement dates that only one of the versions has a rule set for."""
    if not comparison.sides[0].vocabulary.schemes[comparison.scheme].has_doctors:
        return
    for agreed in comparison.borders.agreements:
        moment = Moment(agreed, comparison.borders.months[0], None)
        if agreed is not None and len(set(comparison.survey.covered(moment))) == 2:
            yield moment


def _not_proved(comparison: SchemeComparison) -> list[str]:
    """What differs and is not looked into by the proofs."""
    one, other = comparison.sides
    found = []
    if not _sums_alike(comparison):
        found.append("sammenfatningen av svarene til utfall er endret")
    if one.components.keys() != other.components.keys():
        names = ", ".join(sorted(one.components.keys() ^ other.components.keys()))
        found.append(f"komponentene er ikke de samme: {names}")
    if one.vocabulary.shown_per_month != other.vocabulary.shown_per_month:
        found.append("det som vises for hver måned, er endret")
    return found


def _sums_alike(comparison: SchemeComparison) -> bool:
    """Whether both sum up every mix of answers to the same outcome."""
    one, other = (side.vocabulary.summary for side in comparison.sides)
    if (one.month, one.formal_defect, one.without_months) != (other.month, other.formal_defect, other.without_months):
        return False
    naive = NaiveEvaluator()
    statuses = ("ja", "delvis", "nei", "uavklart", "skjønn")
    return all(
        naive.outcome(one.outcomes, dict.fromkeys(mix, 1)) == naive.outcome(other.outcomes, dict.fromkeys(mix, 1))
        for size in range(1, len(statuses) + 1)
        for mix in combinations(statuses, size)
    )
