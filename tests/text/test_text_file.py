"""Files are written whole or not at all."""

import errno
import os
from pathlib import Path
from stat import S_ISREG

import pytest

from engine.text.fault import Faults
from engine.text.file import write_whole

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and links as POSIX has them")


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_has_the_text_as_utf_8_with_its_own_line_endings(tmp_path: Path) -> None:
    write_whole(tmp_path / "ny.yaml", "søknad: å\r\nb\n")
    assert (tmp_path / "ny.yaml").read_bytes() == "søknad: å\r\nb\n".encode()
    assert listing(tmp_path) == ["ny.yaml"]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("gammelt og langt", encoding="utf-8")
    write_whole(path, "nytt")
    assert path.read_text(encoding="utf-8") == "nytt"
    assert listing(tmp_path) == ["f.yaml"]


@POSIX
def test_permissions_stay_and_a_new_file_gets_the_usual_ones(tmp_path: Path) -> None:
    old, new, usual = tmp_path / "old", tmp_path / "new", tmp_path / "usual"
    old.touch()
    old.chmod(0o640)
    usual.touch()
    write_whole(old, "x")
    write_whole(new, "x")
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode == usual.stat().st_mode


@POSIX
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "mappe").mkdir()
    target, link = tmp_path / "mappe" / "f", tmp_path / "lenke"
    target.write_text("gammelt", encoding="utf-8")
    link.symlink_to(target)
    write_whole(link, "nytt")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "nytt"
    assert listing(tmp_path / "mappe") == ["f"]


def test_the_text_is_on_the_disk_before_the_name_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle: int) -> None:
        steps.append(f"fsync {os.fstat(handle).st_size}" if S_ISREG(os.fstat(handle).st_mode) else "fsync folder")
        fsync(handle)

    def noted_replace(old: Path, new: Path) -> None:
        steps.append("replace")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_whole(tmp_path / "f", "xyz")
    assert steps == ["fsync 3", "replace", "fsync folder"][: 3 if os.name == "posix" else 2]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, "disken er full – frigjør plass og prøv igjen"),
        (errno.EIO, "operativsystemet meldte feilen EIO – kontroller disken og prøv igjen"),
        (errno.EACCES, "brukeren mangler tilgang – gi brukeren tilgang til filen og mappen"),
    ],
)
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, why: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "x")

    path = tmp_path / "f.yaml"
    path.write_text("gammelt", encoding="utf-8")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(Faults) as caught:
        write_whole(path, "nytt")
    assert str(caught.value) == f"{path}:1:1: FIL-SKRIV: filen kan ikke skrives – {why}"
    assert path.read_text(encoding="utf-8") == "gammelt"
    assert listing(tmp_path) == ["f.yaml"]


def test_an_interrupt_cleans_up_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "f", "x")
    assert listing(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ingen/f", "mappen finnes ikke – lag mappen først, eller rett navnet"),
        ("fil/f", "mappen finnes ikke – lag mappen først, eller rett navnet"),
        ("mappe", "det ligger en mappe med dette navnet – velg et annet navn"),
        ("x" * 5000, "filnavnet er ikke gyldig her – velg et kortere navn uten spesialtegn"),
        ("a\0b", "filnavnet er ikke gyldig her – velg et kortere navn uten spesialtegn"),
    ],
)
def test_places_that_cannot_be_written(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "fil").touch()
    (tmp_path / "mappe").mkdir()
    with pytest.raises(Faults) as caught:
        write_whole(tmp_path / name, "x")
    assert str(caught.value) == f"{tmp_path / name}:1:1: FIL-SKRIV: filen kan ikke skrives – {why}"
    assert listing(tmp_path) == ["fil", "mappe"]


def test_a_text_that_is_no_text_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("gammelt", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text(encoding="utf-8") == "gammelt"
    assert listing(tmp_path) == ["f"]
