"""`alis skjema`: the generated files, made anew from the vocabulary and the schemas."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from engine.language.root import rule_root

EXAMPLES = """Eksempler:
  alis skjema            lag filene på nytt
  alis skjema --sjekk    kontroller at de er oppdatert (kode 1 når de ikke er det)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sjekk", action="store_true", help="kontroller uten å skrive")


def run(chosen: argparse.Namespace) -> int:
    from engine.text.file import write_whole

    stale = 0
    for path, text in generated(rule_root(None)).items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if chosen.sjekk:
            print(
                f"{path}:1:1: UTDATERT: filen stemmer ikke med reglene – den lages av dem – kjør «alis skjema»",
                file=sys.stderr,
            )
            stale += 1
        else:
            write_whole(path, text)
            print(f"skrev {path}")
    return 1 if stale else 0


def generated(root: Path) -> dict[Path, str]:
    """Every generated file and what it should hold."""
    from engine.explain.reference import language_reference
    from engine.language.application_schema import published_application_schema
    from engine.language.rulebook import open_rulebook
    from engine.language.schema_check import FOLDER, published

    vocabulary = open_rulebook(root).vocabulary
    schema = published_application_schema(vocabulary)
    docs = Path(__file__).resolve().parent.parent.parent / "docs"
    files = {FOLDER / "søknad.schema.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"}
    if docs.is_dir():
        files[docs / "språkreferanse.md"] = language_reference(
            published("regelsett"), published("vokabular"), vocabulary
        )
    return files
