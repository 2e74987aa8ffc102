"""Units of measure: `kr/time × timer/år = kr/år`.

A unit is a product of base units with whole exponents. Percent is a base unit of its own on the surface; in a product it
counts as hundredths without a unit, so `kr × prosent = kr`, while `kr + prosent` is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

#: every accepted spelling → the base unit it stands for
SPELLINGS: dict[str, str] = {
    "kr": "kr",
    "krone": "kr",
    "kroner": "kr",
    "time": "time",
    "timer": "time",
    "dag": "dag",
    "dager": "dag",
    "måned": "måned",
    "måneder": "måned",
    "år": "år",
    "prosent": "prosent",
    "%": "prosent",
}

_PLURAL = {"time": "timer", "dag": "dager", "måned": "måneder", "prosent": "%"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of base units. `powers` is sorted (base, exponent) pairs, exponents not zero; empty is a plain number."""

    powers: tuple[tuple[str, int], ...] = ()

    def times(self, other: Unit, sign: int = 1) -> Unit:
        """The unit of a product (`sign=1`) or of a quotient (`sign=-1`)."""
        powers = dict(self.powers)
        for base, exponent in other.powers:
            powers[base] = powers.get(base, 0) + sign * exponent
        return Unit(tuple(sorted((base, exponent) for base, exponent in powers.items() if exponent)))

    @property
    def is_percent(self) -> bool:
        return self == PERCENT

    def __str__(self) -> str:
        over = [base for base, exponent in self.powers if exponent > 0 for _ in range(exponent)]
        under = [base for base, exponent in self.powers if exponent < 0 for _ in range(-exponent)]
        if not over and not under:
            return "tall uten enhet"
        return "·".join(over or ["1"]) + ("/" + "·".join(under) if under else "")

    @property
    def name(self) -> str:
        """The unit as a noun: `dager`, `kr/time`, `prosent`."""
        words = self.after(2)
        return "prosent" if words == "%" else words or str(self)

    def after(self, amount: object) -> str:
        """The unit as read after an amount: singular after 1, plural else (`1 dag`, `7 dager`)."""
        if not self.powers:
            return ""
        if len(self.powers) == 1 and self.powers[0][1] == 1:
            base = self.powers[0][0]
            return "%" if base == "prosent" else base if amount == 1 else _PLURAL.get(base, base)
        over, slash, under = str(self).partition("/")
        return (over if amount == 1 else _PLURAL.get(over, over)) + slash + under


PLAIN = Unit()
PERCENT = Unit((("prosent", 1),))
KRONER = Unit((("kr", 1),))
DAYS = Unit((("dag", 1),))
MONTHS = Unit((("måned", 1),))
KRONER_PER_MONTH = Unit((("kr", 1), ("måned", -1)))


def read_unit(text: str) -> Unit:
    """`kr/time` → Unit. Raises ValueError, in Norwegian, on an unknown base unit or more than one `/`."""
    parts = text.strip().split("/")
    if len(parts) > 2:
        raise ValueError(f"«{text}» har mer enn én skråstrek")
    unit = PLAIN
    for sign, part in zip((1, -1), parts, strict=False):
        base = SPELLINGS.get(part.strip())
        if base is None:
            raise ValueError(f"«{part.strip()}» er ikke en kjent enhet")
        unit = unit.times(Unit(((base, 1),)), sign)
    return unit
