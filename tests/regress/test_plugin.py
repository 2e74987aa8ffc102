"""The pytest plugin: the cases of `alis test`, one test each, in this project and in one that only installed the package."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from twenty_one_days import FIXTURES, ROOT, make

from engine.regress.case import case_files
from engine.regress.run import run_case
from engine.regress.told import told_text

RULES = ROOT / "rules"
GOOD = FIXTURES / "2023/veiledning-full-stilling.yaml"
BOUNDARY = FIXTURES / "2023/veiledning-21-og-22-dager.yaml"

#: plugins that take time to load and have nothing to do with ours
OTHERS = tuple(
    word
    for name in ("cacheprovider", "hypothesispytest", "schemathesis", "anyio", "benchmark")
    for word in ("-p", f"no:{name}")
)

Pytest = Callable[..., subprocess.CompletedProcess[str]]


def call(python: str, at: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as a user would, without what this run has put in the environment."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ALIS_", "COV"))}
    return subprocess.run(
        [python, "-m", "pytest", *OTHERS, *map(str, words)],
        cwd=at,
        env={**own, "ALIS_REGLER": str(RULES), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with cases, other YAML and ordinary tests."""
    (tmp_path / "saker").mkdir()
    shutil.copy(GOOD, tmp_path / "saker")
    shutil.copy(BOUNDARY, tmp_path / "saker")
    (tmp_path / "saker/søknad-uten-forventet.yaml").write_text(
        GOOD.read_text(encoding="utf-8").split("forventet:")[0], encoding="utf-8"
    )
    (tmp_path / "saker/annet.yaml").write_text("navn: noe\nsøknader: 3\n", encoding="utf-8")
    (tmp_path / "saker/innrykk.yaml").write_text("dybde:\n  søknad: {}\n  forventet: {}\n", encoding="utf-8")
    (tmp_path / "saker/bilde.yaml").write_bytes(b"\x00\x01\xff")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_vanlig.py").write_text("def test_vanlig() -> None:\n    assert True\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(project: Path) -> Pytest:
    return lambda *words, **environment: call(sys.executable, project, *words, **environment)


def test_one_test_for_each_case_and_nothing_else_is_taken(run: Pytest) -> None:
    done = run("saker", "--collect-only", "-q", "-o", "addopts=")
    assert done.stdout.splitlines()[:2] == [
        "saker/veiledning-21-og-22-dager.yaml::veiledning-21-og-22-dager",
        "saker/veiledning-full-stilling.yaml::veiledning-full-stilling",
    ]
    assert "2 tests collected" in done.stdout


def test_as_expected(run: Pytest) -> None:
    done = run("saker")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_ordinary_runs_do_not_take_them_nor_import_the_engine(run: Pytest, project: Path) -> None:
    (project / "tests/test_import.py").write_text(
        "import sys\n\ndef test_import() -> None:\n"
        "    loaded = {name for name in sys.modules if name.partition('.')[0] in ('engine', 'yaml', 'jsonschema', 'rich')}\n"
        "    assert loaded <= {'engine', 'engine.regress', 'engine.regress.plugin'}, loaded\n",
        encoding="utf-8",
    )
    done = run("tests")
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
    assert "saker" not in done.stdout


