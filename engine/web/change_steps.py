"""Trying a change: the steps that find out what it comes to, and what is not in order when they are done."""

from __future__ import annotations

from typing import Any

from engine.regress.run import PASSED
from engine.text.fault import Faults
from engine.web import change_work
from engine.web.change import Change
from engine.web.jobs import Job
from engine.web.service import Service
from engine.web.standing import standing
from engine.web.workers import stamp_of

#: the steps, in order
VALID, CASES, IMPACT, PROOF = "kontroll", "testsaker og dekning", "saker i lageret", "bevis"
#: those that test cases have no part in
_OF_RULES = (VALID, IMPACT, PROOF)
#: kept cases that a change is tried on, last changed first
_MOST_KEPT = 200
#: how long the proof may take, in seconds
_PROOF_TIME = 120


def try_out(service: Service, change: Change) -> Job:
    """Start finding out what a change comes to. What is known already, and does not hang on the test cases, is not done again."""
    root, cases, files = service.settings.rules, service.settings.cases, change.rule_texts
    about = {"regler": change.rules_key, "saker": change.cases_key, "stempel": stamp_of(root)}
    before = service.jobs.find(change.id)
    known = {}
    if before is not None and all(before.about[key] == about[key] for key in ("regler", "stempel")):
        known = {name: one for name, one in before.found.items() if name in _OF_RULES and not isinstance(one, Faults)}
    steps: list[tuple[str, Any, tuple[Any, ...]]] = [
        (VALID, change_work.validated, (root, files)),
        (CASES, change_work.cases_tried, (root, files, cases, change.case_texts)),
    ]
    if change.rules:
        kept = [] if IMPACT in known else _kept(service)
        steps += [
            (IMPACT, change_work.impact_found, (root, files, cases, kept)),
            (PROOF, change_work.proved, (root, files, _PROOF_TIME)),
        ]
    return service.jobs.start(steps, about, id=change.id, known=known)


def _kept(service: Service) -> list[tuple[str, str, str]]:
    found = []
    for case in service.cases.listed(limit=_MOST_KEPT)[0]:
        if (
            service.settings.cases is not None and case.merke and case.versjon == 1
        ):  # an example as it came: a test case
            continue
        one = standing(service, case.id)
        found.append((case.id, one.name, one.text))
    return found


def tried(service: Service, change: Change) -> Job | None:
    """What was found out about the rules of the change as they are now; None when it must be tried anew, as after a restart."""
    job = service.jobs.find(change.id)
    return job if job is not None and job.about["regler"] == change.rules_key else None


def whole(job: Job | None, change: Change) -> bool:
    """Whether all is done and nothing has been changed since, nor stands in the way."""
    return job is not None and job.done and not job.faults and job.about["saker"] == change.cases_key


def concerns(job: Job) -> list[str]:
    """What is not as it should be in a change that may be proposed all the same."""
    found = []
    cases = job.found.get(CASES)
    if cases is None:
        found.append("Ingen testsaker er kjørt, for tjenesten er startet uten.")
    elif isinstance(cases, dict):
        if cases["brutt"]:
            count = len(cases["brutt"])
            found.append(f"{count} {'testsak' if count == 1 else 'testsaker'} som besto, består ikke lenger.")
        own = [file for file, status in cases["egne"].items() if status != PASSED]
        broken = {one["fil"] for one in cases["brutt"]}
        found += [f"Testsaken {file} er endret i utkastet, og består ikke." for file in own if file not in broken]
        lower = [one["navn"] for one in cases["dekning"] if one["lavere"]]
        if lower:
            found.append(f"Dekningen er lavere for {', '.join(lower)}.")
    proof = job.found.get(PROOF)
    if isinstance(proof, dict) and any(one["svar"] == "ikke avgjort" for one in proof["ordninger"]):
        found.append("Det er ikke avgjort om alle andre vedtak er like som før.")
    return found
