"""A run of the test cases: what came of each, and how much of the regulation they show. Work for the heavy worker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.language.rulebook import Rulebook
from engine.regress import coverage_json, report
from engine.regress.case import case_files
from engine.regress.coverage import measure
from engine.regress.coverage_part import Coverage, Subject
from engine.regress.run import DEVIATES, PASSED, Result, run_case
from engine.web.mutation_run import fingerprint

Json = dict[str, Any]

#: so many of the cases that show a rule are named
MOST_NAMED = 12


def ran(book: Rulebook, root: Path, folder: Path) -> Json:
    """The run as it is kept: counts and cases as `alis test --json` has them, and coverage by rule.

    {"antall": …, "bestått": …, …, "saker": [{"fil", "id", "ordning", "år", "status", "avvik", "feil"}],
     "dekning": {"vilkår": {"antall", "vist", "begrunnet", "prosent"}, …},
     "regler": [{"slag", "id", "regelsett", "tittel", "hjemmel", "deler": [dekket, alle], "hull": ["…"],
                 "resultater": {"oppfylt": [antall, ["fil", …]], …}}],
     "avtrykk": {"regler_sha256", "unntak_sha256", "saker_sha256"}}
    """
    base = folder.resolve()
    paths = case_files([base])
    results = results_of(book, paths, base)
    content: Json = json.loads(report.as_json(results))
    return content | {
        "dekning": shares(found := measured(root, paths, results)),
        "regler": [_rule(one, base) for one in found.subjects],
        "avtrykk": fingerprint(book, root, folder),
    }


def results_of(book: Rulebook, paths: Iterable[Path], base: Path) -> list[Result]:
    """The results, with the names files have under a folder."""
    return [_named(run_case(path, book), path, base) for path in paths]


def measured(root: Path, paths: Sequence[Path], results: Sequence[Result]) -> Coverage:
    """The coverage by the cases that could be decided."""
    usable = [path for path, one in zip(paths, results, strict=True) if one.status in (PASSED, DEVIATES)]
    return measure(usable, root, lenient=True)


def shares(coverage: Coverage) -> Json:
    """The shares as the contract for coverage has them."""
    written: Json = json.loads(coverage_json.as_json(replace(coverage, since=None)))
    found: Json = written["dekning"]
    return found


def _named(result: Result, path: Path, base: Path) -> Result:
    shown = path.relative_to(base).as_posix()
    return replace(result, path=shown, problem=result.problem.replace(str(path), shown))


def _rule(subject: Subject, base: Path) -> Json:
    return {
        "slag": subject.kind,
        "id": subject.id,
        "regelsett": subject.origin,
        "tittel": subject.title,
        "hjemmel": subject.cited,
        "deler": [sum(part.covered for part in subject.parts), len(subject.parts)],
        "hull": [part.lack for part in subject.holes],
        "resultater": {
            result: [len(cases), [Path(case).relative_to(base).as_posix() for case in cases[:MOST_NAMED]]]
            for result, cases in subject.results.items()
            if cases
        },
    }