def test_a_failure_reads_as_in_alis_test(run: Pytest, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    from engine.language.rulebook import open_rulebook

    drafted = make(tmp_path_factory.mktemp("utkast") / "rules")
    done = run("saker", "--alis-regler", drafted)
    assert done.returncode == 1
    here = Path.cwd()
    try:
        os.chdir(project)
        wanted = told_text(run_case(Path("saker/veiledning-21-og-22-dager.yaml"), open_rulebook(drafted)))
    finally:
        os.chdir(here)
    assert wanted in done.stdout
    assert "over-tre-kalenderuker (2023/nasjonal-alis)" in wanted
    assert "1 failed, 1 passed" in done.stdout
    assert "Traceback" not in done.stdout and "site-packages" not in done.stdout


@pytest.mark.parametrize("file", ["pytest.ini", "pyproject.toml"])
def test_the_folder_of_rules_may_stand_in_the_ini_file(
    run: Pytest, project: Path, tmp_path_factory: pytest.TempPathFactory, file: str
) -> None:
    make(project / "mine-regler")
    if file == "pytest.ini":
        (project / file).write_text("[pytest]\nalis_regler = mine-regler\n", encoding="utf-8")
    else:
        (project / "pytest.ini").unlink()
        (project / file).write_text('[tool.pytest.ini_options]\nalis_regler = "mine-regler"\n', encoding="utf-8")
    assert "1 failed, 1 passed" in run("saker").stdout
    assert "2 passed" in run("saker", "--alis-regler", RULES).stdout, "the command line goes before the file"


def test_broken_cases_fail_alone(run: Pytest, project: Path) -> None:
    good = GOOD.read_text(encoding="utf-8")
    (project / "saker/ødelagt.yaml").write_text("søknad: {id: x\nforventet: {}\n", encoding="utf-8")
    (project / "saker/umulig.yaml").write_text(
        good.replace("stillingsandel: 100", "stillingsandel: 101"), encoding="utf-8"
    )
    done = run("saker")
    assert "2 failed, 2 passed" in done.stdout
    assert "saker/umulig.yaml:" in done.stdout and "VERDI-GRENSE: «101» er ikke mulig" in done.stdout
    assert "saker/ødelagt.yaml:" in done.stdout and "YAML-" in done.stdout
    assert "Traceback" not in done.stdout


def test_broken_rules_are_told(run: Pytest, project: Path) -> None:
    shutil.copytree(RULES, project / "regler")
    path = project / "regler/2023/nasjonal-alis.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("tittel:", "titel:", 1), encoding="utf-8")
    done = run("saker", "tests", "--alis-regler", "regler")
    assert "2 failed, 1 passed" in done.stdout
    assert "Reglene kan ikke leses:\nregler/2023/nasjonal-alis.yaml:" in done.stdout
    assert "Traceback" not in done.stdout


def test_choosing_by_name_and_by_mark(run: Pytest) -> None:
    assert "1 passed, 1 deselected" in run("saker", "-k", "full").stdout
    assert "2 passed, 1 deselected" in run("saker", "tests", "-m", "sak", "--strict-markers").stdout
    assert "1 passed, 2 deselected" in run("saker", "tests", "-m", "not sak", "--strict-markers").stdout


def test_a_single_file_may_be_named(run: Pytest) -> None:
    assert "1 passed" in run("saker/veiledning-full-stilling.yaml").stdout
    assert "1 passed" in run("saker/veiledning-full-stilling.yaml::veiledning-full-stilling").stdout


def test_in_parallel(run: Pytest) -> None:
    assert "2 passed" in run("saker", "-n", "2").stdout


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff{søknad}{forventet}",
        "# først\r\n{søknad}\r\n{forventet}",
        "{nfd}",
        "\"søknad\": {{id: x}}\n'forventet' : {{}}\n",
        '{{"forventet": {{}}, "s\\u00f8knad": {{"id": "x"}}}}',
        "\ufeff\n{{søknad: {{id: x}}, forventet: {{}}}}\n",
        '{{"søknad": {{"id": "x"}}, "forventet": {{}}',
    ],
)
def test_the_keys_are_found_however_they_are_written(tmp_path: Path, text: str) -> None:
    import unicodedata

    from engine.regress.plugin import _is_case

    nfd = unicodedata.normalize("NFD", "søknad: {id: x}\nforventet: {}\n")
    path = tmp_path / "sak.yaml"
    path.write_bytes(text.format(søknad="søknad: {id: x}\n", forventet="forventet: {}\n", nfd=nfd).encode())
    assert _is_case(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"dybde": {"søknad": {}, "forventet": {}}}',
        "[]",
        '{"søknad": {}}',
        "{" * 100_000,
        '{"søknaden": 1, "forventet": 2',
    ],
)
def test_other_json_is_left_alone(tmp_path: Path, text: str) -> None:
    from engine.regress.plugin import _is_case

    (tmp_path / "annet.json").write_text(text, encoding="utf-8")
    assert not _is_case(tmp_path / "annet.json")


def test_a_case_in_json_is_a_test_too(run: Pytest, project: Path) -> None:
    """`alis test` takes it, so this does."""
    from engine.text import yaml
    from engine.text.node import plain

    content = plain(yaml.read_path(GOOD, str(GOOD)))
    (project / "saker/som-json.json").write_text(json.dumps(content), encoding="utf-8")
    done = run("saker", "-v", "-o", "addopts=")
    assert "saker/som-json.json::som-json PASSED" in done.stdout, done.stdout
    assert "3 passed" in done.stdout


def test_the_same_cases_here() -> None:
    """`pytest fixtures` in this project takes exactly the cases `alis test` takes."""
    done = call(sys.executable, ROOT, "fixtures", "--collect-only", "-q", "-o", "addopts=")
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == {path.relative_to(ROOT).as_posix() for path in case_files([FIXTURES])}


# --- installed only -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment where the package is laid as its wheel lays it, with its dependencies beside it.

    Nothing is fetched: the wheel itself is built and installed by `.ci/run`.
    """
    home = tmp_path_factory.mktemp("installert")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", home / "venv"], check=True)
    python = home / "venv/bin/python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
    )  # fmt: skip
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in wheel["packages"]:
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in wheel["force-include"].items():
        shutil.copytree(ROOT / source, site / target)
    about = site / "alis_regler-0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: alis-regler\nVersion: 0\n", encoding="utf-8")
    points = project["project"]["entry-points"]["pytest11"]
    lines = ["[pytest11]", *(f"{name} = {module}" for name, module in points.items())]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        ours = path.name.startswith(("alis_regler", "_alis", "__")) or path.name in wheel["packages"]
        if not ours and path.suffix != ".pth":
            (site / path.name).symlink_to(path)
    return str(python)


def test_in_a_project_that_only_installed_the_package(installed: str, project: Path) -> None:
    done = call(installed, project, "saker", "tests", ALIS_REGLER="")
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    where = subprocess.run(
        [installed, "-c", "import engine; print(engine.__file__)"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "installert" in where.stdout, "not the checkout"


def test_its_own_rules_are_used_when_it_has_them(installed: str, project: Path) -> None:
    make(project / "rules")
    own = {name: value for name, value in os.environ.items() if name != "ALIS_REGLER"}
    done = subprocess.run(
        [installed, "-m", "pytest", *OTHERS, "saker"],
        cwd=project, env=own, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "over-tre-kalenderuker" in done.stdout
