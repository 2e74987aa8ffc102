"""A whole rulebook examined: every question in `finding.KINDS`, asked of every scheme, spread over processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from engine.language.model import Parameter, Quantity
from engine.language.rulebook import Rulebook
from engine.prove import gaps, rate_gaps, told, told_rates, told_time
from engine.prove.claim import Claim, settle
from engine.prove.dead_notes import Dead, dead_notes, of_note
from engine.prove.finding import Finding, Open
from engine.prove.impossible import Impossible, impossible
from engine.prove.pair_claims import pair_claims
from engine.prove.parity import disparities
from engine.prove.rule_claims import name_of, rule_claims
from engine.prove.site import DAYS, sites
from engine.prove.solver import Clock, Undecided
from engine.prove.spread import spread
from engine.prove.stage import Stages

#: claims asked together: enough that the scenes they share are worth making
TOGETHER = 24


#: where nothing can be granted, no other rule decides anything: that is told when these are mended
BLOCKING = ("MOTSTRID", "OPPFYLLES-ALDRI")


@dataclass
class Report:
    """What was found. `unknown` are values written as unknown, by scheme: no findings."""

    findings: list[Finding] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    unknown: list[tuple[str, Parameter, Quantity]] = field(default_factory=list)
    asked: int = 0
    complete: bool = True
    """Whether every scheme was looked at."""

    @property
    def standing(self) -> list[Finding]:
        """The findings that nobody has argued for."""
        return [one for one in self.findings if not one.argued]


@dataclass(frozen=True)
class _Task:
    """A share of the questions about one scheme. `claims` are places in the scheme's list of claims."""

    scheme: str
    kind: str
    claims: tuple[int, ...] = ()
    site: str = ""


@dataclass
class _Answer:
    findings: list[Finding] = field(default_factory=list)
    unless: list[tuple[str, ...]] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    asked: int = 0

    def take(self, finding: Finding, unless: tuple[str, ...] = ()) -> None:
        self.findings.append(finding)
        self.unless.append(unless)


def examine(book: Rulebook, clock: Clock, processes: int | None = None, only: Sequence[str] = ()) -> Report:
    """Every question, or those of the schemes named. Raises NotReplayed when a witness does not stand."""
    schemes = [name for name in book.schemes if not only or name in only]
    every = {name: Stages(book, name, clock) for name in schemes}
    claims = {name: [*rule_claims(one.scheme), *pair_claims(one.scheme)] for name, one in every.items()}
    tasks = [task for name, one in every.items() for task in _tasks(name, one, claims[name])]
    answers = spread(partial(_run, every, claims), tasks, processes, worth=2)
    report = Report()
    kept: dict[str, tuple[Finding, tuple[str, ...]]] = {}
    for answer in answers:
        report.open += answer.open
        report.asked += answer.asked
        for finding, unless in zip(answer.findings, answer.unless, strict=True):
            kept.setdefault(finding.id, (finding, unless))
    told_of = {(finding.code, finding.part) for finding, _ in kept.values()}
    blocked = {finding.scheme for finding, _ in kept.values() if finding.code in BLOCKING}
    report.findings = sorted(
        (
            finding
            for finding, unless in kept.values()
            if not any((code, finding.part) in told_of for code in unless)
            and (finding.code not in ("AVGJØR-ALDRI", "OVERLAPP") or finding.scheme not in blocked)
        ),
        key=lambda one: (one.scheme, one.place, one.code),
    )
    report.unknown = [(name, *one) for name, stages in every.items() for one in rate_gaps.unknown_rates(stages)]
    return report


def _tasks(name: str, stages: Stages, claims: Sequence[Claim]) -> Iterator[_Task]:
    """The longest first."""
    for site in sites(stages.scheme):
        if site.kind != DAYS:
            yield _Task(name, "umulig", site=f"{site.kind} {site.name}")
    for start in range(0, len(claims), TOGETHER):
        yield _Task(name, "vilkår", tuple(range(start, min(start + TOGETHER, len(claims)))))
    yield _Task(name, "hull")
    yield _Task(name, "merknader")
    yield _Task(name, "evaluatorene")


def _run(every: dict[str, Stages], claims: dict[str, list[Claim]], task: _Task) -> _Answer:
    stages = every[task.scheme]
    answer = _Answer()
    try:
        match task.kind:
            case "vilkår":
                _claims(stages, [claims[task.scheme][number] for number in task.claims], answer)
            case "umulig":
                _impossible(stages, task.site, answer)
            case "hull":
                _gaps(stages, answer)
            case "merknader":
                _notes(stages, answer)
            case _:
                for one in disparities(stages):
                    answer.take(told.of_disparity(stages, one))
    except Undecided as why:
        answer.open.append(Open(task.kind, task.scheme, task.site or task.scheme, str(why)))
    return answer


def _claims(stages: Stages, claims: Sequence[Claim], answer: _Answer) -> None:
    proved, doubtful = settle(stages, claims)
    answer.asked += len(claims)
    for one in proved:
        answer.take(told.of_claim(stages, one), one.claim.unless)
    for open in doubtful:
        claim = open.claim
        part = " ".join(name_of(rule) for rule in claim.rules)
        answer.open.append(Open(claim.code, stages.scheme_id, f"{part} {claim.detail}".strip(), open.why))


def _impossible(stages: Stages, site: str, answer: _Answer) -> None:
    for one in impossible(stages, site):
        answer.asked += 1
        if isinstance(one, Impossible):
            answer.take(told.of_impossible(stages, one), ("GJELDER-ALDRI",) if len(one.rules) == 1 else ())
        else:
            answer.open.append(Open("MOTSTRID", stages.scheme_id, f"{site}, {one.moment}", one.why))


def _notes(stages: Stages, answer: _Answer) -> None:
    answer.asked += sum(len(versions) for versions in stages.scheme.notes)
    for one in dead_notes(stages):
        if isinstance(one, Dead):
            answer.take(of_note(stages, one))
        else:
            answer.open.append(Open("MERKNAD-ALDRI", stages.scheme_id, f"{one.note.origin}/{one.note.id}", one.why))


def _gaps(stages: Stages, answer: _Answer) -> None:
    kinds: list[tuple[Callable[[Stages], Iterable[object]], Callable[[Stages, object], Finding]]] = [
        (gaps.date_gaps, told_time.of_dates),  # type: ignore[list-item]
        (gaps.year_gaps, told_time.of_year),  # type: ignore[list-item]
        (gaps.month_gaps, told_time.of_months),  # type: ignore[list-item]
        (gaps.lapses, told_time.of_lapse),  # type: ignore[list-item]
        (rate_gaps.calculation_gaps, told_rates.of_calculation),  # type: ignore[list-item]
        (rate_gaps.rate_gaps, told_rates.of_rate),  # type: ignore[list-item]
    ]
    for find, tell in kinds:
        for one in find(stages):
            answer.take(tell(stages, one))
