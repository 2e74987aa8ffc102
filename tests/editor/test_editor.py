"""The rules in an editor: the YAML language server of VS Code, with this repository's settings, on this repository's files.

The server is installed from npm the first time (`npm ci`, some seconds). Where there is no Node.js, ALIS_UTEN_EDITOR=1 skips these.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from language_server import HERE, LanguageServer

from engine.text import yaml
from engine.text.node import plain

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
MARK = HERE / "node_modules" / ".package-lock.json"
SKIP = "ALIS_UTEN_EDITOR"
INSTALL_SECONDS = 180
NEEDED = ("ikke_oppfylt: avslag", "vurderes_per: måned", "avtaler:\n  fra: ")
RULE_FILE = next(
    path for path in sorted(RULES.glob("*/*.yaml")) if all(words in path.read_text("utf-8") for words in NEEDED)
)
CASE_FILE = next(
    path for path in sorted((ROOT / "fixtures").rglob("*.yaml")) if ", stilling: " in path.read_text("utf-8")
)
RULE, CASE = RULE_FILE.read_text(encoding="utf-8"), CASE_FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def editor() -> Iterator[LanguageServer]:
    """A running language server for the repository."""
    if os.environ.get(SKIP):
        pytest.skip(f"the editor is not tried: {SKIP} is set")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.fail(f"Node.js and npm are needed to try the editor; set {SKIP}=1 to go without")
    install(npm)
    server = LanguageServer(ROOT, node)
    yield server
    server.stop()


def install(npm: str) -> None:
    """Have the locked packages in node_modules, installed by one process even when several need them."""
    lock = Path(tempfile.gettempdir()) / f"alis-editor-{sha256(str(HERE).encode()).hexdigest()[:16]}"
    until = time.monotonic() + 2 * INSTALL_SECONDS
    while not installed():
        assert time.monotonic() < until, f"another run holds {lock}; delete it if there is none"
        try:
            lock.mkdir()
        except FileExistsError:
            if time.time() - lock.stat().st_mtime > INSTALL_SECONDS:
                lock.rmdir()
            time.sleep(0.2)
            continue
        try:
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            run = subprocess.run(command, cwd=HERE, timeout=INSTALL_SECONDS, capture_output=True, text=True)
            assert run.returncode == 0, f"npm ci failed; set {SKIP}=1 to go without the editor\n{run.stderr[-2000:]}"
        finally:
            lock.rmdir()


def installed() -> bool:
    """Whether node_modules holds what the lock file says."""
    if not MARK.is_file():
        return False
    wanted = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = json.loads(MARK.read_text(encoding="utf-8"))["packages"]
    return {name: one["version"] for name, one in wanted.items() if name} == {
        name: one["version"] for name, one in found.items()
    }


def shipped() -> dict[Path, str]:
    """Every file a schema is for, with its text."""
    files = [
        *RULES.rglob("*.yaml"),
        *(ROOT / "fixtures").rglob("*.yaml"),
        *(ROOT / "docs" / "eksempler").rglob("*.yaml"),
    ]
    return {path: path.read_text(encoding="utf-8") for path in sorted(files)}


def without_modeline(text: str) -> str:
    head, _, rest = text.partition("\n")
    assert head.startswith("# yaml-language-server: $schema=")
    return "#\n" + rest


def told(editor: LanguageServer, path: Path, text: str) -> list[str]:
    return editor.diagnose({path: text})[path]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


# --- what is underlined -----------------------------------------------------------------------------------------------------


def test_nothing_is_underlined_in_shipped_files(editor: LanguageServer) -> None:
    files = shipped()
    assert len(files) > 100
    assert {str(path): told for path, told in editor.diagnose(files).items() if told} == {}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("ikke_oppfylt:", "ikke_oppfyllt:", "Property ikke_oppfyllt is not allowed."),
        (
            "ikke_oppfylt: avslag",
            "ikke_oppfylt: avslått",
            "Gyldige svar er avvist, utenfor, avslag, mangler opplysninger, skjønn, merknad og ingen.",
        ),
    ],
)
@pytest.mark.parametrize("modeline", [True, False])
def test_a_wrong_rule_is_underlined(
    editor: LanguageServer, right: str, wrong: str, message: str, modeline: bool
) -> None:
    text = RULE if modeline else without_modeline(RULE)
    text = text.replace(right, wrong, 1)
    assert told(editor, RULE_FILE, text) == [f"{line_of(text, wrong)}: {message}"]


def test_a_date_of_the_wrong_form_is_underlined(editor: LanguageServer) -> None:
    text = RULE.replace("avtaler:\n  fra: ", "avtaler:\n  fra: i dag # ", 1)
    assert told(editor, RULE_FILE, text) == [f"{line_of(text, 'i dag')}: Forventet en dato, for eksempel 2020-05-17."]


@pytest.mark.parametrize("modeline", [True, False])
def test_a_wrong_application_is_underlined(editor: LanguageServer, modeline: bool) -> None:
    text = CASE if modeline else without_modeline(CASE)
    text = text.replace(", stilling: ", ", stillingen: ", 1)
    assert told(editor, CASE_FILE, text) == [f"{line_of(text, 'stillingen:')}: Property stillingen is not allowed."]


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("utkast/2031/ordning.yaml", "regelset: x", "Property regelset is not allowed."),
        ("utkast/vokabular.yaml", "vokabularet: x", "Property vokabularet is not allowed."),
        ("saker/2031/sak.yaml", "søknad:\n  id: x\n  ordning: y", "Gyldige svar"),
        ("søknad-fra-kommunen.yaml", "søknad:\n  id: x\n  ordning: y", "Gyldige svar"),
        ("nye-satser.yaml", "ordningen: x", "Property ordningen is not allowed."),
    ],
)
def test_new_files_find_their_schema_by_name(editor: LanguageServer, path: str, text: str, message: str) -> None:
    assert any(message in one for one in told(editor, ROOT / path, text)), told(editor, ROOT / path, text)


# --- what is suggested and told -----------------------------------------------------------------------------------------------


def test_choices_of_a_rule_are_suggested(editor: LanguageServer) -> None:
    found = editor.completions(RULE_FILE, RULE.replace("ikke_oppfylt: avslag", "ikke_oppfylt: ¦", 1))
    assert set(found) == {"avvist", "utenfor", "avslag", "mangler opplysninger", "skjønn", "merknad", "ingen"}
    found = editor.completions(RULE_FILE, RULE.replace("vurderes_per: måned", "vurderes_per: ¦", 1))
    assert set(found) == {"søknad", "lege", "måned", "dag"}


def test_keys_of_a_rule_are_suggested(editor: LanguageServer) -> None:
    found = editor.completions(RULE_FILE, RULE.replace("    ikke_oppfylt: avslag\n", "    ¦\n", 1))
    assert {"måneder", "gjelder_når", "ikke_oppfylt", "unntak"} <= set(found)
    assert "krav" not in found  # it stands there already
    assert found["gjelder_når"] == "Regelen er bare aktuell når dette er oppfylt"


def test_choices_of_an_application_are_suggested(editor: LanguageServer) -> None:
    before, _, after = CASE.partition(", stilling: ")
    found = editor.completions(CASE_FILE, f"{before}, stilling: ¦, {after.partition(', ')[2]}")
    vocabulary = plain(yaml.read_path(RULES / "vokabular.yaml"))
    assert set(found) == set(vocabulary["fakta"]["stilling"]["verdier"])


def test_a_key_is_explained(editor: LanguageServer) -> None:
    told = editor.hover(RULE_FILE, RULE.replace("ikke_oppfylt:", "ikke_opp¦fylt:", 1))
    assert "Hva som følger når kravet ikke er oppfylt" in told
    told = editor.hover(RULE_FILE, RULE.replace("vurderes_per:", "vurderes¦_per:", 1))
    assert "søknad, lege, måned, dag, eller navnet på en liste i søknaden" in told


def test_a_question_is_shown(editor: LanguageServer) -> None:
    told = editor.hover(CASE_FILE, CASE.replace(", stilling: ", ", still¦ing: ", 1))
    vocabulary = plain(yaml.read_path(RULES / "vokabular.yaml"))
    assert vocabulary["fakta"]["stilling"]["spørsmål"] in told


def test_formatting_keeps_what_a_file_says(editor: LanguageServer) -> None:
    for path in [*sorted(RULES.rglob("*.yaml")), CASE_FILE]:
        text = path.read_text(encoding="utf-8")
        formatted = editor.formatted(path, text)
        assert plain(yaml.read_text(formatted, path.name)) == plain(yaml.read_text(text, path.name)), path
        assert max(map(len, formatted.split("\n"))) <= max(map(len, text.split("\n"))), path


# --- what is installed --------------------------------------------------------------------------------------------------------


def test_the_lock_file_names_versions_and_no_host() -> None:
    text = (HERE / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    assert packages and "resolved" not in text
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    pinned = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert pinned == {"yaml-language-server": packages["node_modules/yaml-language-server"]["version"]}


def test_the_editor_is_told_which_extension_to_use() -> None:
    told = json.loads((ROOT / ".vscode" / "extensions.json").read_text(encoding="utf-8"))
    assert told == {"recommendations": ["redhat.vscode-yaml"]}


def test_the_settings_name_schemas_that_exist() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    for name in settings["yaml.schemas"]:
        schema = json.loads((ROOT / name).read_text(encoding="utf-8"))
        assert "$ref" not in schema or ((ROOT / name).parent / schema["$ref"]).is_file()
    assert settings["yaml.customTags"] == [] and settings["yaml.schemaStore.enable"] is False
