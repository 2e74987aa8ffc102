"""An application file as typed facts, each checked, with the path it has in the file."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.case.sheet_application import sheet_application
from engine.case.stated import Application, Doctor, Facts, Period, Stated, digest, read_stated
from engine.language import schema_check
from engine.language.application_schema import application_schema, bounds_in_words
from engine.language.rulebook import Rulebook
from engine.language.vocabulary import Fact
from engine.ruleset.selection import infer_scheme
from engine.text import literal, yaml
from engine.text.fault import FaultList
from engine.text.node import Mapping as MappingNode
from engine.text.node import Node, Scalar, Sequence, plain
from engine.text.norsk import date_text, list_text, quoted
from engine.text.place import Place
from engine.text.suggest import did_you_mean
from engine.text.workbook import is_workbook, read_workbook, workbook


def read_application(path: Path, book: Rulebook) -> Application:
    """The application in a YAML, JSON or Excel file. Raises `Faults` with everything that is wrong with it."""
    if is_workbook(path):
        return application(sheet_application(read_workbook(path, str(path)), book.vocabulary, str(path)), book)
    return application(yaml.read_path(path, str(path)), book)


def workbook_application(content: bytes, file: str, book: Rulebook) -> Application:
    """The application in the bytes of an Excel workbook that is called `file`. Raises `Faults`."""
    return application(sheet_application(workbook(content, file), book.vocabulary, file), book)


def application(node: Node, book: Rulebook) -> Application:
    """The application in a node. Raises `Faults`."""
    faults = FaultList()
    scheme = _scheme(node, book, faults)
    faults.raise_if_any()
    schema_check.check(node, schema_check.validator(_schema(book, scheme)), faults)
    reader = _Reader(book, scheme, faults)
    assert isinstance(node, MappingNode)
    read = reader.application(node)
    if "ordning" not in _top(node).entries and any(fault.code == schema_check.UNKNOWN for fault in faults):
        _tell_of_the_scheme(_top(node), scheme, book, faults)
    faults.raise_if_any()
    return read


def _schema(book: Rulebook, scheme: str) -> dict[str, Any]:
    key = ("søknadsskjema", scheme)
    if key not in book.compiled:
        book.compiled[key] = application_schema(book.vocabulary, scheme)
    schema: dict[str, Any] = book.compiled[key]
    return schema


def _scheme(node: Node, book: Rulebook, faults: FaultList) -> str:
    """The scheme named, or the one whose rule sets cover the agreement dates."""
    known = list(book.vocabulary.schemes)
    top = node.entries.get("søknad") if isinstance(node, MappingNode) else None
    if not isinstance(node, MappingNode) or not isinstance(top, MappingNode):
        place = top.place if top is not None else node.place
        faults.add(
            place,
            "SØKNAD",
            "filen inneholder ingen søknad",
            "en søknad står under «søknad:»",
            "lag en mal med «alis ny-søknad»",
        )
        return ""
    stated = top.entries.get("ordning")
    if isinstance(stated, Scalar):
        if stated.text not in known:
            hint = did_you_mean(stated.text, known)
            what = f"ordningen {quoted(stated.text)} finnes ikke" + ("," + hint if hint else "")
            faults.add(stated.place, "ORDNING", what, f"ordningene er {list_text(known)}", "rett navnet")
        elif stated.text not in book.schemes:
            what = f"ordningen «{stated.text}» har ingen regelsett"
            faults.add(
                stated.place, "ORDNING", what, "reglene som er lest, dekker den ikke", "kontroller mappen med regler"
            )
        return stated.text
    found = infer_scheme(book, _agreement_dates(node, book))
    if len(found) != 1:
        what = (
            "søknaden sier ikke hvilken ordning den gjelder"
            if not found
            else f"avtaledatoene passer til {list_text(sorted(found))}"
        )
        faults.add(
            top.place,
            "ORDNING",
            what,
            "uten «ordning» må avtaledatoene peke på én ordning",
            f"skriv «ordning:» med {list_text(known, 'eller')}",
        )
    return next(iter(found), "")


def _top(node: MappingNode) -> MappingNode:
    top = node.entries["søknad"]
    assert isinstance(top, MappingNode)
    return top


def _tell_of_the_scheme(top: MappingNode, scheme: str, book: Rulebook, faults: FaultList) -> None:
    """Unknown facts may all come of a scheme that was never stated: one mistyped agreement date points to another."""
    faults.add(
        top.place,
        "ORDNING",
        f"søknaden er lest som en søknad om «{scheme}», fordi avtaledatoene peker dit",
        "den sier ikke selv hvilken ordning den gjelder",
        f"gjelder den en annen, skriv «ordning:» med {list_text(list(book.vocabulary.schemes), 'eller')}",
    )


def _agreement_dates(node: MappingNode, book: Rulebook) -> list[date]:
    doctors = node.entries.get("leger")
    found = []
    for doctor in doctors.items if isinstance(doctors, Sequence) else ():
        value = doctor.entries.get(book.vocabulary.agreement_date) if isinstance(doctor, MappingNode) else None
        if isinstance(value, Scalar):
            try:
                found.append(literal.date(value.text))
            except ValueError:
                continue
    return found


class _Reader:
    """Reads what the schema has been through. What it refused has its fault, and is passed over, so that the rest is checked too."""

    def __init__(self, book: Rulebook, scheme: str, faults: FaultList) -> None:
        self.book = book
        self.scheme = scheme
        self.faults = faults
        self.refused = frozenset(fault.place for fault in faults)

    def application(self, node: MappingNode) -> Application:
        top = _top(node)
        facts, lists = self._facts(top, "søknad")
        doctors = self._doctors(node.entries.get("leger"))
        description = node.entries.get("beskrivelse")
        return Application(
            id=_text(top, "id"),
            scheme=self.scheme,
            facts=facts,
            lists=lists,
            doctors=doctors,
            file=node.place.file,
            description=description.text if isinstance(description, Scalar) else "",
            provenance=_provenance(node.entries.get("kilde")),
            expected=node.entries.get("forventet"),
            digest=digest(self.scheme, _text(top, "id"), facts, lists, doctors),
        )

    def _doctors(self, node: Node | None) -> tuple[Doctor, ...]:
        found: list[Doctor] = []
        places: dict[str, Place] = {}
        for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
            if not isinstance(item, MappingNode):
                continue
            id = _text(item, "id")
            if id and id in places:
                self.faults.add(
                    item.entries["id"].place,
                    "LEGE-DUPLIKAT",
                    f"legen «{id}» står to ganger",
                    f"den første står på {places[id].row_words}",
                    "slå dem sammen, eller gi dem hver sin id",
                )
            if id:
                places.setdefault(id, item.entries["id"].place)
            facts, lists = self._facts(item, "lege")
            path = f"leger[{index}]"
            found.append(Doctor(id, facts, lists, self._periods(item.entries.get("perioder"), path), path))
        return tuple(found)

    def _periods(self, node: Node | None, path: str) -> tuple[Period, ...]:
        found: list[tuple[Period, Place]] = []
        for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
            if not isinstance(item, MappingNode):
                continue
            facts, _ = self._facts(item, "periode")
            first, last = facts.get("fra"), facts.get("til")
            if not isinstance(first, date) or not isinstance(last, date):
                continue
            if first > last:
                what = f"perioden slutter {date_text(last)}, før den starter {date_text(first)}"
                self.faults.add(
                    item.place,
                    "PERIODE-REKKEFØLGE",
                    what,
                    "«til» kan ikke være før «fra»",
                    "bytt om eller rett datoene",
                )
                continue
            found.append((Period(first, last, facts, f"{path}.perioder[{index}]"), item.place))
        found.sort(key=lambda pair: pair[0].first)
        for (earlier, _), (later, place) in pairwise(found):
            if later.first <= earlier.last:
                self.faults.add(
                    place,
                    "PERIODE-OVERLAPP",
                    f"perioden fra {date_text(later.first)} overlapper perioden {date_text(earlier.first)}–{date_text(earlier.last)}",
                    "periodene til en lege kan ikke overlappe",
                    "rett datoene, eller slå sammen periodene",
                )
        return tuple(period for period, _ in found)

    def _facts(self, node: MappingNode, level: str) -> tuple[dict[str, Stated], dict[str, tuple[Facts, ...]]]:
        facts: dict[str, Stated] = {}
        lists: dict[str, tuple[Facts, ...]] = {}
        for fact in self.book.vocabulary.facts_of(self.scheme, level):
            value = node.entries.get(fact.name)
            if value is None:
                continue
            if fact.kind == "liste":
                rows = value.items if isinstance(value, Sequence) else ()
                lists[fact.name] = tuple(self._row(item, fact) for item in rows if isinstance(item, MappingNode))
            elif (stated := self._stated(fact, value)) is not None:
                facts[fact.name] = stated
        return facts, lists

    def _row(self, node: MappingNode, fact: Fact) -> Facts:
        found = {}
        for name, field_ in fact.fields.items():
            if name in node.entries and (stated := self._stated(field_, node.entries[name])) is not None:
                found[name] = stated
        return found

    def _stated(self, fact: Fact, node: Node) -> Stated | None:
        if node.place in self.refused:
            return None
        if isinstance(node, Sequence):
            return frozenset(str(choice) for choice in plain(node))
        if not isinstance(node, Scalar):
            return None
        try:
            value = read_stated(fact, node.text)
        except ValueError as error:
            self.faults.add(
                node.place, "VERDI", f"{quoted(node.text)} kan ikke leses i «{fact.name}»", str(error), "rett verdien"
            )
            return None
        if isinstance(value, int | Fraction) and fact.kind in ("heltall", "desimal") and not _within(fact, value):
            what = f"{quoted(node.text)} er ikke mulig for «{fact.name}»"
            self.faults.add(node.place, "VERDI-GRENSE", what, f"tallet må være{bounds_in_words(fact)}", "rett tallet")
            return None
        return value


def _within(fact: Fact, value: int | Fraction) -> bool:
    return (
        (fact.at_least is None or value >= fact.at_least)
        and (fact.above is None or value > fact.above)
        and (fact.at_most is None or value <= fact.at_most)
    )


def _text(node: MappingNode, key: str) -> str:
    value = node.entries.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _provenance(node: Node | None) -> tuple[tuple[str, str], ...]:
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(
        (kind, value.text)
        for item in items
        if isinstance(item, MappingNode)
        for kind, value in item.entries.items()
        if isinstance(value, Scalar)
    )


__all__ = ["Application", "application", "read_application"]
