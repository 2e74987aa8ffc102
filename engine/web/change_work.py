"""What a change of rules comes to: test cases, coverage, kept cases, and proof. Each is a step for the heavy worker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine.decide.check import open_checked
from engine.language.rulebook import Rulebook
from engine.regress import impact_json, report
from engine.regress.case import case_files
from engine.regress.coverage_part import Coverage
from engine.regress.impact import compare_cases, impact
from engine.regress.impact_version import Version as Folder
from engine.regress.run import PASSED
from engine.text.fault import Faults
from engine.web.case_draft import case_draft
from engine.web.case_run import measured, results_of, shares
from engine.web.draft import draft
from engine.web.rule_work import Version, checked, compared

Json = dict[str, Any]

#: what is shown of a long list
MOST_SHOWN = 50


def validated(_: Rulebook, root: Path, files: Mapping[str, str]) -> int:
    """Raises Faults with everything that is wrong with the draft; else gives how many files were changed."""
    faults = checked(root, files)
    if faults:
        raise Faults(list(faults))
    return len(files)


def cases_tried(
    book: Rulebook, root: Path, files: Mapping[str, str], folder: Path | None, cases: Mapping[str, str]
) -> Json | None:
    """The test cases and the coverage before and after the change of rules and of cases; None without a folder of cases.

    {"antall", "bestått_før", "bestått_etter", "brutt": [sak], "rettet": ["fil"], "fortsatt": [sak], "egne": {"fil": status},
     "dekning": [{"navn", "før", "etter", "lavere"}], "nye_hull": [{"regel", "tittel", "mangel"}]}
    """
    if folder is None:
        return None
    base = folder.resolve()
    paths = case_files([base])
    before = results_of(book, paths, base)
    covered_before = measured(root, paths, before)
    with draft(root, files) as changed, case_draft(base, cases) as changed_cases:
        paths = case_files([changed_cases])
        after = results_of(open_checked(changed), paths, changed_cases)
        covered = measured(changed, paths, after)
    written = json.loads(report.as_json(after))["saker"]
    passed_before = {one.path for one in before if one.status == PASSED}
    failing = [one for one in written if one["status"] != PASSED]
    lost = covered.after(covered_before, "gjeldende").since
    assert lost is not None
    return {
        "antall": len(after),
        "bestått_før": len(passed_before),
        "bestått_etter": sum(one.status == PASSED for one in after),
        "brutt": [one for one in failing if one["fil"] in passed_before],
        "fortsatt": [one["fil"] for one in failing if one["fil"] not in passed_before and one["fil"] not in cases],
        "rettet": [
            one.path
            for one in after
            if one.status == PASSED and one.path not in passed_before and one.path not in cases
        ],
        "egne": {one.path: one.status for one in after if one.path in cases},
        "dekning": _compared_shares(covered_before, covered),
        "nye_hull": [
            {"regel": subject.key, "tittel": subject.title, "mangel": part.lack}
            for subject, parts in lost.lost
            for part in parts
        ],
    }


def impact_found(
    _: Rulebook, root: Path, files: Mapping[str, str], folder: Path | None, kept: Sequence[tuple[str, str, str]]
) -> Json:
    """What the kept cases (id, name, text) and the test cases come to before and after, as `alis konsekvens --json` has it."""
    with _laid_out(kept) as scratch, draft(root, files) as changed:
        paths = case_files([scratch]) if kept else []
        if folder is not None:
            paths += case_files([folder.resolve()])
        before, after = Folder("gjeldende", root), Folder("forslaget", changed)
        books = before.open(), open_checked(changed)
        found = impact(before, after, books, compare_cases(paths, before, after, (), 1, books), ())
        written = impact_json.as_json(found)
    content: Json = json.loads(written)
    for one in content["saker"]:
        path = Path(one["fil"])
        one["sak"] = path.parent.name if path.is_relative_to(scratch) else ""
        one["fil"] = "" if one["sak"] or folder is None else path.relative_to(folder.resolve()).as_posix()
    return {
        "antall": content["antall"],
        "kroner": content["kroner"],
        "saker": content["saker"][:MOST_SHOWN],
        "utelatt": max(0, len(content["saker"]) - MOST_SHOWN),
    }


def proved(_: Rulebook, root: Path, files: Mapping[str, str], seconds: int) -> Json:
    """What differs, with the smallest witness, as `alis sammenlign --format json` has it."""
    content: Json = json.loads(compared(root, Version(), Version(files=files, name="forslaget"), seconds))
    return content


def _compared_shares(before: Coverage, after: Coverage) -> list[Json]:
    """Each share in percent. Lower is told where a smaller part is shown or argued."""
    old, new = before.shares(), after.shares()
    written = shares(before), shares(after)
    return [
        {
            "navn": name,
            "før": written[0][name]["prosent"],
            "etter": written[1][name]["prosent"],
            "lavere": new[name].percent < old[name].percent,
        }
        for name in new
    ]


@contextmanager
def _laid_out(kept: Sequence[tuple[str, str, str]]) -> Iterator[Path]:
    """Kept cases as files, each in a folder with the name of its id."""
    with TemporaryDirectory(prefix="alis-") as scratch:
        for id, name, text in kept:
            path = Path(scratch) / id / f"sak{'.json' if name.lower().endswith('.json') else '.yaml'}"
            path.parent.mkdir()
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        yield Path(scratch)
