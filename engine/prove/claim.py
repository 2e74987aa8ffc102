"""Claims: that something holds of no application at all. A claim stands when the loose scene allows no exception anywhere, falls
when an exact scene has one, and is open otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.language.model import Rule
from engine.prove.logic import Bool, conj, disj
from engine.prove.meaning import GroupMeaning, Meaning
from engine.prove.moment import Moment
from engine.prove.scene import Scene
from engine.prove.site import Site, meaning_of
from engine.prove.solver import Undecided
from engine.prove.stage import Looks, Stages

#: in how many moments an exception that the loose scene allows is looked for among real applications
MOST_TRIES = 4

#: in how many a real application is looked for before anything is proved: most claims fall there
FIRST_TRIES = 1

#: what a rule looks like, in its group
RuleLooks = Callable[[GroupMeaning, Meaning], Bool]


@dataclass(frozen=True)
class Claim:
    """That no application has the exception. `rules` are those it is about, all in force where it is asked."""

    code: str
    rules: tuple[Rule, ...]
    sites: tuple[Site, ...]
    exception: RuleLooks
    shows: RuleLooks
    """What an application that illustrates the claim looks like."""
    expects: str
    """What the engine must answer of the first rule in the illustration: `vilkår.resultat` of the contract, or empty for any."""
    text: str
    detail: str = ""
    exemption: str = ""
    wish: RuleLooks | None = None
    """What the illustration should look like too, where it can."""
    unless: tuple[str, ...] = ()
    """Codes of findings about the same rule that say it already."""
    when: Callable[[Moment], bool] = lambda moment: True


@dataclass
class Proved:
    """A claim that stands, in these moments of a site."""

    claim: Claim
    places: list[tuple[Site, Moment]] = field(default_factory=list)


@dataclass
class Doubtful:
    """A claim that is neither proved nor refuted, and why."""

    claim: Claim
    why: str


def settle(stages: Stages, claims: Sequence[Claim]) -> tuple[list[Proved], list[Doubtful]]:
    """Which claims stand, and which are open."""
    proved: list[Proved] = []
    doubtful: list[Doubtful] = []
    for claim in claims:
        one = _Trial(stages, claim)
        try:
            one.run()
        except Undecided as reason:
            doubtful.append(Doubtful(claim, str(reason)))
            continue
        if one.held or (claim.code == "GJELDER-ALDRI" and not one.asked):
            proved.append(Proved(claim, one.held))
        elif one.unsure:
            doubtful.append(Doubtful(claim, "ingen søknad med inntil tre perioder i måneden viser det"))
    return proved, doubtful


class _Trial:
    """One claim on trial. `held` are the places where it stands, when it is a finding; `unsure` those where it is open."""

    def __init__(self, stages: Stages, claim: Claim) -> None:
        self.stages = stages
        self.claim = claim
        self.held: list[tuple[Site, Moment]] = []
        self.unsure: list[tuple[Site, Moment]] = []
        self.asked = False

    def run(self) -> None:
        """Raises Undecided."""
        claim = self.claim
        places = list(self._places())
        self.asked = bool(places)
        if any(self._shown(*place) for place in places[:FIRST_TRIES]):
            return
        tries = 0
        for site, moment in places:
            stage = self.stages.stage(moment)
            if not stage.holds(looks(site, claim.rules, claim.exception)(stage.scene)):
                self.held.append((site, moment))
                continue
            tries += 1
            if tries <= MOST_TRIES and self._shown(site, moment):
                self.held, self.unsure = [], []
                return
            self.unsure.append((site, moment))
        if self.unsure:
            self.held = []

    def _shown(self, site: Site, moment: Moment) -> bool:
        return self.stages.shown(moment, site.component, looks(site, self.claim.rules, self.claim.exception))

    def _places(self) -> Iterator[tuple[Site, Moment]]:
        """Where the rules are in force together."""
        outside = any(rule.consequence == "utenfor" for rule in self.claim.rules)
        for site in self.claim.sites:
            for moment in self.stages.moments(site, outside):
                if self.claim.when(moment) and self._in_force(site, moment):
                    yield site, moment

    def _in_force(self, site: Site, moment: Moment) -> bool:
        present = site.rules(self.stages.scheme, moment)
        return all(any(clause.rule is rule for clause in present.values()) for rule in self.claim.rules)


def looks(site: Site, rules: Sequence[Rule], wanted: RuleLooks) -> Looks:
    """The first rule looking so, at a site where all of them are in force."""

    def one(scene: Scene) -> Bool:
        found: list[Bool] = []
        for present, group in site.meanings(scene):
            own = meaning_of(group, rules[0])
            if own is not None:
                found.append(conj(present, wanted(group, own)))
        return disj(*found)

    return one
