"""The rows of a made-up population's tables, as SQL over its cases (`sak`), doctors (`lege`) and windows (`vindu`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.batch import sql
from engine.batch.boundary import Boundaries
from engine.batch.draw import Values, draw, unless_missing
from engine.batch.schema import APPLICATIONS, DOCTORS, PERIODS, SCHEME, Column, Table, sql_type
from engine.language.rulebook import Rulebook

#: in percent: doctors and applications that have lines of a list fact that need not be told
WITH_LINES = 5


@dataclass(frozen=True)
class PopulationRows:
    """What each cell holds. `lists` gives, for a date fact, the column of the window with its boundaries.

    `missing` is the percent of what may be left out that is.
    """

    book: Rulebook
    schemes: Sequence[str]
    boundaries: Mapping[str, Boundaries]
    lists: Mapping[str, str]
    missing: Fraction

    def query(self, table: Table) -> str | None:
        """The rows of a table; None when nobody has any."""
        if table.lines_of is not None:
            return self._lines(table)
        if table.name == APPLICATIONS:
            return f"SELECT {self._chosen(table)} FROM sak AS r JOIN vindu AS w ON w.nr = r.vindu_nr ORDER BY r.nr"
        if not any(self.book.vocabulary.schemes[name].has_doctors for name in self.schemes):
            return None
        if table.name == DOCTORS:
            rows = "(SELECT lege.*, sak.sted, sak.runde FROM lege JOIN sak ON sak.nr = lege.sak_nr) AS r"
            return (
                f"SELECT {self._chosen(table)} FROM {rows} JOIN vindu AS w ON w.nr = r.vindu_nr ORDER BY r.sak_nr, r.nr"
            )
        spans = "unnest([{'del': 1, 'fra': f1, 'til': t1}, {'del': 2, 'fra': f2, 'til': t2}, {'del': 3, 'fra': f3, 'til': t3}])"
        rows = f"""(SELECT *, tilstand_av(legens, del) AS tilstand FROM (SELECT * EXCLUDE (periode), periode.del AS del,
            periode.fra AS fra, periode.til AS til FROM (SELECT lege.sak_nr, lege.nr, lege.ordning_nr, lege.vindu_nr,
            lege.tilstand AS legens, sak.sted, sak.runde, {spans} AS periode FROM lege JOIN sak ON sak.nr = lege.sak_nr) AS delt)
            AS delt WHERE fra IS NOT NULL) AS r"""
        return f"SELECT {self._chosen(table)} FROM {rows} JOIN vindu AS w ON w.nr = r.vindu_nr ORDER BY r.sak_nr, r.nr, r.del"

    def _lines(self, table: Table) -> str | None:
        """One to three lines of a list fact, for some of those that may have it."""
        fact = table.lines_of
        assert fact is not None
        own = [str(number) for number, name in enumerate(self.schemes) if name in fact.schemes]
        if not own:
            return None
        some = f"{draw(f'{fact.name} linjer', 100)} < {WITH_LINES}"
        owner, keys = (
            ("sak", "nr AS sak_nr, sted, runde") if table.level == "søknad" else ("lege", "sak_nr, nr, sted, runde")
        )
        source = (
            owner
            if owner == "sak"
            else "(SELECT lege.*, sak.sted, sak.runde FROM lege JOIN sak ON sak.nr = lege.sak_nr) AS lege"
        )
        count = draw(f"{fact.name} antall", 3)
        rows = f"""(SELECT *, tilstand_av(eierens, del) AS tilstand FROM (SELECT {keys}, ordning_nr, vindu_nr, tilstand AS eierens,
            unnest(range(1, 2 + {count})) AS del FROM {source} WHERE ordning_nr IN ({", ".join(own)}) AND {some}) AS delt) AS r"""
        order = "r.sak_nr, r.del" if owner == "sak" else "r.sak_nr, r.nr, r.del"
        return f"SELECT {self._chosen(table)} FROM {rows} JOIN vindu AS w ON w.nr = r.vindu_nr ORDER BY {order}"

    def _chosen(self, table: Table) -> str:
        return ", ".join(
            f"CAST({self._cell(table, one)} AS {sql_type(one)}) AS {sql.name(one.name)}" for one in table.columns
        )

    def _cell(self, table: Table, column: Column) -> str:
        """SQL for a column: for each scheme its own, and nothing where the scheme does not ask for it."""
        if column.fact is None:
            return self._key(table, column)
        fact, found = column.fact, []
        for number, name in enumerate(self.schemes):
            listed = table.lines_of or fact
            if name not in listed.schemes:
                continue
            values = self._values(table, name)
            told = values.column(fact)
            if not fact.required:
                told = unless_missing(f"{table.name} {fact.name}", told, self.missing)
            found.append((number, told))
        if len(found) == len(self.schemes) and len({told for _, told in found}) == 1:
            return found[0][1]
        whens = " ".join(f"WHEN {number} THEN {told}" for number, told in found)
        return f"CASE r.ordning_nr {whens} END" if found else "NULL"

    def _values(self, table: Table, scheme: str) -> Values:
        own: dict[str, str] = {}
        vocabulary, found = self.book.vocabulary, self.boundaries[scheme]
        facts = vocabulary.facts_of(scheme, table.level)
        before, whose = None, "tilstand"
        if table.lines_of is not None:
            facts = tuple(table.lines_of.fields.values())
        elif table.name == APPLICATIONS:
            own[vocabulary.grant_year] = "w.tilskuddsår"
            whose = "r.stedets"
        elif table.name == PERIODS:
            own |= {"fra": "r.fra", "til": "r.til"}
            before = "r.legens"
        elif table.name == DOCTORS:
            among = f"(w.avtaler_fra + {draw('avtale', 'w.avtaler_til - w.avtaler_fra + 1')}::INTEGER)"
            values = Values(facts, found, self.lists)
            own[vocabulary.agreement_date] = values.at_boundary(vocabulary.agreement_date, 50, among)
        return Values(facts, found, self.lists, own, before, whose, "r.sted * 17")

    def _key(self, table: Table, column: Column) -> str:
        if column.name == SCHEME:
            return f"[{sql.texts(self.schemes)}][1 + r.ordning_nr]"
        doctor = "'lege-' || r.nr"
        number = "r.nr" if table.name == APPLICATIONS else "r.sak_nr"
        application = f"'k' || lpad(r.sted::VARCHAR, 3, '0') || '-' || r.runde || '-' || {number}"
        if table.name == APPLICATIONS:
            return application
        if column is table.columns[0]:
            return application
        return doctor
