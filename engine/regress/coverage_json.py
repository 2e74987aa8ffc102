"""Coverage as JSON, for programs.

    {"antall_saker": 295,
     "dekning": {"vilkår": {"antall": 120, "vist": 118, "begrunnet": 2, "prosent": 100.0}, "merknader": …, "unntak": …,
                 "ledd": …, "ledd alene": …, "grenser": …},
     "regler": [{"slag": "vilkår", "id": "…", "regelsett": "ÅR/…", "ordning": "…", "tittel": "…",
                 "hjemmel": {"kilde": "…", "punkt": "…"} | null,
                 "resultater": {"oppfylt": ["fil", …], "ikke oppfylt": […], "uavklart": […], "ikke aktuelt": […]},
                 "deler": [{"del": "krav 2 usant", "slag": "ledd", "status": "vist" | "begrunnet" | "mangler",
                            "vist_av": "fil" | null, "antall_saker": 3, "mangel": "…" | null, "fordi": "…" | null}]}],
     "bare_øyeblikksbilder": ["ÅR/…/vilkår"],
     "unntak_som_ikke_trengs": [{"regel": "…", "del": "…"}],
     "siden": {"versjon": "main (…)", "nye_hull": [{"regel": "ÅR/…/vilkår", "del": "…", "mangel": "…"}]} | null}

`slag` of a rule is regelsett, vilkår, opphevelse, merknad, definisjon, komponent or sats. `del` is what `dekning-unntak.yaml` calls the part.
A grense tells one case for each side; other parts count all.
"""

from __future__ import annotations

import json
from typing import Any

from engine.regress.coverage_part import Coverage, Part, Since, Subject


def as_json(coverage: Coverage) -> str:
    """The whole coverage as one object."""
    content = {
        "antall_saker": coverage.cases,
        "dekning": {
            name: {
                "antall": share.of,
                "vist": share.seen,
                "begrunnet": share.argued,
                "prosent": int(share.percent * 10) / 10,
            }
            for name, share in coverage.shares().items()
        },
        "regler": [_subject(one) for one in coverage.subjects],
        "bare_øyeblikksbilder": [one.key for one in coverage.snapshots],
        "unntak_som_ikke_trengs": [{"regel": rule, "del": part} for rule, part in coverage.unneeded],
        "siden": _since(coverage.since),
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _since(since: Since | None) -> dict[str, Any] | None:
    if since is None:
        return None
    lost = [
        {"regel": subject.key, "del": part.key, "mangel": part.lack} for subject, parts in since.lost for part in parts
    ]
    return {"versjon": since.version, "nye_hull": lost}


def _subject(subject: Subject) -> dict[str, Any]:
    citation = subject.citation
    return {
        "slag": subject.kind,
        "id": subject.id,
        "regelsett": subject.origin,
        "ordning": subject.scheme,
        "tittel": subject.title,
        "hjemmel": None if citation is None else {"kilde": citation.source, "punkt": citation.point},
        "resultater": {result: list(cases) for result, cases in subject.results.items()},
        "deler": [_part(part) for part in subject.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "del": part.key,
        "slag": part.category,
        "status": part.status,
        "vist_av": part.cases[0] if part.cases else None,
        "antall_saker": len(part.cases),
        "mangel": None if part.covered else part.lack,
        "fordi": part.argued or None,
    }
