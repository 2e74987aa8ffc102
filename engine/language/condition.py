"""Conditions: the trees that requirements, scopes and exceptions are written as.

On the surface a condition is a mapping. `alle`, `minst_én`, `ingen_av` and `ikke` combine; any other key is the name of an
operand with a test (`{farge: rød}`, `{antall: {minst: 3}}`); several keys in one mapping must all hold.
`formel` names a computed operand. The words `skjønn` and `alltid` are conditions by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.language.expression import UNREADABLE, Expression, FormulaError, Name, names, read_expression
from engine.text.fault import FaultList
from engine.text.node import Mapping, Node, Scalar, Sequence
from engine.text.norsk import quoted
from engine.text.place import Place
from engine.text.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Judgement:
    """Only a person can tell."""


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` on numbers, dates or months; `op` is one of = < <= > >=. A moment is compared by its date."""

    left: Expression
    op: str
    right: Expression
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """A choice (or yes/no, as `ja`/`nei`) is one of `values`."""

    name: Name
    values: tuple[str, ...]
    place: Place = field(compare=False)
    places: tuple[Place, ...] = field(default=(), compare=False)

    def at(self, number: int) -> Place:
        """Where a value stands."""
        return self.places[number] if self.places else self.place


@dataclass(frozen=True, slots=True)
class Includes:
    """A multiple choice includes the value."""

    name: Name
    value: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Given:
    """An optional fact is stated (`oppgitt`), or a threshold or rate is known (`kjent`)."""

    name: Name
    word: str
    place: Place = field(compare=False)


Leaf = Compare | Among | Includes | Given
Condition = All | Any | Not | Judgement | Leaf

ALWAYS = All(())

_NUMERIC = {"minst": ">=", "over": ">", "høyst": "<=", "under": "<"}
_DATED = {"fra_og_med": ">=", "etter": ">", "til_og_med": "<=", "før": "<", "på": "="}
COMPARISONS = {**_NUMERIC, **_DATED}
TESTS = (*COMPARISONS, "er", "en_av", "ingen_av", "inneholder", "inneholder_alle", "oppgitt", "kjent")
COMBINERS = ("alle", "minst_én", "ingen_av", "ikke")


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf, in the order written."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case Judgement():
            return
        case _:
            yield condition


def operand_names(leaf: Leaf) -> Iterator[Name]:
    """Every name a leaf reads."""
    if isinstance(leaf, Compare):
        yield from names(leaf.left)
        yield from names(leaf.right)
    else:
        yield leaf.name


