"""Changes of the vocabulary that decide: how answers are summed up, what is assumed when nothing is stated, what must be judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.language.vocabulary import Fact, OutcomeRule, Summary
from engine.regress.mutation_change import Change

ORDER, OUTCOME, DEFAULT, UNCLEAR = (
    "rekkefølge i sammenfatningen",
    "utfall i sammenfatningen",
    "forvalg",
    "uavklarte verdier fjernet",
)


def summary_changes(summary: Summary) -> Iterator[Change[Summary]]:
    """Neighbours in an order swapped, a line left out, `noen` for `alle`, and the two outcomes that stand alone."""
    for index in range(len(summary.month) - 1):
        one, other = summary.month[index : index + 2]
        changed = (*summary.month[:index], other, one, *summary.month[index + 2 :])
        yield Change(
            replace(summary, month=changed),
            ORDER,
            f"måned/{one}↔{other}",
            f"i en måned går {other} foran {one}",
            keys=("måned",),
        )
    for index, rule in enumerate(summary.outcomes):
        yield from _outcome(summary, index, rule)
    yield Change(
        replace(summary, formal_defect=summary.without_months),
        OUTCOME,
        f"formell_feil/{summary.formal_defect}→{summary.without_months}",
        f"formell feil gir {summary.formal_defect} → {summary.without_months}",
        keys=("formell_feil",),
    )
    for rule in summary.outcomes:
        if rule.outcome != summary.without_months:
            yield Change(
                replace(summary, without_months=rule.outcome),
                OUTCOME,
                f"uten_måneder/{summary.without_months}→{rule.outcome}",
                f"uten måneder gir {summary.without_months} → {rule.outcome}",
                keys=("uten_måneder",),
            )


def _outcome(summary: Summary, index: int, rule: OutcomeRule) -> Iterator[Change[Summary]]:
    rules = summary.outcomes
    if rule.quantifier == "ellers":
        return
    rest = (*rules[:index], *rules[index + 1 :])
    yield Change(
        replace(summary, outcomes=rest),
        OUTCOME,
        f"utfall/{rule.outcome}/uten",
        f"linjen om {rule.outcome} fjernet",
        keys=("utfall",),
    )
    following = rules[index + 1]
    if following.quantifier != "ellers":
        swapped = (*rules[:index], following, rule, *rules[index + 2 :])
        yield Change(
            replace(summary, outcomes=swapped),
            ORDER,
            f"utfall/{rule.outcome}↔{following.outcome}",
            f"{following.outcome} prøves før {rule.outcome}",
            keys=("utfall",),
        )
    other = "alle" if rule.quantifier == "noen" else "noen"
    turned = (*rules[:index], replace(rule, quantifier=other), *rules[index + 1 :])
    yield Change(
        replace(summary, outcomes=turned),
        OUTCOME,
        f"utfall/{rule.outcome}/{rule.quantifier}→{other}",
        f"{rule.outcome} når {rule.quantifier} {rule.status} → {other} {rule.status}",
        keys=("utfall",),
    )


def fact_changes(fact: Fact) -> Iterator[Change[Fact]]:
    """A default left out or changed, and a value that no longer calls for judgement."""
    if fact.default is not None:
        yield Change(
            replace(fact, default=None),
            DEFAULT,
            "forvalg/uten",
            f"«{fact.name}» har ikke lenger forvalget {fact.default}",
            keys=("forvalg",),
        )
        answers = ("ja", "nei") if fact.kind == "ja_nei" else fact.choices
        for other in answers:
            if other != fact.default:
                yield Change(
                    replace(fact, default=other),
                    DEFAULT,
                    f"forvalg/{fact.default}→{other}",
                    f"forvalget for «{fact.name}» {fact.default} → {other}",
                    keys=("forvalg",),
                )
    for value in fact.unclear:
        rest = tuple(one for one in fact.unclear if one != value)
        yield Change(
            replace(fact, unclear=rest),
            UNCLEAR,
            f"uavklarte_verdier/uten {value}",
            f"«{value}» i «{fact.name}» krever ikke lenger skjønn",
            keys=("uavklarte_verdier",),
        )
