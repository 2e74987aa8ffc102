"""Each thing that is refused beside its nearest good neighbour, with every word the user reads, by both parsers."""

from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.text import parser, tree
from engine.text.fault import Faults
from engine.text.yaml import read_path, read_text

PAIRS_FILE = Path(__file__).with_name("yaml_faults.txt")
TABULATOR = (
    "f.yaml:2:1: YAML-TABULATOR: linjen er rykket inn med tabulator – innrykk skrives bare med mellomrom – "
    "bytt hvert tabulatortegn med to mellomrom"
)
DYBDE = (
    "f.yaml:{}: YAML-DYBDE: innholdet er mer enn 40 nivåer dypt – så dypt går ingen søknad eller regelfil – "
    "rett innrykket, eller slett overflødige klammer"
)
STOR = (
    "f.yaml:1:1: YAML-STØRRELSE: filen er større enn 2 MB – ingen søknad eller regelfil er så stor, og større filer "
    "leses ikke – del innholdet på flere filer"
)
Pair = tuple[str | bytes, str | bytes, str]

LARGE: list[Pair] = [
    ("[" * 40 + "]" * 40, "[" * 100_000, DYBDE.format("1:41")),
    ("- " * 40 + "a", "- " * 41 + "a", DYBDE.format("1:81")),
    ("{a: " * 40 + "}" * 40, "{a: " * 100_000, DYBDE.format("1:161")),
    ("a: " + "b" * 1_999_997, "a: " + "b" * 1_999_998, STOR),
    ("ab: " + "å" * 999_998, "a: " + "å" * 999_999, STOR),
    (b"a: " + b"b" * 1_999_997, b"a: " + b"b" * 1_999_998, STOR),
]


def pairs() -> list[Pair]:
    """The pairs of the file beside this one."""
    found = []
    for block in PAIRS_FILE.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if lines:
            assert lines[0].startswith("good ") and lines[1].startswith("bad  "), block
            text = "\n".join(line.removeprefix("     ") for line in lines[2:])
            found.append((literal_eval(lines[0][5:]), literal_eval(lines[1][5:]), text))
    return found


PAIRS = pairs() + LARGE


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "libyaml" and not parser.HAS_FAST:
        pytest.skip("libyaml is not installed")
    monkeypatch.setattr(parser, "HAS_FAST", request.param == "libyaml")
    yield request.param


@pytest.mark.parametrize(
    ("good", "bad", "text"), PAIRS, ids=[f"{number}-{pair[2].split(': ')[1]}" for number, pair in enumerate(PAIRS)]
)
def test_good_and_bad(good: str | bytes, bad: str | bytes, text: str) -> None:
    read_text(good, "f.yaml")
    with pytest.raises(Faults) as caught:
        read_text(bad, "f.yaml")
    assert str(caught.value) == text


def test_more_nodes_than_the_limit(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 200_000
    if backend == "python":  # which takes seconds for so many
        most = 2_000
        monkeypatch.setattr(tree, "MOST_NODES", most)
    read_text("[" + "1,\n" * (most - 1) + "]", "f.yaml")
    with pytest.raises(Faults) as caught:
        read_text("[" + "1,\n" * most + "]", "f.yaml")
    assert str(caught.value) == (
        f"f.yaml:{most}:1: YAML-STØRRELSE: filen har mer enn {most // 1000} 000 nøkler og verdier – "
        "større filer leses ikke – del innholdet på flere filer"
    )


def test_an_alias_bomb_stops_at_a_hundred_faults() -> None:
    with pytest.raises(Faults) as caught:
        read_text("[" + "*a, " * 150_000 + "]", "f.yaml")
    assert {fault.code for fault in caught.value} == {"YAML-ALIAS"}
    assert len(caught.value.faults) == 100


def test_twenty_signs_that_are_not_text_are_told() -> None:
    with pytest.raises(Faults) as caught:
        read_text("a: " + "\x07" * 30, "f.yaml")
    assert [fault.place.column for fault in caught.value] == list(range(4, 24))


def test_tabs_between_tokens_are_for_json_alone() -> None:
    text = '{\n\t"a": 1\n}'
    read_text(text, "f.json")
    with pytest.raises(Faults) as caught:
        read_text(text, "f.yaml")
    assert str(caught.value) == TABULATOR


def test_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "søknad.yaml").write_text("a: b", encoding="utf-8")
    read_path(tmp_path / "søknad.yaml", "f.yaml")
    with pytest.raises(Faults) as near:
        read_path(tmp_path / "soknad.yaml", "f.yaml")
    with pytest.raises(Faults) as far:
        read_path(tmp_path / "noe annet", "f.yaml")
    why = "det ligger ingen fil med dette navnet i mappen"
    missing = f"f.yaml:1:1: FIL-MANGLER: filen finnes ikke – {why} – kontroller navnet"
    assert str(near.value) == missing + "; mente du «søknad.yaml»?"
    assert str(far.value) == missing


def test_a_large_file_is_refused_and_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: " + b"b" * 1_999_997)
    read_path(path, "f.yaml")
    path.write_bytes(b"a: " + b"b" * 1_999_998)
    with pytest.raises(Faults) as caught:
        read_path(path, "f.yaml")
    assert str(caught.value) == STOR


def test_a_missing_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Faults) as caught:
        read_path(Path("ingen/f.yaml"))
    assert str(caught.value) == (
        f"{Path('ingen/f.yaml')}:1:1: FIL-MANGLER: filen finnes ikke – mappen «ingen» finnes ikke – kontroller navnet"
    )


def test_a_folder_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(Faults) as caught:
        read_path(tmp_path, "f.yaml")
    assert str(caught.value) == (
        "f.yaml:1:1: FIL-LES: dette er en mappe – her leses én fil – oppgi navnet på en fil i mappen"
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PermissionError(13, "x"), "brukeren mangler tilgang – gi brukeren tilgang til filen og mappen"),
        (OSError(5, "x"), "operativsystemet meldte feilen EIO – kontroller disken og prøv igjen"),
        (OSError("x"), "operativsystemet meldte feilen ukjent – kontroller disken og prøv igjen"),
    ],
)
def test_what_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, text: str) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(Faults) as caught:
        read_path(tmp_path / "f.yaml", "f.yaml")
    assert str(caught.value) == f"f.yaml:1:1: FIL-LES: filen kan ikke leses – {text}"


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_an_impossible_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Faults) as caught:
        read_path(tmp_path / name, "f.yaml")
    assert str(caught.value) == (
        "f.yaml:1:1: FIL-LES: filen kan ikke leses – filnavnet er ikke gyldig her – "
        "velg et kortere navn uten spesialtegn"
    )