def read_condition(node: Node, faults: FaultList) -> Condition:
    """A node that has passed the schema → condition tree. What cannot be read is reported and counts as always met."""
    if isinstance(node, Scalar):
        if node.text == "skjønn":
            return Judgement()
        if node.text == "alltid":
            return ALWAYS
        _wrong(node.place, f"«{node.text}» er ikke et krav", faults)
        return ALWAYS
    if isinstance(node, Sequence):
        _wrong(node.place, "en liste er ikke et krav", faults)
        return ALWAYS
    if "formel" in node.entries:
        return _computed(node, faults)
    parts = tuple(_entry(key, node.keys[key], value, faults) for key, value in node.entries.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _entry(key: str, place: Place, value: Node, faults: FaultList) -> Condition:
    if key in ("alle", "minst_én", "ingen_av"):
        if not isinstance(value, Sequence):
            _wrong(value.place, f"«{key}» skal ha en liste med krav", faults)
            return ALWAYS
        parts = tuple(read_condition(item, faults) for item in value.items)
        return All(parts) if key == "alle" else Any(parts) if key == "minst_én" else Not(Any(parts))
    if key == "ikke":
        return Not(read_condition(value, faults))
    return _tests(Name(key, place), value, faults)


def _computed(node: Mapping, faults: FaultList) -> Condition:
    formula = node.entries["formel"]
    left = _expression(formula, faults)
    rest = {key: value for key, value in node.entries.items() if key != "formel"}
    parts: list[Condition] = []
    compared = True
    for key, value in rest.items():
        if key in COMPARISONS or key == "er":
            parts.append(Compare(left, COMPARISONS.get(key, "="), _expression(value, faults), node.keys[key]))
        else:
            next_step = "skriv formelen og sammenligningen som ett punkt under «alle», og resten som andre punkter"
            _wrong(node.keys[key], f"«{key}» kan ikke stå sammen med «formel»", faults, next_step)
            compared = False
    if not parts and compared:
        next_step = "legg til «minst», «over», «høyst», «under» eller «er»"
        _wrong(node.place, "formelen er ikke sammenlignet med noe", faults, next_step)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _tests(name: Name, value: Node, faults: FaultList) -> Condition:
    if isinstance(value, Scalar):
        return _equal(name, value, faults)
    if isinstance(value, Sequence):
        _wrong(value.place, f"«{name.name}» er sammenlignet med en liste", faults)
        return ALWAYS
    parts = tuple(_test(name, key, value.keys[key], item, faults) for key, item in value.entries.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _equal(name: Name, value: Scalar, faults: FaultList) -> Condition:
    """`name: value`. Whether the value is a choice or a number is settled when the names are resolved."""
    return Among(name, (_word(value.text),), value.place)


def _word(text: str) -> str:
    return {"true": "ja", "false": "nei"}.get(text, text)


def _test(name: Name, key: str, place: Place, value: Node, faults: FaultList) -> Condition:
    if key in COMPARISONS:
        return Compare(name, COMPARISONS[key], _expression(value, faults), place)
    if key == "er" and isinstance(value, Scalar):
        return _equal(name, value, faults)
    if key in ("en_av", "ingen_av", "inneholder_alle") and isinstance(value, Sequence):
        items = [item for item in value.items if isinstance(item, Scalar)]
        if key == "inneholder_alle":
            return All(tuple(Includes(name, item.text, item.place) for item in items))
        among = Among(name, tuple(_word(item.text) for item in items), place, tuple(item.place for item in items))
        return among if key == "en_av" else Not(among)
    if key == "inneholder" and isinstance(value, Scalar):
        return Includes(name, value.text, value.place)
    if key in ("oppgitt", "kjent") and isinstance(value, Scalar) and _word(value.text) in ("ja", "nei"):
        given = Given(name, key, place)
        return given if _word(value.text) == "ja" else Not(given)
    if key in TESTS:
        _wrong(value.place, f"verdien passer ikke til «{key}»", faults)
    else:
        hint = did_you_mean(key, TESTS)
        _wrong(place, f"«{key}» er ikke en sammenligning" + (f",{hint}" if hint else ""), faults)
    return ALWAYS


def _expression(node: Node, faults: FaultList) -> Expression:
    if not isinstance(node, Scalar):
        _wrong(node.place, "her skal det stå et tall, en dato, et navn eller en formel", faults)
        return Name(UNREADABLE, node.place)
    return expression_at(node, faults)


def expression_at(node: Scalar, faults: FaultList) -> Expression:
    """The formula in a scalar. What does not parse is reported at its own column and reads as `UNREADABLE`.

    Where the text is written otherwise in the file (folded over lines, with escapes), everything is at the start of the scalar.
    """
    start = node.place.right(node.quoted) if node.verbatim else node.place
    try:
        return read_expression(node.text, start, node.verbatim)
    except FormulaError as error:
        at = start.right(error.offset) if node.verbatim else start
        faults.add(at, "FORMEL", str(error), f"formelen {quoted(node.text)} kan ikke leses", error.next_step)
        return Name(UNREADABLE, start)


def _wrong(place: Place, what: str, faults: FaultList, next_step: str = "se «Krav» i språkreferansen") -> None:
    faults.add(place, "KRAV", what, "kravet kan ikke leses", next_step)
