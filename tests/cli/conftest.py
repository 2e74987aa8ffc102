"""A command in an empty folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import main


@pytest.fixture(scope="module")
def one_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saker")


@pytest.fixture
def folder(one_folder: Path) -> Path:
    """An empty folder, the same for all tests of a module: kept rulebooks are kept by where one stands."""
    for path in one_folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return one_folder


@pytest.fixture
def run(
    folder: Path, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """A command in an empty folder → exit code, stdout, stderr."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ALIS_REGLER", str(rules))

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main([str(one) for one in arguments])
        except SystemExit as stop:
            assert isinstance(stop.code, int)
            code = stop.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert "\x1b" not in told.out + told.err, "no colours where nobody sees them"
        return code, told.out, told.err

    return call
