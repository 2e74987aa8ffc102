"""The hooks, the templates and the guide for other people's pipelines: every command in them is run, without a network."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from commands import git
from twenty_one_days import AFFECTED, FIXTURES, ROOT, change

from engine.regress.impact_markdown import MARK

TEMPLATES = ROOT / "docs/maler"
GUIDE = ROOT / "docs/i-egen-løype.md"

#: how many of the cases for 2023 the change decides otherwise
HIT = sum(path.startswith("fixtures/2023/") for path in AFFECTED)

#: what somebody writes in the template to say where the program is
PACKAGE = "git+https://git.example/regler.git@v1"

#: what the shims write: a line a call, the words apart by tabs
CALLS = "kall.txt"
SHIM = '#!/bin/sh\n{ printf "%s" "$(basename "$0")"; for word; do printf "\\t%s" "$word"; done; echo; } >> "$KALL"\n'


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def lager(tmp_path: Path) -> Path:
    """Somebody's own repository: rules and cases on `main`, and where it came from as `origin`. Shims stand in for pip, gh and curl."""
    origin, top = tmp_path / "opphav", tmp_path / "lager"
    shutil.copytree(ROOT / "rules", origin / "rules")
    shutil.copytree(FIXTURES / "2023", origin / "fixtures/2023")
    git("init", "--quiet", "--initial-branch=main", at=origin)
    git("add", "--all", at=origin)
    git("commit", "--quiet", "--message=først", at=origin)
    git("clone", "--quiet", str(origin), str(top), at=tmp_path)
    git("switch", "--quiet", "--create=endring", at=top)
    shims = tmp_path / "shims"
    shims.mkdir()
    for name in ("pip", "gh", "curl"):
        (shims / name).write_text(SHIM, encoding="utf-8")
        (shims / name).chmod(0o755)
    return top


