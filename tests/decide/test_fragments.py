"""A group asked for fragment by fragment says what the whole group says."""

from collections.abc import Iterator
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.truth import JA, NEI, SKJØNN, UAVKLART
from engine.decide.agreement import Panel
from engine.decide.compiled import compiled
from engine.decide.decide import evaluators
from engine.decide.fragments import Fragments
from engine.decide.group import Group, Verdict
from engine.language.rulebook import Rulebook

SCHEMES = ("nasjonal-alis", "veiledet-tjeneste", "spesialisering")


def groups(book: Rulebook, scheme: str) -> Iterator[Group]:
    ready = compiled(book, scheme)
    yield ready.application
    yield from ready.lists.values()
    for part in ready.components.values():
        yield part.months
        if part.days is not None:
            yield part.days


def summed(fragments: Fragments, panel: Panel, codes: bytes, extra: set[str]) -> Verdict:
    """The verdict of the whole, from those of the fragments."""
    parts = [panel.verdict(one.fragment, bytes(codes[leaf] for leaf in one.leaves)) for one in fragments.alone]
    statuses = {one.status for one in parts} | extra
    flags = bytes(NEI if name in statuses else JA for name in fragments.status.extra)
    return Verdict(
        tuple(value for one in parts for value in one.values),
        tuple(value for one in parts for value in one.judgements),
        tuple(value for one in parts for value in one.partials),
        panel.verdict(fragments.status, flags).status,
    )


def test_the_pieces_say_what_the_whole_says(book: Rulebook) -> None:
    every = [(group, Fragments(group)) for scheme in SCHEMES for group in groups(book, scheme)]
    panel = Panel(evaluators())
    met = set()

    @settings(max_examples=200)
    @given(st.sampled_from(every), st.integers(0, 2**32))
    def same(chosen: tuple[Group, Fragments], seed: int) -> None:
        (group, fragments), random = chosen, Random(seed)
        seldom = random.choice([0.02, 0.3])  # of what is not met, so that every status is met
        weights = [seldom / 3, 1 - seldom, seldom / 3, seldom / 3]
        codes = bytearray(random.choices([UAVKLART, JA, NEI, SKJØNN], weights, k=group.size))
        for flag in group.extra.values():
            codes[flag] = random.choice([JA, NEI])
        extra = {name for name, flag in group.extra.items() if codes[flag] == NEI}
        whole = panel.verdict(group, bytes(codes))
        met.add(whole.status)
        assert summed(fragments, panel, bytes(codes), extra) == whole

    same()
    assert met == {"ja", "delvis", "nei", "uavklart", "skjønn", "utenfor", "avvist"}


def test_rules_that_are_alike_are_one_question(book: Rulebook) -> None:
    for scheme in SCHEMES:
        for group in groups(book, scheme):
            alone = Fragments(group).alone
            forms = [one.fragment.clauses[0] for one in alone]
            assert len({one.fragment for one in alone}) == len(set(forms))
            assert all(len(one.leaves) == one.fragment.size == len(set(one.leaves)) for one in alone)
    alone = Fragments(compiled(book, "nasjonal-alis").components["alis"].months).alone
    assert len({one.fragment for one in alone}) < len(alone)
