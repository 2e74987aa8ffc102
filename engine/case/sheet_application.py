"""An application in an Excel workbook, as the node a YAML file with the same answers would have given.

Each answer keeps the place of its cell, so that everything that is checked afterwards is told as `fil:ark!celle`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.language.sheet_layout import (
    ANSWER,
    APPLICATION,
    CHOICES,
    DOCTOR,
    DOCTORS,
    FACT,
    HELP,
    ID,
    MANY,
    NONE_OF_THEM,
    PERIODS,
    sheet_name,
)
from engine.language.vocabulary import Fact, Vocabulary
from engine.text.cell import scalar
from engine.text.fault import Fault, FaultList, Faults
from engine.text.node import Mapping as MappingNode
from engine.text.node import Node, Scalar, Sequence
from engine.text.norsk import list_text, quoted
from engine.text.place import Place
from engine.text.suggest import did_you_mean
from engine.text.workbook import Cell, Sheet

#: how far down the names of the columns may stand
_HEADINGS_WITHIN = 10

_MAKE = "lag en ny mal med «alis ny-søknad ORDNING --excel FIL»"


def sheet_application(sheets: Mapping[str, Sheet], vocabulary: Vocabulary, file: str) -> Node:
    """The application in a workbook's sheets. Raises `Faults` with everything that keeps a cell from being read."""
    reader = _Reader(sheets, vocabulary, file)
    node = reader.application()
    reader.faults.raise_if_any()
    return node


@dataclass(frozen=True, slots=True)
class _Row:
    """One row's answers by column name, and where the row begins."""

    entries: dict[str, Scalar]
    keys: dict[str, Place]
    place: Place

    def node(self, *without: str) -> MappingNode:
        entries: dict[str, Node] = {name: value for name, value in self.entries.items() if name not in without}
        return MappingNode(entries, {name: self.keys[name] for name in entries}, self.place)


