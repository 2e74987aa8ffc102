"""A document as PDF, set by Typst: tagged for screen readers (PDF/UA-1), with its typefaces inside, the same bytes every time.

The template is fixed, and gets the document as data that it reads as JSON. Text is never markup there, so nothing an application
says can become code; and the compiler sees an empty folder, so there is no file to read.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
import warnings
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.explain.paper.document import Blank, Block, Cited, Document, Strong
from engine.explain.paper.sign import shown
from engine.text.fault import Fault, Faults
from engine.text.place import Place

_TEMPLATE = Path(__file__).with_name("page.typ")

#: where a fault of the command itself is placed
_COMMAND = Place("kommandolinjen", 1, 1)


def check_installed() -> None:
    """Raise `Faults` that say what to install when documents cannot be made."""
    if importlib.util.find_spec("typst") is None:
        what, why = "pakken «typst» er ikke installert", "PDF-dokumenter settes med den"
        raise Faults([Fault(_COMMAND, "MANGLER-PAKKE", what, why, "kjør pip install 'alis-regler[pdf]'")])


def pdf(document: Document) -> bytes:
    """The document as PDF. With a date it is also PDF/A-2a, for archives, which ask for one. Raises `Faults`."""
    check_installed()
    import typst

    standards: list[Any] = ["ua-1"] if document.dated is None else ["a-2a", "ua-1"]
    stamp = None
    if document.dated is not None:
        stamp = datetime(document.dated.year, document.dated.month, document.dated.day, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as empty, warnings.catch_warnings():
        warnings.simplefilter("error", typst.TypstWarning)
        compiled = typst.compile(
            _TEMPLATE.read_bytes(),
            root=empty,
            font_paths=_fonts(),
            pdf_standards=standards,
            sys_inputs={"document": json.dumps(_data(document), ensure_ascii=False)},
            timestamp=stamp,
            package_path=empty,
            package_cache_path=empty,
        )
    assert isinstance(compiled, bytes)
    return compiled


@cache
def _fonts() -> Any:
    """Only the typefaces that come with the compiler, so that every machine sets the same page."""
    import typst

    return typst.Fonts(include_system_fonts=False)


def _data(document: Document) -> dict[str, Any]:
    dated = document.dated
    return {
        "title": shown(document.title),
        "footer": shown(document.footer),
        "dated": None if dated is None else [dated.year, dated.month, dated.day],
        "blocks": [{"kind": type(one).__name__.lower(), **_fields(one)} for one in document.blocks],
    }


def _fields(block: Block) -> dict[str, Any]:
    """The block's fields as JSON; a span is `[kind, text]`."""
    found: dict[str, Any] = _plain({one.name: getattr(block, one.name) for one in fields(block)})
    return found


def _plain(value: Any) -> Any:
    match value:
        case str():
            return shown(value)
        case Strong(text):
            return {"strong": shown(text)}
        case Cited(text):
            return {"cited": shown(text)}
        case Blank(_, ask):
            return {"blank": shown(ask)}
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value
