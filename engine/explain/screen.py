"""A decision on the terminal: outcome and sums first, then each doctor's months and reasons, then what is open."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table

from engine.decide.decision import Decision, DoctorDecision, DoctorMonth
from engine.explain.basis import Basis, basis
from engine.explain.outline import (
    MET,
    NOT_RELEVANT,
    OPEN,
    REFUSED,
    DoctorOutline,
    Outline,
    Reason,
    met_once,
    months_in_words,
    outline,
    source_text,
    sums,
)
from engine.explain.reason import NOTHING_APPLIED_FOR, texts
from engine.explain.unbroken import Unbroken as Text
from engine.text.month import NAMES
from engine.text.norsk import date_text, money_text, number_text

_OUTCOME_STYLE = {
    "innvilget": "bold green",
    "delvis innvilget": "bold yellow",
    "avslag": "bold red",
    "avvist": "bold red",
}
_MARK = {
    "ja": ("✓", "green"),
    "delvis": ("✓", "yellow"),
    "nei": ("✗", "red"),
    "skjønn": ("?", "magenta"),
    "uavklart": ("…", "yellow"),
}
_OUTSIDE = ("·", "dim")
_SIGN = {REFUSED: ("✗", "red"), OPEN: ("?", "magenta"), MET: ("✓", "green"), NOT_RELEVANT: ("·", "dim")}


def screen(decision: Decision, all_reasons: bool = False) -> RenderableType:
    """The decision ready to print. `all_reasons` also shows the conditions that were not relevant."""
    return Group(*_parts(outline(decision), all_reasons))


def _parts(out: Outline, all_reasons: bool) -> Iterator[RenderableType]:
    decision = out.decision
    application = decision.application
    scheme = decision.compiled.vocabulary.schemes[application.scheme]
    year = f" · tilskuddsår {decision.grant_year}" if decision.grant_year is not None else ""
    yield Rule(Text(f"Søknad {application.id}"), style="dim")
    yield Text(f"{scheme.title}{year}")
    if application.description:
        yield Text(application.description, style="italic")
    yield Text.assemble("Utfall: ", (decision.outcome, _OUTCOME_STYLE.get(decision.outcome, "bold magenta")))
    for line in sums(decision):
        yield Text(line)
    if decision.receipt.overlay is not None:
        yield Text("Beregnet med foreslåtte satser. Vedtaket bygger ikke bare på reglene.", style="bold yellow")
    yield from _section("Søknaden", _reasons(out.application, all_reasons))
    for doctor in out.doctors:
        yield from _doctor(doctor, decision, all_reasons)
    yield from _section("Dette mangler", [_bullet(line) for line in out.missing])
    yield from _section("Dette må en person avgjøre", _reasons(out.judgements, True))
    yield from _section("Merknader", [_bullet(line) for line in out.notes])
    yield from _section("Forutsatt fordi det ikke er oppgitt", [_bullet(line) for line in out.defaults])
    yield from _section(
        "Tolkninger vedtaket bygger på",
        [_bullet(f"{number}: {text} Fordi: {because}") for number, text, because in out.readings],
    )
    receipt = decision.receipt
    yield from _section(
        "Kvittering",
        [
            Text(f"Regler  {receipt.rules}", style="dim"),
            Text(f"Søknad  {receipt.application}", style="dim"),
            Text(f"Motor   {receipt.engine}, {_evaluated_by(receipt.evaluators)}", style="dim"),
            *([Text(f"Satser  {receipt.overlay}", style="dim")] if receipt.overlay is not None else []),
        ],
    )


def _evaluated_by(evaluators: tuple[str, ...]) -> str:
    return f"enige: {' og '.join(evaluators)}" if len(evaluators) > 1 else f"vurdert av {evaluators[0]} alene"


def _section(title: str, content: list[RenderableType]) -> Iterator[RenderableType]:
    if content:
        yield Text()
        yield Text(title, style="bold")
        for part in content:
            yield Padding(part, (0, 0, 0, 2))


def _doctor(doctor: DoctorOutline, decision: Decision, all_reasons: bool) -> Iterator[RenderableType]:
    one = doctor.decision
    agreed = f"avtale {date_text(one.agreed)}" if one.agreed is not None else ""
    rule_set = f"regelsett {one.rule_set.id}" if one.rule_set is not None else ""
    detail = " · ".join(part for part in (agreed, rule_set) if part)
    yield Text()
    yield Text.assemble(
        (one.doctor.id, "bold"),
        ": ",
        (one.outcome, _OUTCOME_STYLE.get(one.outcome, "bold magenta")),
        (f"   {detail}", "dim"),
    )
    if one.outside:
        scheme = decision.compiled.vocabulary.schemes[decision.application.scheme]
        yield Padding(Text(texts(decision).plain(scheme.outside_reason, one.doctor.facts)), (0, 0, 0, 2))
    elif one.idle:
        yield Padding(Text(NOTHING_APPLIED_FOR), (0, 0, 0, 2))
    for line in one.lines.values():
        title = decision.compiled.components[line.component].component.title
        money = (
            money_text(line.amount) if line.amount is not None else f"ukjent sats, kjent beløp {money_text(line.known)}"
        )
        months = f"{line.months} måned" + ("" if line.months == 1 else "er")
        yield Padding(Text(f"{title}: {line.outcome}, {months}, {money}"), (0, 0, 0, 2))
        found = basis(line, one, decision)
        if found is not None:
            exact = (
                f"Før avrunding: {number_text(line.exact)} kr."
                if line.amount is not None and line.exact != line.known
                else ""
            )
            yield Padding(_basis(found, exact, decision), (0, 0, 0, 4))
    if one.months:
        yield Padding(_Strip(one, decision), (0, 0, 0, 2))
    yield from (Padding(reason, (0, 0, 0, 2)) for reason in _reasons(doctor.reasons, all_reasons))


def _basis(found: Basis, exact: str, decision: Decision) -> RenderableType:
    """How the amount was worked out, each value with its months and source."""
    lines = [Text(f"Regnet som {found.formula}.")]
    for used in found.used:
        quantity = used.quantity
        cited = f" ({source_text(quantity.citation, decision)})" if quantity.citation is not None else ""
        certainty = {"avledet": ", avledet", "foreslått": ", foreslått"}.get(quantity.certainty, "")
        name = used.parameter.name.replace("_", " ")
        sign = ". Forslag, avledet:" if quantity.unknown else " ="
        value = used.value + (f"{sign} {used.worked_out}" if used.worked_out else "")
        lines.append(Text(f"{name}: {value}{certainty}, {months_in_words(used.months)}{cited}", style="dim"))
    return Group(*lines, *([Text(exact, style="dim")] if exact else []))


class _Strip:
    """The months as a strip: for each calendar year a row of answers and a row of counting days for each component."""

    def __init__(self, one: DoctorDecision, decision: Decision) -> None:
        self.one = one
        self.names = [
            name for name in decision.compiled.components if any(name in month.components for month in one.months)
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=None, padding=(0, 1, 0, 0), show_header=True, header_style="dim")
        table.add_column("")
        for name in NAMES:
            table.add_column(name[:3], justify="center")
        by_year: dict[int, dict[int, DoctorMonth]] = {}
        for month in self.one.months:
            by_year.setdefault(month.month // 12, {})[month.month % 12] = month
        for year, months in sorted(by_year.items()):
            for name in self.names:
                cells = [Text(f"{year} {name}", style="dim")]
                for index in range(12):
                    cells.append(self._cell(months.get(index), name))
                table.add_row(*cells)
                table.add_row(
                    Text("tellende dager", style="dim"), *(self._days(months.get(index), name) for index in range(12))
                )
        yield table
        yield Segment("✓ ja  ✗ nei  ? skjønn  … mangler opplysninger  · utenfor tilskuddsåret")
        yield Segment.line()

    @staticmethod
    def _cell(month: DoctorMonth | None, name: str) -> Text:
        if month is None or name not in month.components:
            return Text("")
        mark, style = _MARK.get(month.components[name].status, _OUTSIDE)
        return Text(mark, style=style)

    @staticmethod
    def _days(month: DoctorMonth | None, name: str) -> Text:
        if month is None or name not in month.components:
            return Text("")
        days = month.components[name].days
        return Text(str(days) if isinstance(days, int) else "…", style="dim")


def _reasons(reasons: list[Reason], all_reasons: bool) -> list[RenderableType]:
    """The reasons in full, and those that were not relevant in a line each unless all are to be shown."""
    told = reasons if all_reasons else met_once(reasons)
    full = [_reason(one) for one in told if all_reasons or one.bearing != NOT_RELEVANT]
    return full if all_reasons else [*full, *_brief(reasons)]


def _brief(reasons: list[Reason]) -> Iterator[RenderableType]:
    """The conditions that were not relevant: those left out for the same reason in the same months in one line."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for one in reasons:
        if one.bearing == NOT_RELEVANT:
            titles = gathered.setdefault((one.text, one.when), [])
            if one.title not in titles:
                titles.append(one.title)
    for (text, when), titles in gathered.items():
        about = f" [{when}]" if when else ""
        yield _hanging(Text("· ", style="dim"), Text(f"{'; '.join(titles)}{about}: {text}", style="dim"))


def _reason(one: Reason) -> RenderableType:
    sign, style = _MARK["uavklart"] if one.bearing == OPEN and one.follows != "skjønn" else _SIGN[one.bearing]
    about = ", ".join(part for part in (one.component or "", one.when) if part)
    days = f" ({one.days} dager)" if one.days is not None else ""
    return _hanging(
        Text(f"{sign} ", style=style),
        Text.assemble(
            ("Ikke oppfylt: " if one.bearing == REFUSED else "", style),
            (one.title, "bold"),
            (f" [{about}]" if about else "", "dim"),
            f"\n{one.text}{days}" if one.text else "",
            "\n",
            (one.source, "dim italic"),
        ),
    )


def _bullet(line: str) -> RenderableType:
    return _hanging("• ", line)


def _hanging(mark: RenderableType, text: RenderableType) -> RenderableType:
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(*(Text(part) if isinstance(part, str) else part for part in (mark, text)))
    return grid
