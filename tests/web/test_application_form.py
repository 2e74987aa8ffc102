"""An application filled in on a form: questions from the vocabulary, rows added and removed, errors beside their questions."""

from __future__ import annotations

import re
from html import unescape

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.rulebook import Rulebook
from engine.web import form_values, form_view
from engine.web.form_values import structure, text_of

WHOLE = {
    "ordning": "nasjonal-alis",
    "versjon": "0",
    "handling": "vurder",
    "søknad.id": "sak-17",
    "søknad.tilskuddsår": "2024",
    "søknad.mottatt": "28.8.2024",
    "søknad.søkertype": "kommune",
    "søknad.kommunenummer": "0301",
    "søknad.sentralitetsklasse": "3",
    "leger.0.rad": "1",
    "leger.0.id": "lege-1",
    "leger.0.tilskuddstype": "veiledning",
    "leger.0.avtale_inngått": "17.4.2024",
    "leger.0.spesialisering": "ny ordning",
    "leger.0.perioder.0.rad": "1",
    "leger.0.perioder.0.fra": "1.9.2023",
    "leger.0.perioder.0.til": "31.8.2024",
    "leger.0.perioder.0.stilling": "ansatt fastlege",
    "leger.0.perioder.0.stillingsandel": "50",
}


def saved(browser, changed: dict[str, str], address: str = "/saker/ny"):  # type: ignore[no-untyped-def]
    browser.get("/saker/ny?ordning=nasjonal-alis")
    return browser.submit(address, WHOLE | changed)


def test_every_question_of_a_scheme_is_asked_once(browser, book: Rulebook) -> None:
    for scheme in book.vocabulary.schemes:
        shown = unescape(browser.get(f"/saker/ny?ordning={scheme}").text)
        for level in ("søknad", "lege", "periode"):
            for fact in book.vocabulary.facts_of(scheme, level):
                assert fact.question in shown, fact.name
        ids = re.findall(r' id="(f-[^"]+)"', shown)
        assert len(ids) == len(set(ids))


def test_a_form_becomes_a_decision(browser) -> None:
    found = saved(browser, {})
    assert found.status_code == 200 and "innvilget" in found.text
    assert "40\u00a0346,00\u00a0kr" in found.text  # 12 months of 57,75 × 1 397,25 ÷ 12 × ½
    assert "kommunenummer: &#34;0301&#34;" in found.text


def test_what_is_wrong_stands_beside_its_question_and_nothing_is_kept(browser) -> None:
    before = browser.get("/saker").text
    found = saved(browser, {"leger.0.perioder.0.stillingsandel": "130", "søknad.mottatt": "31.2.2024"})
    assert found.status_code == 422
    for id in ("f-leger-0-perioder-0-stillingsandel", "f-søknad-mottatt"):
        assert f'href="#{id}"' in found.text and f'id="{id}-feil"' in found.text
    assert 'value="130"' in found.text and 'value="31.2.2024"' in found.text
    assert browser.get("/saker").text == before


def test_rows_are_added_and_removed_without_scripts(browser) -> None:
    two = saved(browser, {"handling": "legg-til leger.0.perioder"})
    assert 'name="leger.0.perioder.1.fra"' in two.text and 'value="1.9.2023"' in two.text
    one = saved(browser, {"handling": "fjern leger.0.perioder.0", "leger.0.perioder.1.fra": "1.1.2024"})
    assert 'value="1.1.2024"' in one.text and 'value="1.9.2023"' not in one.text
    doctors = saved(browser, {"handling": "legg-til leger"})
    assert 'name="leger.1.id"' in doctors.text and 'value="lege-2"' in doctors.text


def test_an_unfinished_application_is_kept_and_goes_on(browser) -> None:
    found = saved(browser, {"handling": "lagre", "søknad.mottatt": "i fjor"})
    assert "Søknaden kan ikke vurderes ennå" in found.text
    address = found.url.path
    form = browser.get(f"{address}/soknad").text
    assert 'value="i fjor"' in form
    found = browser.submit(f"{address}/soknad", WHOLE | {"versjon": "1"})
    assert found.url.path == address and "40\u00a0346,00\u00a0kr" in found.text


def test_missing_facts_are_answered_in_place_one_at_a_time(browser) -> None:
    found = saved(browser, {"leger.0.spesialisering": "", "leger.0.perioder.0.stillingsandel": ""})
    address = found.url.path
    assert "Disse svarene kan endre vedtaket" in found.text
    asked = []
    page = browser.get(f"{address}/neste")
    while page.url.path.endswith("/neste"):
        name = re.search(r'name="(leger[^"]+)"', page.text)[1]
        asked.append(name)
        version = re.search(r'name="versjon" value="(\d+)"', page.text)[1]
        page = browser.submit(f"{address}/svar", {"versjon": version, "neste": "1", name: WHOLE[name]})
    assert sorted(asked) == ["leger.0.perioder.0.stillingsandel", "leger.0.spesialisering"]
    assert "40\u00a0346,00\u00a0kr" in page.text


def test_two_people_changing_the_same_case_get_a_conflict(browser) -> None:
    address = saved(browser, {}).url.path
    browser.get(f"{address}/soknad")
    assert browser.submit(f"{address}/soknad", WHOLE | {"versjon": "1"}).status_code == 200
    late = browser.submit(f"{address}/soknad", WHOLE | {"versjon": "1", "søknad.sentralitetsklasse": "6"})
    assert late.status_code == 409 and "endret av noen andre" in late.text


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "a\nb: c"]
)
def test_hostile_text_stays_text(browser, hostile: str) -> None:
    for name in WHOLE:
        if "." in name and not name.endswith("rad"):
            found = saved(browser, {name: hostile})
            assert found.status_code in (200, 422)
            assert "<script>alert" not in found.text and "<img src=x" not in found.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.from_regex(r"[a-zæøå.0-9]{1,30}", fullmatch=True), st.text(max_size=20)), max_size=20))
def test_any_fields_give_a_structure(fields: list[tuple[str, str]]) -> None:
    assert isinstance(structure(fields), dict)


@settings(max_examples=80, deadline=None)
@given(value=st.text(min_size=1, max_size=40))
def test_what_was_written_is_what_is_kept(book: Rulebook, value: str) -> None:
    text, places = text_of(book, {"søknad": {"id": "x", "kommunenummer": value}, "leger": []}, "nasjonal-alis")
    assert len(text.splitlines()) == len(places) or "\x85" in value or "\u2028" in value
    if value.strip() and value.isprintable():
        assert pyyaml.safe_load(text)["søknad"]["kommunenummer"] == value.strip()


def test_the_form_reads_back_what_it_wrote(book: Rulebook) -> None:
    form = structure((name, value) for name, value in WHOLE.items() if "." in name)
    text, _ = text_of(book, form, "nasjonal-alis")
    again = form_values.of_text(book, text, "søknad.yaml")
    assert text_of(book, again, "nasjonal-alis")[0] == text
    assert not form_view.form(book, "nasjonal-alis", again, True).errors
