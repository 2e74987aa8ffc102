"""Work on whole folders of rules that the workers do: checking a draft, testing it, comparing two versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.decide.check import open_checked
from engine.regress import report
from engine.regress.case import case_files
from engine.regress.run import run_case
from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.draft import draft, told_without


@dataclass(frozen=True, slots=True)
class Version:
    """The rules as they stand; or at a git revision; or as they stand with some files changed."""

    revision: str = ""
    files: Mapping[str, str] | None = None
    name: str = "gjeldende"


def checked(root: Path, files: Mapping[str, str]) -> tuple[Fault, ...]:
    """Everything that is wrong with a draft."""
    with draft(root, files) as folder:
        try:
            with told_without(folder):
                open_checked(folder)
        except Faults as faults:
            return faults.faults
    return ()


def tested(root: Path, files: Mapping[str, str], cases: Mapping[str, str], folder: Path | None) -> str:
    """What came of test cases by a draft, as `alis test --json` writes it: those given by name, or else the folder's."""
    with draft(root, files) as rules, _laid_out(cases, folder) as (base, paths):
        book = open_checked(rules)
        results = []
        for path in paths:
            shown = path.relative_to(base).as_posix()
            found = run_case(path, book)
            results.append(replace(found, path=shown, problem=found.problem.replace(str(path), shown)))
    return report.as_json(results)


def compared(root: Path, before: Version, after: Version, seconds: int) -> str:
    """Two versions compared, as `alis sammenlign --format json` writes it. Raises Faults when one of them is not rules."""
    from engine.prove.compare_words import as_object
    from engine.prove.comparison import compare
    from engine.prove.solver import Clock

    with _opened(root, before) as one, _opened(root, after) as other:
        found = compare(open_checked(one), open_checked(other), (before.name, after.name), Clock(seconds), 1)
    return json.dumps(as_object(found), ensure_ascii=False, indent=2)


@contextmanager
def _opened(root: Path, version: Version) -> Iterator[Path]:
    if not version.revision:
        with draft(root, version.files or {}) as folder:
            yield folder
        return
    from engine.regress.impact_version import find_version

    with TemporaryDirectory(prefix="alis-") as scratch:
        folder = find_version(f"{root}@{version.revision}", Path(scratch)).folder
        with told_without(folder):
            yield folder


@contextmanager
def _laid_out(cases: Mapping[str, str], folder: Path | None) -> Iterator[tuple[Path, list[Path]]]:
    """A folder, and the files in it that are test cases."""
    if not cases:
        if folder is None:
            why, next_step = "tjenesten er startet uten --saker", "send sakene med i «saker»"
            raise Faults([Fault(Place("saker", 1, 1), "SAKER-MANGLER", "det er ingen saker å teste", why, next_step)])
        folder = folder.resolve()
        yield folder.parent, case_files([folder])
        return
    with TemporaryDirectory(prefix="alis-") as scratch:
        paths = []
        for name, text in cases.items():
            path = Path(scratch) / name
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            paths.append(path)
        yield Path(scratch), paths