class _Reader:
    def __init__(self, sheets: Mapping[str, Sheet], vocabulary: Vocabulary, file: str) -> None:
        self.sheets = sheets
        self.facts = vocabulary.facts
        self.many = {sheet_name(fact): fact for fact in vocabulary.facts.values() if fact.kind in MANY}
        self.file = file
        self.faults = FaultList()

    def application(self) -> Node:
        self._known_sheets()
        top = self._form()
        doctors = {} if DOCTORS not in self.sheets else self._doctors()
        for name, fact in self.many.items():
            if name in self.sheets:
                self._many(fact, self.sheets[name], top, doctors)
        if PERIODS in self.sheets:
            self._periods(doctors)
        entries: dict[str, Node] = {APPLICATION: top}
        if doctors:
            first = next(iter(doctors.values())).place
            entries[DOCTORS] = Sequence(tuple(doctors.values()), first)
        places = {name: node.place for name, node in entries.items()}
        return MappingNode(entries, places, Place(self.file, 1, 1, APPLICATION))

    def _known_sheets(self) -> None:
        known = [APPLICATION, DOCTORS, PERIODS, *self.many, HELP, CHOICES]
        for name, sheet in self.sheets.items():
            if name not in known and sheet.rows:
                hint = did_you_mean(name, known)
                what = f"arket {quoted(name)} er ikke kjent" + ("," + hint if hint else "")
                self.faults.add(
                    sheet.place(1, 1),
                    "EXCEL-ARK",
                    what,
                    "hvert ark har sin plass i søknaden",
                    "rett navnet, eller slett arket",
                )
        if APPLICATION not in self.sheets:
            what, why = f"arket «{APPLICATION}» mangler", "der står svarene om søknaden"
            raise Faults([*self.faults, Fault(Place(self.file, 1, 1), "EXCEL-ARK", what, why, _MAKE)])

    # --- the sheet with a row a fact ----------------------------------------------------------------------------------

    def _form(self) -> MappingNode:
        sheet = self.sheets[APPLICATION]
        top, names = self._headings(sheet, FACT)
        fact_column = next((column for column, name in names.items() if name == FACT), 0)
        answer_column = next((column for column, name in names.items() if name == ANSWER), 0)
        if not answer_column:
            self.faults.add(
                sheet.place(max(top, 1), 1), "EXCEL-KOLONNE", f"kolonnen «{ANSWER}» mangler", "der står svarene", _MAKE
            )
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for number, cells in sorted(sheet.rows.items()):
            if number <= top or not answer_column:
                continue
            self._outside(cells, names)
            value = self._read(
                cells.get(answer_column), None if fact_column not in cells else str(cells[fact_column].value).strip()
            )
            if value is None:
                continue
            named = self._read(cells.get(fact_column), None)
            if named is None:
                what, why = "svaret står på en rad uten navn på feltet", f"kolonnen «{FACT}» sier hva det er svar på"
                self.faults.add(value.place, "EXCEL-RAD", what, why, "skriv navnet på feltet, eller slett svaret")
            elif named.text in entries:
                why = f"det første står på {keys[named.text].row_words}"
                self.faults.add(
                    named.place, "EXCEL-DUPLIKAT", f"feltet «{named.text}» står to ganger", why, "slett den ene raden"
                )
            else:
                entries[named.text], keys[named.text] = value, named.place
        return MappingNode(entries, keys, sheet.place(max(top, 1), 1))

    # --- sheets with a row a thing ------------------------------------------------------------------------------------

    def _doctors(self) -> dict[str, MappingNode]:
        """The doctors by id. One that stands twice gets a name of its own here, and is told of by the loader."""
        found: dict[str, MappingNode] = {}
        for number, row in enumerate(self._rows(self.sheets[DOCTORS], ID)):
            id = row.entries[ID].text if ID in row.entries else ""
            found[id if id and id not in found else f"\0{number}"] = row.node()
        return found

    def _periods(self, doctors: dict[str, MappingNode]) -> None:
        gathered: dict[str, list[MappingNode]] = {}
        for row in self._rows(self.sheets[PERIODS], DOCTOR):
            whose = self._whose(row, doctors)
            if whose is not None:
                gathered.setdefault(whose, []).append(row.node(DOCTOR))
        for whose, periods in gathered.items():
            _add(doctors[whose], PERIODS, Sequence(tuple(periods), periods[0].place))

    def _many(self, fact: Fact, sheet: Sheet, top: MappingNode, doctors: dict[str, MappingNode]) -> None:
        """The lines of a list, or several answers, of the application or of each doctor."""
        of_doctor = fact.level != "søknad"
        key = DOCTOR if of_doctor else next(iter(fact.fields), ANSWER)
        gathered: dict[str | None, list[_Row]] = {}
        for row in self._rows(sheet, key, fact):
            whose = self._whose(row, doctors) if of_doctor else None
            if whose is not None or not of_doctor:
                gathered.setdefault(whose, []).append(row)
        for whose, rows in gathered.items():
            node = self._list(fact, rows)
            if node is not None:
                _add(top if whose is None else doctors[whose], fact.name, node)

    def _list(self, fact: Fact, rows: list[_Row]) -> Node | None:
        if fact.kind == "liste":
            return Sequence(tuple(row.node(DOCTOR) for row in rows), rows[0].place)
        answers = [row.entries[ANSWER] for row in rows if ANSWER in row.entries]
        none = [one for one in answers if one.text == NONE_OF_THEM]
        if none and len(answers) > 1:
            why = "da kan det ikke stå andre svar"
            self.faults.add(
                none[0].place, "EXCEL-RAD", f"et av svarene er «{NONE_OF_THEM}»", why, "slett det som ikke stemmer"
            )
        return Sequence(() if none else tuple(answers), rows[0].place) if answers else None

    def _whose(self, row: _Row, doctors: Mapping[str, MappingNode]) -> str | None:
        """The doctor that a row is about, when there is one of that name."""
        named = row.entries.get(DOCTOR)
        known = [id for id in doctors if not id.startswith("\0")]
        if named is None:
            what, why = "raden sier ikke hvilken lege den gjelder", f"kolonnen «{DOCTOR}» er tom"
            self.faults.add(row.place, "EXCEL-LEGE", what, why, f"skriv navnet fra arket «{DOCTORS}»")
        elif named.text not in doctors:
            hint = did_you_mean(named.text, known)
            what = f"legen {quoted(named.text)} står ikke i arket «{DOCTORS}»" + ("," + hint if hint else "")
            why = f"legene der er {list_text(known)}" if known else "det arket har ingen leger"
            self.faults.add(named.place, "EXCEL-LEGE", what, why, "rett navnet, eller legg til legen")
        else:
            return named.text
        return None

    def _rows(self, sheet: Sheet, key: str, of: Fact | None = None) -> Iterator[_Row]:
        """The rows below the headings that have an answer."""
        top, names = self._headings(sheet, key)
        keys = {name: sheet.place(top, column) for column, name in names.items()}
        for number, cells in sorted(sheet.rows.items()):
            if number <= top or not names:
                continue
            self._outside(cells, names)
            entries = {}
            for column, name in names.items():
                value = self._read(cells.get(column), name, of)
                if value is not None:
                    entries[name] = value
            if entries:
                yield _Row(entries, keys, sheet.place(number, min(names)))

    def _headings(self, sheet: Sheet, key: str) -> tuple[int, dict[int, str]]:
        """The row with the names of the columns, which has `key` among them, and the name of each column."""
        for number, cells in sorted(sheet.rows.items()):
            texts = {column: str(cell.value).strip() for column, cell in cells.items() if cell.kind == "text"}
            if number > _HEADINGS_WITHIN or key not in texts.values():
                continue
            for column, name in texts.items():
                first = next(other for other, same in texts.items() if same == name)
                if first != column:
                    why = f"den første er i {sheet.place(number, first)}"
                    self.faults.add(
                        cells[column].place, "EXCEL-DUPLIKAT", f"kolonnen «{name}» står to ganger", why, "slett den ene"
                    )
            return number, texts
        if sheet.rows:
            what, why = f"arket «{sheet.name}» har ingen kolonne «{key}»", "navnene på kolonnene skal stå over svarene"
            self.faults.add(sheet.place(1, 1), "EXCEL-KOLONNE", what, why, _MAKE)
        return 0, {}

    def _outside(self, cells: Mapping[int, Cell], names: Mapping[int, str]) -> None:
        for column, cell in cells.items():
            if column not in names and str(cell.value).strip():
                what, why = "cellen står i en kolonne uten navn", "det er uklart hva den er svar på"
                self.faults.add(
                    cell.place, "EXCEL-KOLONNE", what, why, "flytt svaret til riktig kolonne, eller slett det"
                )

    def _read(self, cell: Cell | None, name: str | None, of: Fact | None = None) -> Scalar | None:
        """A cell by what its column is; what cannot be read is a fault and reads as nothing."""
        if cell is None:
            return None
        fact = None
        if name is not None:
            fact = of.fields.get(name) if of is not None and name in of.fields else self.facts.get(name)
        try:
            return scalar(cell, _wanted(fact), fact.pattern if fact is not None else None)
        except Faults as faults:
            self.faults.extend(faults)
            return None


def _add(node: MappingNode, name: str, value: Node) -> None:
    if name not in node.entries:
        node.entries[name], node.keys[name] = value, value.place


def _wanted(fact: Fact | None) -> str:
    """What a fact's cell shall hold, as `scalar` calls it."""
    if fact is None:
        return "tekst"
    if fact.kind in ("heltall", "desimal"):
        return "prosent" if fact.unit.is_percent else "tall"
    return fact.kind if fact.kind in ("dato", "tidspunkt", "måned", "ja_nei") else "tekst"
