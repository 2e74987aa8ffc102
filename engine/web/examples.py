"""Example cases: the applications of a folder, decided and kept. Those already there are left as they are."""

from __future__ import annotations

from pathlib import Path

from engine.regress.case import case_files
from engine.store.case import Application
from engine.store.ledger import Json
from engine.web.service import Service
from engine.web.work import Decided, decided_files

_WHO = "eksempel"
_CHUNK = 25


def load_examples(service: Service, folder: Path) -> int:
    """Open a case for every file that can be decided; all at once. Gives how many. Raises Faults for a folder without any."""
    known = service.cases.marks()
    paths = [path.resolve() for path in case_files([folder]) if path.relative_to(folder).as_posix() not in known]
    chunks = [paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK)]
    running = [service.workers.start(decided_files, chunk) for chunk in chunks]
    made: list[tuple[Application, Json | None, str]] = []
    for chunk, future in zip(chunks, running, strict=True):
        for path, (text, found) in zip(chunk, future.result(), strict=True):
            if isinstance(found, Decided):
                mark = path.relative_to(folder.resolve()).as_posix()
                made.append((Application(path.name, text, found.scheme, found.id), found.content, mark))
    if made:
        service.cases.create_all(_WHO, made)
    return len(made)
