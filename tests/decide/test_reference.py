"""The two schemes with doctors once more, written day by day straight from the sources and the written interpretations.

Slow, plain and blind to the rules in YAML: every day of every month is looked at by itself. Random complete applications must come
out the same here and from the engine.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from application_builder import Json, decided
from hypothesis import given, settings
from random_applications import guided_applications, national_applications

from engine.decide.decide import evaluators
from engine.language.rulebook import Rulebook

ONE_DAY = timedelta(days=1)
COMMERCIAL = ("vikarbyrå", "kommersiell arbeidsgiver", "kommersiell kontordrift")
WINDOWS = {
    2022: ("2022-01", "2022-09"),
    2023: ("2022-10", "2023-08"),
    2024: ("2023-09", "2024-08"),
    2025: ("2024-09", "2025-05"),
}
DEADLINES = {2022: date(2022, 10, 1), 2023: date(2023, 9, 1), 2025: date(2025, 8, 31)}
ORDER = ("nei", "skjønn", "ja")


def number(value: Any) -> Fraction:
    return Fraction(str(value).replace(",", "."))


def day(text: str) -> date:
    return date.fromisoformat(text)


def days_of(month: str) -> Iterator[date]:
    year, index = map(int, month.split("-"))
    for one in range(1, monthrange(year, index)[1] + 1):
        yield date(year, index, one)


def rounded(amount: Fraction) -> int:
    """Half up."""
    return int(amount + Fraction(1, 2))


def months_with_days(periods: list[Json]) -> list[str]:
    found = set()
    for one in periods:
        now = day(one["fra"])
        while now <= day(one["til"]):
            found.add(f"{now:%Y-%m}")
            now += ONE_DAY
    return sorted(found)


def summed_up(statuses: list[str]) -> str:
    """A38."""
    if not statuses:
        return "avslag"
    if "skjønn" in statuses:
        return "til skjønn"
    if set(statuses) == {"ja"}:
        return "innvilget"
    return "avslag" if set(statuses) == {"nei"} else "delvis innvilget"


@dataclass
class Line:
    """A component of one doctor: months paid, exact kroner on known rates, and whether a rate is lacking."""

    months: int = 0
    known: Fraction = Fraction(0)
    lacking: bool = False

    def add(self, right: str, monthly: Fraction | None) -> None:
        if right in ("ja", "skjønn") and monthly is None:
            self.lacking = True
        if right == "ja":
            self.months += 1
            self.known += monthly or 0

    @property
    def told(self) -> tuple[int, str | None]:
        return self.months, None if self.lacking else f"{rounded(self.known)}.00"


# --- the national scheme --------------------------------------------------------------------------------------------------


def date_to_date(first: date, last: date) -> int:
    """Whole months from one date to another, both inclusive; a day the end month lacks is the first of the month after."""
    count = 0
    while True:
        year, index = divmod(first.year * 12 + first.month - 1 + count + 1, 12)
        if first.day > monthrange(year, index + 1)[1]:
            year, index = divmod(year * 12 + index + 1, 12)
            end = date(year, index + 1, 1)
        else:
            end = date(year, index + 1, first.day)
        if end > last + ONE_DAY:
            return count
        count += 1


class NationalDoctor:
    def __init__(self, one: Json) -> None:
        self.one = one
        self.agreed = day(one["avtale_inngått"])
        self.periods = one["perioder"]
        self.ambiguous = False

    def of_day(self, now: date) -> Json | None:
        return next((one for one in self.periods if day(one["fra"]) <= now <= day(one["til"])), None)

    def signed_by(self, now: date) -> bool:
        """From the signature, or backdated by the exception of 2023 (A15)."""
        if now >= self.agreed:
            return True
        wished, contract = self.one.get("tilbakedatert_til"), self.one.get("kontrakt_med_kommunen")
        if wished is None or not date(2022, 10, 1) <= self.agreed <= date(2023, 8, 31):
            return False
        first = date(2022, 10, 1)
        return day(contract) >= first and now >= max(first, day(wished), day(contract))

    def counting(self, month: str, component: str) -> list[Json]:
        """The periods of the days that count, a period a day (A24, A28)."""
        converted = self.one.get("konvertert_til_ny_ordning")
        found = []
        for now in days_of(month):
            own = self.of_day(now)
            if own is None or (converted is not None and now < day(converted)):
                continue
            if component == "veiledning" or self.signed_by(now):
                found.append(own)
        return found

    def stay(self, own: Json) -> int:
        """Whole months of the unbroken row of locum periods around one (A17, A30)."""
        first, last = day(own["fra"]), day(own["til"])
        while (before := self.of_day(first - ONE_DAY)) is not None and before["stilling"] == "fastlegevikar":
            first = day(before["fra"])
        while (after := self.of_day(last + ONE_DAY)) is not None and after["stilling"] == "fastlegevikar":
            last = day(after["til"])
        return date_to_date(first, last)

    def free_of(self, days: list[Json], hit: Any) -> str:
        """A13, with unclear ties in doubt: no day is hit, or 22 days are not."""
        surely = sum(hit(one) is True for one in days)
        perhaps = sum(hit(one) is not False for one in days)
        if perhaps == 0 or len(days) - perhaps >= 22:
            return "ja"
        return "nei" if surely and len(days) - surely < 22 else "skjønn"

    def common(self, month: str, days: list[Json]) -> list[str]:
        """What both components ask for."""
        answers = ["ja" if self.one["spesialisering"] == "ny ordning" else "nei"]
        enough = len(list(days_of(month))) if month <= "2022-09" else 22
        answers.append("ja" if len(days) >= enough else "nei")
        if not days:
            return answers
        last = days[-1]
        if month >= "2022-10" and last["stilling"] == "fastlegevikar":
            answers.append("ja" if self.stay(last) >= 3 else "nei")
        elsewhere = number(last.get("stillingsandel_annen_kommune", 0))
        if elsewhere and number(last["stillingsandel"]) + elsewhere > 100:
            answers.append("skjønn")
        if any(one.get("annet_tilskudd") == "ja" for one in days):
            answers.append("nei")
        return answers

    def agency(self, month: str, days: list[Json]) -> str:
        """The rule of 2023 (A11)."""

        def hit(one: Json) -> bool | None:
            if one["stilling"] != "fastlegevikar":
                return False
            tie = one.get("tilknytning", "ingen")
            return None if tie == "uavklart" else tie == "vikarbyrå"

        return self.free_of(days, hit) if month >= "2022-10" else "ja"

    def commercial(self, month: str, days: list[Json]) -> str:
        """The rule of 2024 (A8, A12, A14)."""
        if self.agreed < date(2024, 4, 18) and month < "2024-09":
            return "ja"

        def hit(one: Json) -> bool | None:
            tie = one.get("tilknytning", "ingen")
            return None if tie == "uavklart" else tie in COMMERCIAL

        answer = self.free_of(days, hit)
        earlier = self.one.get("tidligere_avtale_inngått")
        if answer == "nei" and earlier is not None and day(earlier) < date(2024, 4, 18) and month < "2024-09":
            return "skjønn"
        return answer

    def alis(self, month: str) -> tuple[str, bool]:
        """The right to ALIS, and whether it was refused because of a tie."""
        days = self.counting(month, "alis")
        ties = [self.agency(month, days), self.commercial(month, days)]
        answers = [*self.common(month, days), *ties]
        if self.agreed >= date(2023, 1, 1) and self.one["mal_brukt"] != "ja":
            answers.append("nei")
        if month >= "2022-10" and self.one["tiltak_gjennomført"] != "ja":
            answers.append("nei")
        if days and days[-1]["stilling"] == "introduksjonslege" and self.one["introduksjonsavtale_godkjent"] != "ja":
            answers.append("nei")
        right = min(answers, key=ORDER.index)
        opened = right == "nei" and "nei" in ties
        if right == "nei" and not opened and "skjønn" in ties and self.one.get("subsidiær_veiledning") != "ja":
            self.ambiguous = True  # refused for another reason while a person could find a tie: A29 does not say
        return right, opened

    def supervision(self, month: str) -> str:
        days = self.counting(month, "veiledning")
        agency = self.agency(month, days)
        return min([*self.common(month, days), "skjønn" if agency == "nei" else agency], key=ORDER.index)

    def month(self, month: str) -> tuple[Json, str]:
        """The rights of a month inside the window, and its status."""
        if self.one["tilskuddstype"] == "veiledning":
            right = self.supervision(month)
            return {"veiledning": right}, right
        right, opened = self.alis(month)
        if right != "nei" or not (opened or self.one.get("subsidiær_veiledning") == "ja"):
            return {"alis": right}, right
        instead = self.supervision(month)
        return {"alis": right, "veiledning": instead}, "delvis" if instead == "ja" else instead

    def monthly(self, month: str) -> Fraction | None:
        """A month of supervision, exact kroner."""
        rate = 1140 if "2022-10" <= month <= "2023-08" else 1215 if "2023-09" <= month <= "2024-08" else None
        if rate is None:
            return None
        fraction = number(self.counting(month, "veiledning")[-1]["stillingsandel"])
        return Fraction("57.75") * Fraction("1.15") * rate / 12 * fraction / 100


def national_answer(case: Json) -> tuple[Json, bool]:
    """What the decision should say, and whether the interpretations leave something open."""
    top = case["søknad"]
    year = top["tilskuddsår"]
    deadline = DEADLINES.get(year)
    if top["søkertype"] != "kommune" or (deadline is not None and day(top["mottatt"][:10]) > deadline):
        return {"utfall": "avvist", "kjent": "0.00", "leger": [("avvist", {}, {})] * len(case["leger"])}, False
    doctors, outcomes, known, ambiguous = [], [], 0, False
    for one in case["leger"]:
        doctor = NationalDoctor(one)
        if doctor.agreed < date(2017, 3, 1):
            doctors.append(("avslag", {}, {}))
            outcomes.append("nei")
            continue
        lines = {one["tilskuddstype"]: Line()}
        months, statuses = {}, []
        first, last = WINDOWS[year]
        for month in months_with_days(doctor.periods):
            if not first <= month <= last:
                months[month] = {one["tilskuddstype"]: "nei"}
                continue
            months[month], status = doctor.month(month)
            statuses.append(status)
            for component, right in months[month].items():
                paid = right in ("ja", "skjønn") and component == "veiledning"
                lines.setdefault(component, Line()).add(right, doctor.monthly(month) if paid else None)
        outcome = summed_up(statuses)
        doctors.append((outcome, {name: line.told for name, line in lines.items()}, months))
        outcomes.append({"innvilget": "ja", "avslag": "nei", "til skjønn": "skjønn"}.get(outcome, "delvis"))
        known += sum(rounded(line.known) for line in lines.values())
        ambiguous = ambiguous or doctor.ambiguous
    return {"utfall": summed_up(outcomes), "kjent": f"{known}.00", "leger": doctors}, ambiguous


def engine_answer(case: Json, book: Rulebook) -> Json:
    decision = decided(case, book, evaluators()[:1])
    return {
        "utfall": decision["søknad"]["utfall"],
        "kjent": decision["beløp"]["kjent"],
        "leger": [
            (
                one["utfall"],
                {name: (line["måneder"], line["beløp"]) for name, line in one["komponenter"].items()},
                {month["måned"]: month["rett"] for month in one["måneder"]},
            )
            for one in decision["leger"]
        ],
    }


def completed(case: Json) -> Json:
    """With what `random_applications` may leave out even when nothing is to be missing."""
    for one in case["leger"]:
        one.setdefault("introduksjonsavtale_godkjent", "nei")
        if "tilbakedatert_til" in one:
            one.setdefault("kontrakt_med_kommunen", "2022-10-17")
    return case


@settings(max_examples=150)
@given(national_applications(0, 2, 0.12).map(completed))
def test_the_national_scheme_day_by_day(book: Rulebook, case: Json) -> None:
    expected, ambiguous = national_answer(case)
    if not ambiguous:
        assert engine_answer(case, book) == expected


# --- guided service -------------------------------------------------------------------------------------------------------


def guided_answer(case: Json) -> Json:
    top = case["søknad"]
    doctors, outcomes, known = [], [], 0
    if top["søkertype"] != "kommune" or top["altinn_rolle_delegert"] != "ja":
        return {"utfall": "avvist", "kjent": "0.00", "leger": [("avvist", {}, {})] * len(case["leger"])}
    on_hold = top["uoppgjorte_fakturaer"] == "ja"
    for one in case["leger"]:
        if day(one["avtale_inngått"]) >= date(2017, 3, 1):
            doctors.append(("avslag", {}, {}))
            outcomes.append("nei")
            continue
        refused = one["veiledning_attestert"] != "ja" or one["veileder_relasjon"] != "ingen"
        left = number(one["nødvendige_måneder"])
        line, months, statuses = Line(), {}, []
        for month in months_with_days(one["perioder"]):
            length = len(list(days_of(month)))
            earned, below, above = Fraction(0), False, False
            for now in days_of(month):
                for period in one["perioder"]:
                    if day(period["fra"]) <= now <= day(period["til"]):
                        fraction = number(period["stillingsandel"])
                        below, above = below or fraction < 60, above or fraction >= 60
                        earned += fraction / 100 / length if fraction >= 60 else 0
            credited = min(earned, left)
            published = "2019-07" <= month <= "2021-06"
            if refused or not above or left <= 0:
                right = "nei"
            elif on_hold or one["attest_vedlagt"] != "ja":
                right = "uavklart"
            else:
                right = "ja" if published else "skjønn"
            partial = right == "ja" and (below or credited < earned)
            left -= credited
            months[month] = {"veiledning": right}
            statuses.append("delvis" if partial else right)
            line.add(right, credited * 5867 if published else None)
        outcome = "mangler opplysninger" if "uavklart" in statuses else summed_up(statuses)
        doctors.append((outcome, {"veiledning": line.told}, months))
        known += rounded(line.known)
        outcomes.append(
            {"innvilget": "ja", "avslag": "nei", "til skjønn": "skjønn", "mangler opplysninger": "uavklart"}.get(
                outcome, "delvis"
            )
        )
    whole = "mangler opplysninger" if on_hold or "uavklart" in outcomes else summed_up(outcomes)
    return {"utfall": whole, "kjent": f"{known}.00", "leger": doctors}


@settings(max_examples=100)
@given(guided_applications(0, 2, 0.12))
def test_guided_service_day_by_day(book: Rulebook, case: Json) -> None:
    assert engine_answer(case, book) == guided_answer(case)


def test_the_reference_knows_the_published_sums() -> None:
    """The reference itself, against the sums worked out by hand."""
    top = {"søkertype": "kommune", "altinn_rolle_delegert": "ja", "uoppgjorte_fakturaer": "nei"}
    one = {
        "avtale_inngått": "2016-05-02",
        "veiledning_attestert": "ja",
        "attest_vedlagt": "ja",
        "veileder_relasjon": "ingen",
        "nødvendige_måneder": 12,
        "perioder": [{"fra": "2019-07-01", "til": "2020-06-30", "stillingsandel": 100}],
    }
    assert guided_answer({"søknad": top, "leger": [one]})["kjent"] == "70404.00"
    half = {
        "tilskuddstype": "veiledning",
        "avtale_inngått": "2022-10-01",
        "spesialisering": "ny ordning",
        "perioder": [{"fra": "2022-10-01", "til": "2023-08-31", "stilling": "ansatt fastlege", "stillingsandel": 50}],
    }
    top = {"tilskuddsår": 2023, "mottatt": "2023-09-01T23:59", "søkertype": "kommune"}
    assert national_answer({"søknad": top, "leger": [half]})[0]["kjent"] == "34701.00"
    assert date_to_date(date(2023, 3, 1), date(2023, 5, 31)) == 3
    assert date_to_date(date(2023, 3, 1), date(2023, 5, 30)) == 2
    assert date_to_date(date(2022, 11, 30), date(2023, 2, 28)) == 3
