"""What a rule answered, apart from where."""

from __future__ import annotations

from dataclasses import dataclass

from engine.decide.group import Clause

#: `vilkår.resultat` in the contract
MET, NOT_MET, UNRESOLVED, NOT_RELEVANT = "oppfylt", "ikke oppfylt", "uavklart", "ikke aktuelt"

#: the consequence of a requirement that is itself something to be supplied
SUPPLIED = "mangler opplysninger"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a rule answered, wherever it gave the same answer. `follows` is what the answer leads to, empty for nothing.

    Each is equal to itself alone, so that what is worked out from an answer can be kept with it.
    """

    clause: Clause
    result: str
    follows: str
    why: str | None = None
    exemption: str | None = None
    judged: bool = False

    @property
    def lacking(self) -> bool:
        """Whether something is missing: the answer is open, or what is not met can be put in order."""
        return self.result == UNRESOLVED or (self.result == NOT_MET and self.follows == SUPPLIED)
