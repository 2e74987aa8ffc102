"""The results of a run of test cases, as JSON and as JUnit XML."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from engine.regress.run import DEVIATES, PASSED, UNTESTED, UNUSABLE, Result

#: what XML 1.0 has no way to write
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def as_json(results: Sequence[Result]) -> str:
    """One object: counts by status, and every case with its deviations and the rules behind them."""
    counts = Counter(result.status for result in results)
    content = {
        "antall": len(results),
        **{status: counts[status] for status in (PASSED, DEVIATES, UNUSABLE, UNTESTED)},
        "saker": [_case(result) for result in results],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _case(result: Result) -> dict[str, Any]:
    written: dict[str, Any] = {
        "fil": result.path,
        "id": result.id,
        "ordning": result.scheme,
        "år": result.year,
        "status": result.status,
    }
    if result.problem:
        written["feil"] = result.problem.splitlines()
    if result.differences:
        written["avvik"] = [
            {
                "sted": str(deviation.place),
                "hvor": deviation.path,
                "forventet": deviation.expected,
                "fikk": deviation.found,
                "regler": [
                    {"id": one.rule, "regelsett": one.rule_set, "hjemmel": one.citation, "begrunnelse": one.reason}
                    for one in blamed
                ],
            }
            for deviation, blamed in result.differences
        ]
    return written


def as_junit(results: Sequence[Result]) -> str:
    """JUnit XML: a suite a scheme and year, a case a file; a deviation is a failure, an unusable file an error. Times in seconds.

    Only what Jenkins' schema knows (junit-10.xsd in https://github.com/jenkinsci/xunit-plugin), which readers that check, check
    against. It has no attribute for the file of a case, so that is the class, and a message begins with file, line and column.
    """
    suites = ElementTree.Element("testsuites", {"name": "alis", **_figures(results)})
    by_suite: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        by_suite.setdefault((result.scheme or "ikke lest", result.year), []).append(result)
    for (scheme, year), members in by_suite.items():
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            {"name": _text(f"{scheme} {year}".strip()), **_figures(members)},
            skipped=str(sum(one.status == UNTESTED for one in members)),
        )
        for one in members:
            about = {"classname": one.path, "name": one.id}
            case = ElementTree.SubElement(
                suite, "testcase", {key: _text(value) for key, value in about.items()}, time=f"{one.seconds:.3f}"
            )
            if one.status == DEVIATES:
                _told(case, "failure", "AVVIK", str(one.differences[0][0]), deviations_text(one))
            elif one.status == UNUSABLE:
                _told(case, "error", "UBRUKELIG", one.problem.splitlines()[0], one.problem)
            elif one.status == UNTESTED:
                ElementTree.SubElement(case, "skipped", message="saken har ikke «forventet»")
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _figures(results: Sequence[Result]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(one.status == DEVIATES for one in results)),
        "errors": str(sum(one.status == UNUSABLE for one in results)),
        "time": f"{sum(one.seconds for one in results):.3f}",
    }


def _told(case: ElementTree.Element, tag: str, kind: str, message: str, text: str) -> None:
    ElementTree.SubElement(case, tag, type=kind, message=_text(message)).text = _text(text)


def _text(text: str) -> str:
    """Without the characters that XML cannot hold; a file name may have them."""
    return _NOT_XML.sub("\ufffd", text)


def deviations_text(result: Result) -> str:
    """A deviating case as plain text: each deviation with its place, and the rules that made the difference."""
    lines = []
    for deviation, blamed in result.differences:
        lines.append(str(deviation))
        for one in blamed:
            about = "; ".join(part for part in (one.rule_set, one.citation) if part)
            lines.append(f"    {one.rule}{f' ({about})' if about else ''}: {one.reason}")
    return "\n".join(lines)