def environment(lager: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "ALIS_", "PYTEST_"))}
    return {
        **clean,
        "PATH": os.pathsep.join([str(lager.parent / "shims"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "KALL": str(lager.parent / CALLS),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        **more,
    }


def shell(script: str, lager: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as the services do: the first command that fails ends it."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=lager, env=environment(lager, **variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


def calls(lager: Path) -> list[list[str]]:
    path = lager.parent / CALLS
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def take_all_cases(lager: Path) -> None:
    """Enough cases for the coverage that the templates ask for."""
    shutil.copytree(FIXTURES, lager / "fixtures", dirs_exist_ok=True)


def commit(lager: Path) -> None:
    """The change that somebody proposes."""
    change(lager / "rules")
    git("commit", "--quiet", "--all", "--message=21 dager", at=lager)


# --- pre-commit -----------------------------------------------------------------------------------------------------------


def hooks() -> list[dict[str, Any]]:
    found = load(ROOT / ".pre-commit-hooks.yaml")
    assert isinstance(found, list)
    return found


def test_the_hooks_have_what_pre_commit_asks_for() -> None:
    assert [hook["id"] for hook in hooks()] == ["alis-valider", "alis-test"]
    for hook in hooks():
        assert set(hook) == {"id", "name", "description", "entry", "language", "files", "pass_filenames"}
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
        re.compile(hook["files"])


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("rules/2023/nasjonal-alis.yaml", {"alis-valider", "alis-test"}),
        ("rules/vokabular.yaml", {"alis-valider", "alis-test"}),
        ("mine/regler/2031/x.yaml", {"alis-valider", "alis-test"}),
        ("fixtures/2023/sak.yaml", {"alis-valider", "alis-test"}),
        ("fixtures/sak.json", {"alis-test"}),
        ("README.md", set()),
    ],
)
def test_which_files_wake_the_hooks(path: str, wanted: set[str]) -> None:
    assert {hook["id"] for hook in hooks() if re.search(hook["files"], path)} == wanted


@pytest.mark.parametrize("changed", [False, True])
def test_the_hooks_run(lager: Path, changed: bool) -> None:
    if changed:
        commit(lager)
    codes = {hook["id"]: shell(hook["entry"], lager, {}).returncode for hook in hooks()}
    assert codes == {"alis-valider": 0, "alis-test": 1 if changed else 0}


def test_the_hooks_take_other_folders(lager: Path) -> None:
    (lager / "rules").rename(lager / "mappen")
    (lager / "fixtures").rename(lager / "saker")
    by_id = {hook["id"]: hook["entry"] for hook in hooks()}
    for args in ("args: [mappen]", "args: [saker, --regler, mappen]"):
        assert args in GUIDE.read_text(encoding="utf-8")
    assert shell(f"{by_id['alis-valider']} mappen", lager, {}).returncode == 0
    assert shell(f"{by_id['alis-test']} saker --regler mappen", lager, {}).returncode == 0


def test_a_broken_rule_stops_the_hook(lager: Path) -> None:
    path = lager / "rules/2023/nasjonal-alis.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("tittel:", "titel:", 1), encoding="utf-8")
    done = shell(hooks()[0]["entry"], lager, {})
    assert done.returncode == 1
    assert "rules/2023/nasjonal-alis.yaml:" in done.stderr and "mente du «tittel»?" in done.stderr


# --- GitHub ---------------------------------------------------------------------------------------------------------------


def github() -> dict[str, Any]:
    found: dict[str, Any] = load(TEMPLATES / "github-actions.yaml")
    return found


def github_steps() -> Iterator[dict[str, Any]]:
    for job in github()["jobs"].values():
        yield from job["steps"]


def github_variables(lager: Path) -> dict[str, str]:
    """What GitHub sets for a proposed change, with the template's own."""
    return {
        **{name: str(value) for name, value in github()["env"].items()},
        "ALIS_PAKKE": PACKAGE,
        "GITHUB_BASE_REF": "main",
        "GITHUB_STEP_SUMMARY": str(lager.parent / "sammendrag.md"),
        "GH_TOKEN": "x",
        "NUMMER": "7",
    }


def run_github(lager: Path) -> dict[str, int]:
    """The steps in order; after a failure only those that ask to run all the same."""
    failed = False
    codes = {}
    for step in github_steps():
        if "run" in step and (not failed or "!cancelled()" in step.get("if", "")):
            done = shell(step["run"], lager, github_variables(lager))
            codes[step["name"]] = done.returncode
            failed = failed or done.returncode != 0
    return codes


def test_github_on_a_change_that_changes_nothing(lager: Path) -> None:
    take_all_cases(lager)
    assert set(run_github(lager).values()) == {0}
    suites = list(ElementTree.parse(lager / "testresultat.xml").getroot())
    assert sum(int(suite.get("tests", "0")) for suite in suites) == len(list((lager / "fixtures").rglob("*.yaml")))
    assert (lager / "dekning.html").is_file() and (lager / "konsekvens.html").is_file()
    assert "**0 av" in (lager / "konsekvens.md").read_text(encoding="utf-8")


def test_github_on_a_change_that_changes_decisions(lager: Path) -> None:
    commit(lager)
    codes = run_github(lager)
    assert codes == {
        "Installer": 0,
        "Kontroller reglene": 0,
        "Prøv sakene": 1,
        "Vis konsekvensen": 0,
        "Skriv konsekvensen i endringsforespørselen": 0,
    }
    told = (lager / "konsekvens.md").read_text(encoding="utf-8")
    assert told.startswith(MARK) and f"**{HIT} av" in told and "veiledning-21-og-22-dager" in told
    assert (lager.parent / "sammendrag.md").read_text(encoding="utf-8") == told
    assert calls(lager) == [
        ["pip", "install", PACKAGE],
        ["gh", "pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", "konsekvens.md"],
    ]


def test_github_asks_for_little_and_trusts_no_text() -> None:
    assert github()["permissions"] == {"contents": "read", "pull-requests": "write"}
    for step in github_steps():
        assert "${{" not in step.get("run", ""), "a name somebody else chose must not become a command"
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
    checkout = next(step for step in github_steps() if step.get("uses", "").startswith("actions/checkout"))
    assert checkout["with"]["fetch-depth"] == 0
    (reports,) = [step for step in github_steps() if step.get("uses", "").startswith("actions/upload-artifact")]
    assert reports["with"]["path"].split() == ["testresultat.xml", "dekning.html", "konsekvens.html"]
    events = github()[True]  # YAML 1.1 reads the key `on` as yes
    assert "pull_request" in events and "pull_request_target" not in events


# --- GitLab ---------------------------------------------------------------------------------------------------------------


def gitlab() -> dict[str, Any]:
    found: dict[str, Any] = load(TEMPLATES / "gitlab-ci.yaml")
    return found


def run_gitlab(job: str, lager: Path, **more: str) -> int:
    found = gitlab()
    variables = {
        **{name: str(value) for name, value in found["variables"].items()},
        "ALIS_PAKKE": PACKAGE,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_PROJECT_ID": "3",
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        **more,
    }
    return shell("\n".join([*found["default"]["before_script"], *found[job]["script"]]), lager, variables).returncode


def test_gitlab_on_a_change_that_changes_nothing(lager: Path) -> None:
    assert run_gitlab("regler", lager, DEKNING_KRAV="0") == 0
    assert run_gitlab("konsekvens", lager) == 0
    assert "**0 av" in (lager / "konsekvens.md").read_text(encoding="utf-8")
    assert calls(lager) == [["pip", "install", PACKAGE]] * 2, "nothing is sent without a token"


def test_gitlab_on_a_change_that_changes_decisions(lager: Path) -> None:
    commit(lager)
    assert run_gitlab("regler", lager) == 1
    assert run_gitlab("konsekvens", lager, ALIS_TOKEN="hemmelig") == 0
    assert f"**{HIT} av" in (lager / "konsekvens.md").read_text(encoding="utf-8")
    sent = calls(lager)[-1]
    assert sent[0] == "curl"
    assert sent[-1] == "https://gitlab.example/api/v4/projects/3/merge_requests/7/notes"
    assert "body@konsekvens.md" in sent and "PRIVATE-TOKEN: hemmelig" in sent


def test_gitlab_keeps_the_reports() -> None:
    jobs = {name: job for name, job in gitlab().items() if name not in ("variables", "default")}
    assert jobs["regler"]["artifacts"]["reports"] == {"junit": "testresultat.xml"}
    for job in jobs.values():
        assert job["artifacts"]["when"] == "always"
        written = " ".join(job["script"])
        assert all(path in written for path in job["artifacts"]["paths"])


# --- the templates and the guide ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["github-actions.yaml", "gitlab-ci.yaml"])
def test_the_templates_do_the_same(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for part in (
        "alis valider rules",
        "--junit testresultat.xml",
        '--dekning-krav "$DEKNING_KRAV"',
        "--markdown konsekvens.md",
    ):
        assert part in text
    assert f"maler/{name}" in GUIDE.read_text(encoding="utf-8")


def test_the_templates_name_no_package_and_say_what_to_write(lager: Path) -> None:
    """The program is in no package index: a name there would be whatever somebody else puts under it."""
    (install,) = [step["run"] for step in github_steps() if step.get("name") == "Installer"]
    for text, variables, command in (
        ("github-actions.yaml", github()["env"], install),
        ("gitlab-ci.yaml", gitlab()["variables"], "\n".join(gitlab()["default"]["before_script"])),
    ):
        assert variables["ALIS_PAKKE"] == ""
        for example in ("git+https://", ".whl"):
            assert f"{example}" in (TEMPLATES / text).read_text(encoding="utf-8")
        done = shell(command, lager, {"ALIS_PAKKE": ""})
        assert done.returncode != 0 and calls(lager) == []
        assert "ALIS_PAKKE: skriv hvor programmet ligger" in done.stderr


def test_no_template_shell_word_is_left_unquoted() -> None:
    """A folder with a space in its name is still one folder."""
    scripts = [step["run"] for step in github_steps() if "run" in step]
    scripts += [line for job in ("regler", "konsekvens") for line in gitlab()[job]["script"]]
    for script in scripts:
        bare = re.sub(r'"[^"]*"', "", script)
        assert "$" not in bare, script
        shlex.split(script)


BLOCK = re.compile(r"^```(\w+)(?: fil=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_guide_is_true(tmp_path: Path) -> None:
    """Its files are written, its changes made and its commands run, in order; `…` stands for what is left out."""
    for name in ("rules", "fixtures/2023"):
        shutil.copytree(ROOT / name, tmp_path / name)
    ran = 0
    for kind, file, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "console":
            ran += play(text, tmp_path)
        elif file and kind == "diff":
            patch(tmp_path / file, text)
        elif file:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text, encoding="utf-8")
    assert ran >= 6


def play(text: str, at: Path) -> int:
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    for part in parts:
        command, _, answer = part.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command], cwd=at, env=environment(at / "x"), capture_output=True, text=True, check=False
        )
        shown = "\n".join(line.rstrip() for line in (done.stdout + done.stderr).replace("\u00a0", " ").splitlines())
        wanted = "\n".join(line.rstrip() for line in answer.splitlines())
        pattern = "(?s:.*)".join(re.escape(piece.strip("\n")) for piece in re.split(r"^…$", wanted, flags=re.MULTILINE))
        assert re.fullmatch(pattern, shown.strip("\n")) or re.fullmatch(pattern, shown), f"{command}\n{shown}"
    return len(parts)


def patch(path: Path, text: str) -> None:
    lines = text.splitlines()
    old = "\n".join(line[1:] for line in lines if line[:1] in " -")
    new = "\n".join(line[1:] for line in lines if line[:1] in " +")
    content = path.read_text(encoding="utf-8")
    assert content.count(old) >= 1
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def test_the_guide_links_to_what_exists() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", GUIDE.read_text(encoding="utf-8")):
        assert (GUIDE.parent / target).exists(), target
