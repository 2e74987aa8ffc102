"""Coverage in time: agreement dates between rule sets, grant years, months within tables, and what every value must cite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from engine.language.model import Parameter, Quantity
from engine.language.names import UNSURE
from engine.language.rulebook import SchemeRules
from engine.language.vocabulary import Vocabulary
from engine.text.fault import FaultList
from engine.text.month import Month, month_text
from engine.text.norsk import date_text, list_text
from engine.text.place import Place
from engine.text.suggest import did_you_mean

_ONE_DAY = timedelta(days=1)


def check_agreement_dates(scheme: SchemeRules, faults: FaultList) -> None:
    """No agreement date may select two rule sets, and none between the first and the last may select none."""
    if len(scheme.sets) > 1:
        for one in scheme.sets:
            if one.agreements is None:
                what = f"«{one.id}» mangler «avtaler»"
                why = "ordningen har flere regelsett, og avtaledatoen velger mellom dem"
                faults.add(one.place, "AVTALER", what, why, "oppgi avtaledatoene regelsettet gjelder for")
    dated = [one for one in scheme.sets if one.agreements is not None]
    if any(one.misdated for one in dated):
        return
    dated.sort(key=lambda one: (one.agreements and one.agreements.first) or date.min)
    for earlier, later in pairwise(dated):
        assert earlier.agreements is not None and later.agreements is not None
        last, first = earlier.agreements.last, later.agreements.first
        if first is None or last is None or first <= last:
            span = f"for avtaler fra {date_text(first)}" if first else "for de samme avtalene"
            open_end = first is not None and last is None
            faults.add(
                later.at("avtaler"),
                "AVTALER-OVERLAPP",
                f"«{earlier.id}» og «{later.id}» gjelder begge {span}",
                "hver avtaledato kan bare velge ett regelsett",
                f"skriv «til: {first - _ONE_DAY}» under «avtaler» i {earlier.id}"
                if first is not None and open_end
                else "rett «fra» eller «til» i ett av dem",
            )
        elif first > last + _ONE_DAY:
            missing, through = last + _ONE_DAY, first - _ONE_DAY
            span = (
                f"{date_text(missing)}" if missing == through else f"fra {date_text(missing)} til {date_text(through)}"
            )
            faults.add(
                later.at("avtaler"),
                "AVTALER-HULL",
                f"ingen regelsett gjelder for avtaler {span}",
                "hver avtaledato må velge et regelsett",
                "rett «fra» eller «til» i ett av regelsettene",
            )


def check_tables(scheme: SchemeRules, vocabulary: Vocabulary, unsure: frozenset[str], faults: FaultList) -> None:
    """Values do not overlap, leave no month out, cover the grant years, and cite or say what was searched."""
    for parameter in scheme.parameters.values():
        if parameter.name not in unsure:
            _Table(parameter, scheme, vocabulary, faults).check()


class _Table:
    """All the values of a rate or threshold, from all the rule sets."""

    def __init__(self, parameter: Parameter, scheme: SchemeRules, vocabulary: Vocabulary, faults: FaultList) -> None:
        self.parameter = parameter
        self.name = parameter.name
        self.scheme = scheme
        self.faults = faults
        self.fact = vocabulary.facts.get(parameter.keyed_by or "")
        self.by_year = parameter.keyed_by == vocabulary.grant_year
        years = (one.grant_year.year for one in scheme.sets if one.grant_year is not None)
        self.years = {str(year) for year in years} if self.by_year else set()

    def check(self) -> None:
        """Report everything wrong."""
        parameter = self.parameter
        if not parameter.title:
            what = f"«{self.name}» mangler «tittel»"
            why = "første gang en sats eller grense står, må den forklares"
            self.faults.add(
                parameter.place, "TITTEL", what, why, "legg til «tittel», eller rett navnet hvis den finnes fra før"
            )
        self._restated()
        if self.scheme.names.get(parameter.keyed_by or "") is UNSURE:
            return
        if parameter.keyed_by is not None and (self.fact is None or self.scheme.id not in self.fact.schemes):
            choices = [fact for fact, kind in self.scheme.names.items() if kind.source == "fakta"]
            hint = did_you_mean(parameter.keyed_by, choices)
            what = f"«{parameter.keyed_by}» er ikke en opplysning i søknaden" + ("," + hint if hint else "")
            self.faults.add(parameter.at("etter"), "NAVN", what, "en tabell går etter en opplysning", "rett navnet")
            return
        placed = [self._value(quantity) for quantity in parameter.values]
        if all(placed) and not any(quantity.misdated for quantity in parameter.values):
            self._rows()

    def _restated(self) -> None:
        """What a later set says again of the table must be what the first said, for only the first is used."""
        for one in self.scheme.sets:
            part = one.parameters.get(self.name)
            if part is None:
                continue
            for key, own, first in (
                ("enhet", part.unit, self.parameter.unit),
                ("type", part.kind, self.parameter.kind),
                ("etter", part.keyed_by, self.parameter.keyed_by),
            ):
                if key in part.spots and own != first:
                    what = f"«{self.name}» har «{key}: {own}» her, men {f'«{first}»' if first else 'ikke'} fra før"
                    why = "den er den samme i alle regelsettene"
                    self.faults.add(part.at(key), "TABELL", what, why, f"fjern «{key}», eller bruk et nytt navn")

    def _value(self, quantity: Quantity) -> bool:
        """Check one row by itself; whether it can be told what the row is for."""
        name, add = self.name, self.faults.add
        if quantity.unknown and not quantity.searched and not quantity.unread:
            what = f"«{name}» er ukjent, men det står ikke hva som er undersøkt"
            add(
                quantity.place,
                "SATS-UKJENT",
                what,
                "andre må kunne se hvor det er lett",
                "legg til «undersøkt» med kildene",
            )
        if not quantity.unknown and quantity.citation is None and quantity.certainty != "foreslått":
            what = f"«{name}» har en verdi uten hjemmel"
            add(quantity.place, "HJEMMEL", what, "hver verdi må vise til en kilde", "legg til «hjemmel»")
        return self._variant(quantity) and self._key(quantity)

    def _variant(self, quantity: Quantity) -> bool:
        variants = [variant.id for variant in self.parameter.variants]
        if quantity.variant is not None and quantity.variant not in variants:
            hint = did_you_mean(quantity.variant, variants)
            what = f"«{self.name}» har ingen variant «{quantity.variant}»" + ("," + hint if hint else "")
            why = f"variantene er {list_text(variants)}" if variants else "den har ingen varianter"
            next_step = "rett navnet" if variants else "fjern «variant»"
            self.faults.add(quantity.at("variant"), "VARIANT", what, why, next_step)
            return False
        return True

    def _key(self, quantity: Quantity) -> bool:
        add, keyed_by = self.faults.add, self.parameter.keyed_by
        if keyed_by is not None and quantity.key is None:
            why = f"tabellen går etter «{keyed_by}»"
            add(quantity.place, "TABELL", f"«{self.name}» har en verdi uten «for»", why, "legg til «for»")
        elif keyed_by is None and quantity.key is not None:
            why = "tabellen går ikke etter noen opplysning"
            add(quantity.at("for"), "TABELL", f"«{self.name}» har «for», men ikke «etter»", why, "fjern «for»")
        elif self.fact is not None and self.fact.choices and quantity.key not in {*self.fact.choices, *self.years}:
            what = f"«{quantity.key}» er ikke et svar på «{self.fact.name}»"
            why = f"svarene er {list_text(self.fact.choices)}"
            add(quantity.at("for"), "SVAR", what, why, "rett «for», eller legg til svaret i vokabularet")
        else:
            return True
        return False

    def _rows(self) -> None:
        rows: dict[tuple[str | None, str | None], list[Quantity]] = {}
        names: list[str | None] = [variant.id for variant in self.parameter.variants] or [None]
        for quantity in self.parameter.values:
            for variant in names if quantity.variant is None else [quantity.variant]:
                rows.setdefault((quantity.key, variant), []).append(quantity)
        for quantities in rows.values():
            quantities.sort(key=lambda one: one.months.first if one.months.first is not None else -1)
        for key in dict.fromkeys(key for key, _ in rows):
            own = {variant: rows[key, variant] for variant in names if (key, variant) in rows}
            told = self._grant_years(own) if self.parameter.is_rate and key is None else {}
            self._pairs(key, own, told)
        if self.by_year:
            self._years({key for key, _ in rows if key is not None})

    def _label(self, key: str | None, variants: Iterable[str | None]) -> str:
        """The table, with the variants when it is not about all of them."""
        own = [variant for variant in variants if variant is not None]
        of = f" ({list_text(own)})" if own and len(own) < len(self.parameter.variants) else ""
        return f"«{self.name}»" + (f" for {key}" if key else "") + of

    def _pairs(
        self, key: str | None, rows: Mapping[str | None, list[Quantity]], told: Mapping[str | None, set[int]]
    ) -> None:
        """Rows after one another, in each variant that has both: no overlap, and no gap that is not told of already."""
        variants: dict[tuple[Place, Place], list[str | None]] = {}
        pairs: dict[tuple[Place, Place], tuple[Quantity, Quantity]] = {}
        for variant, quantities in rows.items():
            for earlier, later in pairwise(quantities):
                last, first = earlier.months.last, later.months.first
                gap = set(range(last + 1, first)) if last is not None and first is not None else set()
                if last is None or first is None or first <= last or gap - told.get(variant, set()):
                    pairs[earlier.place, later.place] = earlier, later
                    variants.setdefault((earlier.place, later.place), []).append(variant)
        for at, (earlier, later) in pairs.items():
            self._neighbours(earlier, later, self._label(key, variants[at]))

    def _neighbours(self, earlier: Quantity, later: Quantity, label: str) -> None:
        last, first = earlier.months.last, later.months.first
        place = later.at("måneder")
        if last is None or first is None or first <= last:
            when = f"fra {month_text(first)}" if first is not None else "i de samme månedene"
            what = f"{label} har to verdier {when}"
            next_step = "rett månedene"
            if first is not None and last is None:
                next_step = f"skriv «til: {month_text(Month(first - 1))}» på den første"
            self.faults.add(place, "SATS-OVERLAPP", what, f"den første står i {earlier.place}", next_step)
            return
        what = f"{label} har ingen verdi for {_span(last + 1, first - 1)}"
        why = "hver måned må ha en verdi, eller stå som ukjent"
        self.faults.add(place, "SATS-HULL", what, why, "legg til månedene")

    def _grant_years(self, rows: Mapping[str | None, list[Quantity]]) -> dict[str | None, set[int]]:
        """From its first month on, a rate has a value for every month of every grant year. Gives the months told of by variant."""
        told: dict[str | None, set[int]] = {}
        for one in self.scheme.sets:
            if one.grant_year is None or one.grant_year.months.first is None or one.grant_year.months.last is None:
                continue
            start, end = one.grant_year.months.first, one.grant_year.months.last
            missing: dict[tuple[int, int], list[str | None]] = {}
            for variant, quantities in rows.items():
                first = quantities[0].months.first or 0
                months = [
                    month
                    for month in range(max(start, first), end + 1)
                    if not any(row.months.holds(Month(month)) for row in quantities)
                ]
                if months:
                    missing.setdefault((months[0], months[-1]), []).append(variant)
                    told.setdefault(variant, set()).update(months)
            for (low, high), variants in missing.items():
                what = f"{self._label(None, variants)} mangler verdi for {_span(low, high)}"
                why = f"månedene hører til tilskuddsåret {one.grant_year.year}"
                next_step = "legg inn verdien, eller skriv «ukjent» og hva som er undersøkt"
                self.faults.add(one.at("tilskuddsår"), "SATS-HULL", what, why, next_step)
        return told

    def _years(self, known: set[str]) -> None:
        """A table by grant year has a row for each year from its first on."""
        first = min((int(key) for key in known if key.isdigit()), default=0)
        for one in self.scheme.sets:
            year = one.grant_year.year if one.grant_year is not None else 0
            if year > first and str(year) not in known:
                what = f"«{self.name}» mangler verdi for tilskuddsåret {year}"
                why = "uten verdi kan ikke søknader for det året vurderes"
                next_step = f"legg til en linje med «for: {year}» under «{self.name}», med verdien eller «ukjent»"
                self.faults.add(one.at("tilskuddsår"), "TABELL-HULL", what, why, next_step)


def _span(first: int, last: int) -> str:
    months = [month_text(Month(month)) for month in sorted({first, last})]
    return " til ".join(months)
