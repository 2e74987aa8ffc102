"""A folder of applications in YAML or JSON, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch.folder import REJECTED
from engine.batch.folder_out import TableWriter, whole_folder
from engine.batch.row import TooExact, rows_of
from engine.batch.schema import arrow_schema, tables
from engine.case.application import read_application
from engine.case.stated import Application
from engine.language.rulebook import Rulebook
from engine.text.fault import Fault, Faults
from engine.text.place import Place

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many files there were, and how many of them became rows; the rest are in `avvist`."""

    files: int
    converted: int

    @property
    def rejected(self) -> int:
        return self.files - self.converted


def convert(paths: Iterable[Path], target: Path, book: Rulebook, format: str) -> Conversion:
    """Write the applications of some files as tables in a new folder, and `avvist` with what was wrong with the others.

    `format` is `parquet` or `csv`. An application whose id an earlier one has is refused. Raises `Faults` for the folder.
    """
    schema = tables(book.vocabulary)
    files = converted = 0
    first: dict[str, Path] = {}
    with whole_folder(target) as folder, ExitStack() as open_files:
        writers = {
            name: TableWriter(folder, name, arrow_schema(table), format, open_files) for name, table in schema.items()
        }
        rejected = TableWriter(folder, REJECTED, _rejected_schema(), format, open_files)
        for path in paths:
            files += 1
            try:
                application = _read(path, book, first)
                rows = list(rows_of(application, schema))
            except Faults as faults:
                for fault in faults:
                    rejected.write(_rejection(fault))
                continue
            except TooExact as number:
                rejected.write(_rejection(_too_exact(path, number)))
                continue
            first[application.id] = path
            converted += 1
            for name, row in rows:
                writers[name].write(row)
    return Conversion(files, converted)


def _read(path: Path, book: Rulebook, first: dict[str, Path]) -> Application:
    application = read_application(path, book)
    if application.id in first:
        what = f"søknaden «{application.id}» står også i {first[application.id]}"
        why, next_step = "hver søknad skal ha sin egen id", "gi dem hver sin id"
        raise Faults([Fault(Place(str(path), 1, 1), "SØKNAD-DUPLIKAT", what, why, next_step)])
    return application


def _too_exact(path: Path, number: TooExact) -> Fault:
    what = f"«{number.number}» får ikke plass i kolonnen «{number.column.name}»"
    why = f"kolonnen tar høyst {number.column.scale} desimaler, og ingenting avrundes"
    next_step = "rett tallet, eller vurder søknaden for seg med «alis vurder»"
    return Fault(Place(str(path), 1, 1), "VERDI-DESIMALER", what, why, next_step)


def _rejected_schema() -> pa.Schema:
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    return pa.schema([("fil", text), ("linje", number), ("kolonne", number), ("kode", text), ("grunn", text)])


def _rejection(fault: Fault) -> dict[str, str | int]:
    return {
        "fil": fault.place.file,
        "linje": fault.place.line,
        "kolonne": fault.place.column,
        "kode": fault.code,
        "grunn": f"{fault.what} – {fault.why} – {fault.next_step}",
    }
