"""A rule file being edited: what it was when editing began, the draft so far, and what a form makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.exceptions import HTTPException

from engine.text.fault import Fault, Faults
from engine.web import rule_work
from engine.web.draft import RULE_FILE
from engine.web.rule_edit import as_given, edited
from engine.web.rule_fields import Field, fields

#: the whole file as one text
WHOLE = "fil"


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it is to be shown: its fields with what was filled in and what is wrong there, and the file as it would be.

    `wrong` are faults that belong to no field, by where they stand and what they say.
    """

    fields: tuple[Field, ...]
    text: str
    wrong: tuple[str, ...] = ()

    @property
    def faulty(self) -> bool:
        return bool(self.wrong) or any(one.error for one in self.fields)


def current(root: Path, file: str) -> str:
    """The text of a rule file as it stands. Raises HTTPException (404)."""
    path = root / file
    inside = RULE_FILE.fullmatch(file) is not None and path.resolve().is_relative_to(root.resolve())
    if not inside or path.is_symlink() or not path.is_file():
        raise HTTPException(404)
    return path.read_bytes().decode("utf-8", "replace")


def shown(
    root: Path, file: str, section: str, name: str, draft: str, given: Mapping[str, str], others: Mapping[str, str]
) -> Shown:
    """The form with what was filled in, checked together with the other files of a draft. Work for a worker.

    Raises HTTPException (404) for a part there is not.
    """
    if section == WHOLE:
        text = as_given(draft, given["tekst"]) if "tekst" in given else draft
        return Shown((), text, tuple(map(told, rule_work.checked(root, {**others, file: text}))))
    found = fields(draft, file, section, name)
    if found is None:
        raise HTTPException(404)
    texts = {one.id: as_given(one.value, given.get(one.id, one.value)) for one in found}
    filled = [replace(one, value=texts[one.id]) for one in found]
    new = {one.path: texts[one.id] for one in found if texts[one.id] != one.value}
    try:
        text = edited(draft, file, new)
        after = fields(text, file, section, name) or found
    except Faults as faults:
        return _with_faults(filled, found, file, faults.faults, draft)
    return _with_faults(filled, after, file, rule_work.checked(root, {**others, file: text}), text)


def told(fault: Fault) -> str:
    """A fault in one sentence or two, with where it stands when it stands anywhere."""
    where = f"{fault.place.file}, linje {fault.place.line}: " if fault.place.line > 1 or fault.place.column > 1 else ""
    return f"{where}{words(fault)}"


def words(fault: Fault) -> str:
    """What, why and what to do, and the code."""
    return f"{_capital(fault.what)} – {fault.why}. {_capital(fault.next_step)}. ({fault.code})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _with_faults(filled: list[Field], placed: list[Field], file: str, faults: tuple[Fault, ...], text: str) -> Shown:
    """Each fault at the field that stands where it points: at that place, or alone on that line."""
    errors: dict[str, str] = {}
    wrong = []
    for fault in faults:
        on_line = [one for one in placed if fault.place.file == file and one.line == fault.place.line]
        there = [one for one in on_line if one.column == fault.place.column] or on_line[:1]
        if there:
            errors[there[0].id] = f"{errors[there[0].id]} {words(fault)}" if there[0].id in errors else words(fault)
        else:
            wrong.append(told(fault))
    return Shown(tuple(replace(one, error=errors.get(one.id, "")) for one in filled), text, tuple(wrong))
