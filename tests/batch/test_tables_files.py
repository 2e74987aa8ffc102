"""What is wrong with a whole file is told at its place, and nothing is read."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from application_builder import doctor, national, period
from table_files import kept_ids, read, rejections, table_rows, write_tables

from engine.language.rulebook import Rulebook
from engine.text.fault import Faults


def faults(folder: Path, book: Rulebook) -> list[str]:
    """What is told, without the folder's name."""
    with pytest.raises(Faults) as told:
        read(folder, book)
    return [str(fault).replace(f"{folder}/", "") for fault in told.value]


@pytest.fixture(params=["csv", "parquet"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    case = national(2024, doctor(period("2024-01-01", "2024-03-31")))
    return write_tables(tmp_path / "inn", table_rows([case]), request.param)


def rewrite(folder: Path, name: str, renamed: dict[str, str]) -> str:
    """Rename columns of a table; an empty name takes the column away. Gives the file's name."""
    path = next(folder.glob(f"{name}.*"))
    if path.suffix == ".csv":
        header, _, rest = path.read_text(encoding="utf-8").partition("\n")
        names = [renamed.get(one, one) for one in header.strip().split(";")]
        path.write_text("\n".join([";".join(one for one in names), rest]), encoding="utf-8")
    else:
        table = pq.read_table(path)
        pq.write_table(table.rename_columns([renamed.get(one, one) for one in table.column_names]), path)
    return path.name


def test_whole(folder: Path, book: Rulebook) -> None:
    (folder / "LES-MEG.md").write_text("…", encoding="utf-8")
    (folder / "avvist.csv").write_text("tabell\n", encoding="utf-8")
    _, connection = read(folder, book)
    assert kept_ids(connection) == {"sak-1"}


def test_no_folder(tmp_path: Path, book: Rulebook) -> None:
    with pytest.raises(Faults, match="MAPPE-MANGLER"):
        read(tmp_path / "borte", book)


@pytest.mark.parametrize("name", ["søknader", "leger", "perioder"])
def test_a_table_that_is_missing(name: str, folder: Path, book: Rulebook) -> None:
    next(folder.glob(f"{name}.*")).unlink()
    assert faults(folder, book)[0].startswith(f"{name}:1:1: FIL-MANGLER: tabellen «{name}» finnes ikke – ")


def test_a_table_that_is_there_twice(folder: Path, book: Rulebook) -> None:
    (folder / "leger.csv").write_text("søknad;id\n", encoding="utf-8")
    (folder / "leger.parquet").write_text("", encoding="utf-8")
    assert any("TABELL-DOBBEL: tabellen «leger» finnes både som csv og parquet" in one for one in faults(folder, book))


def test_a_misspelt_table(folder: Path, book: Rulebook) -> None:
    (folder / "perodier.csv").write_text("søknad\n", encoding="utf-8")
    assert (
        "perodier.csv:1:1: TABELL-UKJENT: «perodier» er ikke en tabell i en søknad, mente du «perioder»?"
        in faults(folder, book)[0]
    )


def test_unknown_and_missing_columns(folder: Path, book: Rulebook) -> None:
    name = rewrite(folder, "perioder", {"fra": "Fra", "stilling": "stiling"})
    told = faults(folder, book)
    assert [one.split(" – ")[0] for one in told] == [
        f"{name}:1:1: SKJEMA-MANGLER: kolonnen «fra» mangler i tabellen «perioder»",
        f"{name}:1:1: SKJEMA-UKJENT: kolonnen «Fra» er ikke kjent i tabellen «perioder», mente du «fra»?",
        f"{name}:1:1: SKJEMA-UKJENT: kolonnen «stiling» er ikke kjent i tabellen «perioder», mente du «stilling»?",
    ]


def test_a_column_twice(folder: Path, book: Rulebook) -> None:
    name = rewrite(folder, "perioder", {"stilling": "til"})
    assert [one.split(" – ")[0] for one in faults(folder, book)] == [
        f"{name}:1:1: KOLONNE-DUPLIKAT: kolonnen «til» står flere ganger"
    ]


def test_all_files_are_told_of_at_once(folder: Path, book: Rulebook) -> None:
    rewrite(folder, "søknader", {"mottatt": "motatt"})
    rewrite(folder, "leger", {"mal_brukt": "mal"})
    assert len(faults(folder, book)) == 2


@pytest.mark.parametrize("content", [b"", b"PAR1", b"id;ordning\n"])
def test_what_is_not_parquet(content: bytes, tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "søknader.parquet").write_bytes(content)
    assert faults(tmp_path, book)[0].startswith("søknader.parquet:1:1: TABELL-LES: filen kan ikke leses som Parquet")


def test_damaged_parquet(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "søknader.parquet"
    pq.write_table(pa.table({"id": [f"id-{number}" for number in range(1000)]}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes(200) + whole[240:])
    assert faults(tmp_path, book)[0].startswith("søknader.parquet:1:1: TABELL-LES")


def test_parquet_whose_text_is_not_utf8(tmp_path: Path, book: Rulebook) -> None:
    text = pa.array([b"\xe5"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"id": text}), tmp_path / "søknader.parquet")
    assert faults(tmp_path, book)[0].startswith("søknader.parquet:1:1: TABELL-LES")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("mottatt", pa.array([True])),
        ("mottatt", pa.array([0], pa.time64("us"))),
        ("tilskuddsår", pa.array([True])),
        ("id", pa.array([b"x"], pa.binary())),
        ("søkertype", pa.array([["kommune"]])),
        ("kommunenummer", pa.array([301.0])),
    ],
)
def test_a_column_of_a_type_that_cannot_hold_it(column: str, values: pa.Array, tmp_path: Path, book: Rulebook) -> None:
    pq.write_table(pa.table({"id": ["x"]} | {column: values}), tmp_path / "søknader.parquet")
    assert f"SKJEMA-TYPE: kolonnen «{column}» har typen" in faults(tmp_path, book)[0]


CSV = [
    (b"", "1:1: TABELL-TOM"),
    (b"\xff\xfei\0d\0", "1:1: TABELL-KODING: filen er lagret som UTF-16"),
    ("id;ordning\na;b\nå;c\n".encode("cp1252"), "3:1: TABELL-KODING: byten 0xE5 er ikke gyldig UTF-8 – filen er trolig lagret som Windows-1252"),
    ("id;søkertype\na;b\n".encode("cp1252"), "1:5: TABELL-KODING"),
    (b"id\tordning\na\tb\n", "1:1: TABELL-SKILLETEGN"),
    (b"id;ordning\na;b;c\n", "2:1: TABELL-RAD: raden har 3 celler – den første linjen har 2 kolonner"),
    (b"id;ordning\na;b\nc\n", "3:1: TABELL-RAD: raden har 1 celler – den første linjen har 2 kolonner"),
    (b'id;ordning\na;"b\n', "2:1: TABELL-RAD: et anførselstegn er ikke avsluttet"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "told"), CSV)
def test_broken_csv(content: bytes, told: str, tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "søknader.csv").write_bytes(content)
    assert faults(tmp_path, book)[0].startswith(f"søknader.csv:{told}")


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_names_with_odd_signs(format: str, tmp_path: Path, book: Rulebook) -> None:
    """A folder's name is never a pattern that takes in another folder's tables."""
    for name, other in (("it's [a]", "it's a"), ("b*", "bc"), ("d?", "de")):
        for id, folder in (("rett", name), ("feil", other)):
            case = national(2024, doctor(period("2024-01-01", "2024-03-31")), id=id)
            write_tables(tmp_path / folder, table_rows([case]), format)
        _, connection = read(tmp_path / name, book)
        assert kept_ids(connection) == {"rett"}


def parts(folder: Path, name: str, sizes: list[int]) -> Path:
    """Cut a Parquet table into a folder of parts with so many rows each, as other programs write it."""
    table = pq.read_table(folder / f"{name}.parquet")
    (folder / f"{name}.parquet").unlink()
    target = folder / name
    target.mkdir()
    (target / "_SUCCESS").touch()
    (target / "_metadata.parquet").write_bytes(b"not a part")
    start = 0
    for number, size in enumerate(sizes):
        pq.write_table(table.slice(start, size), target / f"part-{number:03}.parquet")
        start += size
    return target


def test_a_table_in_parts(tmp_path: Path, book: Rulebook) -> None:
    """Rows are numbered through the parts, and columns that a part lacks are empty in it."""
    cases = [national(2024, doctor(period("2024-01-01", "2024-03-31")), id=f"s{number}") for number in range(5)]
    cases[3]["søknad"]["søkertype"] = "komune"
    folder = write_tables(tmp_path / "inn", table_rows(cases), "parquet")
    target = parts(folder, "søknader", [2, 0, 2, 1])
    last = target / "part-003.parquet"
    pq.write_table(pq.read_table(last).drop_columns(["sentralitetsklasse"]), last)
    target.rename(folder / "søknader.parquet")
    parts(folder, "perioder", [5])
    _, connection = read(folder, book)
    assert rejections(connection) == [("søknader", 4, "søkertype", "SKJEMA-VALG", "s3")]
    assert kept_ids(connection) == {"s0", "s1", "s2", "s4"}
    found = connection.execute("SELECT nr, id, sentralitetsklasse FROM inn_søknader ORDER BY nr").fetchall()
    assert [(nr, id) for nr, id, _ in found] == [(1, "s0"), (2, "s1"), (3, "s2"), (5, "s4")]
    assert found[-1][2] is None and found[0][2] is not None


def test_parts_that_are_damaged_or_lacking(tmp_path: Path, book: Rulebook) -> None:
    case = national(2024, doctor(period("2024-01-01", "2024-03-31")))
    folder = write_tables(tmp_path / "inn", table_rows([case]), "parquet")
    parts(folder, "søknader", [1]).joinpath("part-001.parquet").write_bytes(b"PAR1")
    (folder / "fravær.parquet").unlink()
    (folder / "fravær.parquet").mkdir()
    told = faults(folder, book)
    assert [one.split(": ")[0] + " " + one.split(": ")[1] for one in told] == [
        "fravær.parquet:1:1 TABELL-LES", "søknader/part-001.parquet:1:1 TABELL-LES",
    ]  # fmt: skip


@pytest.mark.parametrize("old_kind", [False, True])
def test_moments_with_a_time_zone_are_read_as_wall_time(old_kind: bool, tmp_path: Path, book: Rulebook) -> None:
    case = national(2024, doctor(period("2024-01-01", "2024-03-31")))
    folder = write_tables(tmp_path / "inn", table_rows([case] * 1), "parquet")
    path = folder / "søknader.parquet"
    table = pq.read_table(path)
    place = table.schema.get_field_index("mottatt")
    summer = pa.array([datetime(2024, 6, 30, 22, 30)], pa.timestamp("us", None if old_kind else "UTC"))
    pq.write_table(table.set_column(place, "mottatt", summer), path, use_deprecated_int96_timestamps=old_kind)
    _, connection = read(folder, book)
    assert connection.execute("SELECT mottatt FROM inn_søknader").fetchall() == [(datetime(2024, 7, 1, 0, 30),)]
