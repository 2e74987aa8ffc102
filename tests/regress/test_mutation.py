"""Rule mutation: which changes of the rules the test cases notice, and the smallest application that would notice the others."""

import json
import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from commands import Run, caller, git
from twenty_one_days import FIXTURES, ROOT, change

from engine.case.application import application, read_application
from engine.language.rulebook import Rulebook, open_rulebook
from engine.regress.case import case_files
from engine.regress.expectation import deviations
from engine.regress.mutant import Mutant, Part, mutants
from engine.regress.mutation import NOTICED, REFUSED, SURVIVED, Bench, Workers, try_all
from engine.regress.mutation_case import naive, prepare, written
from engine.regress.mutation_exempt import EXEMPT_FILE, outdated, read_exempt
from engine.regress.mutation_report import Mutation, Places, percent
from engine.regress.mutation_since import touched
from engine.regress.witness import FINDINGS, OUTCOME, find_witness
from engine.text import yaml
from engine.text.fault import Faults

RULES = ROOT / "rules"
GUIDED = FIXTURES / "2017" / "veiledet-tjeneste"

#: a whole year in full position, which notices little
FULL_YEAR = FIXTURES / "2023" / "veiledning-full-stilling.yaml"
DAYS = "2023/nasjonal-alis/grenser/minste_antall_dager/2022-10../22→21"

#: the kinds of change that the issue asks for, in the words of the report
WANTED = {
    "verdi i tabell",
    "verdi i krav",
    "streng eller ikke streng",
    "dato for nye avtaler",
    "måned for eldre avtaler",
    "måneder",
    "måneder i tabell",
    "måneder i tilskuddsåret",
    "avtaledatoer for regelsettet",
    "avtaledatoer for unntak",
    "del av krav fjernet",
    "del av krav snudd",
    "unntak fjernet",
    "følge byttet",
    "svar fjernet",
    "svar lagt til",
    "komponent fjernet",
    "åpner_for fjernet",
    "verdi byttet med naboens",
    "overgang fjernet",
    "vilkår fjernet",
    "merknad fjernet",
    "avrunding",
    "formel",
    "gjelder_når fjernet",
    "subsidiær",
    "definisjon: der",
    "rekkefølge i sammenfatningen",
}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ROOT)
    return caller(capsys)


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of the rules to change."""
    return Path(shutil.copytree(RULES, tmp_path / "utkast"))


@pytest.fixture(scope="module")
def listed(book: Rulebook) -> list[Mutant]:
    return mutants(book)


def bench(book: Rulebook, *paths: Path) -> Bench:
    cases, unfit = prepare(paths, book)
    assert not unfit
    return Bench(book, cases)


def number(of: Bench, id: str) -> int:
    return next(index for index, mutant in enumerate(of.mutants) if mutant.id == id)


# --- the changes ---------------------------------------------------------------------------------------------------------


def test_every_wanted_kind_of_change_is_made(listed: list[Mutant]) -> None:
    assert {mutant.kind for mutant in listed} >= WANTED


def test_every_change_has_an_id_of_its_own_and_the_same_one_each_time(book: Rulebook, listed: list[Mutant]) -> None:
    ids = [mutant.id for mutant in listed]
    assert len(set(ids)) == len(ids)
    assert [mutant.id for mutant in mutants(book)] == ids


def test_every_change_changes_the_rules(book: Rulebook, listed: list[Mutant]) -> None:
    same = [
        mutant.id
        for mutant in listed
        if (changed := mutant.laid_on(book)).schemes == book.schemes and changed.vocabulary == book.vocabulary
    ]
    assert same == []


def test_a_change_leaves_the_rules_themselves_alone(book: Rulebook, listed: list[Mutant]) -> None:
    before = open_rulebook(RULES)
    for mutant in listed[::97]:
        mutant.laid_on(book)
    assert book.schemes == before.schemes


def test_every_change_is_told_and_placed(listed: list[Mutant]) -> None:
    for mutant in listed:
        assert mutant.change
        assert mutant.place.file.startswith("rules/") or mutant.place.file.startswith(str(RULES))


def test_a_threshold_is_changed_one_step_each_way(listed: list[Mutant]) -> None:
    found = {mutant.id: str(mutant) for mutant in listed if mutant.part.name == "minste_antall_dager"}
    assert found[DAYS] == "22 dager → 21 dager i minste_antall_dager, 2023/nasjonal-alis"
    assert DAYS.replace("21", "23") in found


def test_a_step_is_the_last_decimal_written(listed: list[Mutant]) -> None:
    found = {mutant.id.rsplit("/", 1)[1] for mutant in listed if mutant.part.name == "veiledningsfaktor"}
    assert {"1.15→1.14", "1.15→1.16"} <= found


def test_where_two_rule_sets_meet_both_are_moved(book: Rulebook, listed: list[Mutant]) -> None:
    (one,) = [mutant for mutant in listed if mutant.id == "2024/nasjonal-alis/avtaler/fra/2023-09-01→2023-09-02"]
    ranges = {each.id: each.agreements for each in one.laid_on(book).schemes["nasjonal-alis"].sets}
    before, after = ranges["2023/nasjonal-alis"], ranges["2024/nasjonal-alis"]
    assert before is not None and after is not None
    assert (str(before.last), str(after.first)) == ("2023-09-01", "2023-09-02")


def test_the_place_is_the_line_of_the_value(listed: list[Mutant]) -> None:
    (one,) = [
        mutant
        for mutant in listed
        if mutant.id == "2024/nasjonal-alis/vilkår/kommersiell-tilknytning/i_kraft/eksisterende_avtaler/ingen"
    ]
    place = Places(RULES).of(one)
    line = (RULES / "2024" / "nasjonal-alis.yaml").read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert "eksisterende_avtaler:" in line


# --- which case notices -----------------------------------------------------------------------------------------------------


def test_the_case_that_turns_on_the_change_is_tried_first(book: Rulebook) -> None:
    folder = FIXTURES / "2023"
    few = [FULL_YEAR, folder / "mal-ikke-oppgitt.yaml", folder / "fem-prosent-nøyaktig.yaml"]
    telling = folder / "veiledning-21-og-22-dager.yaml"
    of = bench(book, *few, telling)
    trial = of.trial(number(of, DAYS))
    assert (trial.status, trial.noticed_by, trial.tried) == (NOTICED, str(telling), 1)
    assert "veiledning-21-og-22-dager.yaml" in trial.what


def test_a_case_that_noticed_is_tried_sooner_on_the_next_change_of_the_part(book: Rulebook) -> None:
    of = bench(book, *sorted(GUIDED.glob("*.yaml")))
    numbers = [index for index, mutant in enumerate(of.mutants) if mutant.part.name == "opptjente_måneder"]
    paths = [case.path for case in of.cases]
    for first, then in pairwise(numbers):
        before = of.order(of.mutants[then])
        trial = of.trial(first)
        if trial.status == NOTICED:
            case = paths.index(trial.noticed_by)
            assert of.order(of.mutants[then]).index(case) <= before.index(case)
    assert of.order(of.mutants[numbers[-1]]) != bench(book, *map(Path, paths)).order(of.mutants[numbers[-1]])


def test_the_shipped_cases_notice_every_change_of_the_shipped_rules_or_it_is_argued(book: Rulebook) -> None:
    """The gate: whoever adds a rule adds the cases that would notice it changed, or the reason why none can."""
    cases, unfit = prepare(case_files([FIXTURES]), book)
    exempt = read_exempt(RULES)
    with Workers(book, cases, frozenset(exempt), processes=1) as workers:
        trials = list(try_all(workers, range(len(workers.bench.mutants))))
        ids = {mutant.id for mutant in workers.bench.mutants}
        found = Mutation(workers.bench.mutants, trials, exempt, outdated(exempt, ids), len(cases), unfit, 0.0)
    assert unfit == []
    assert [found.mutant(trial).id for trial in found.survivors()] == []
    assert ([one.id for one in found.unneeded()], [one.id for one in found.outdated]) == ([], [])
    assert found.score() == 100
    assert found.counts()[NOTICED] > 1000


def test_the_changes_of_a_small_scheme_are_all_noticed_or_argued(book: Rulebook) -> None:
    cases, unfit = prepare(sorted(GUIDED.glob("*.yaml")), book)
    exempt = read_exempt(RULES)
    with Workers(book, cases, frozenset(exempt), processes=1) as workers:
        own = [n for n, mutant in enumerate(workers.bench.mutants) if mutant.scheme == "veiledet-tjeneste"]
        trials = list(try_all(workers, own))
        found = Mutation(workers.bench.mutants, trials, exempt, [], len(cases), unfit, 0.0)
    assert unfit == []
    assert [found.mutant(trial).id for trial in found.survivors()] == []
    assert found.unneeded() == []
    assert found.score() == 100
    assert sum(found.counts().values()) == len(own) > 200


def test_two_processes_answer_as_one(book: Rulebook) -> None:
    cases, _ = prepare([FULL_YEAR, FIXTURES / "2023" / "veiledning-21-og-22-dager.yaml"], book)
    found = []
    for processes in (1, 2):
        with Workers(book, cases, processes=processes) as workers:
            own = [n for n, one in enumerate(workers.bench.mutants) if one.part.name == "over-tre-kalenderuker"]
            found.append([(trial.mutant, trial.status) for trial in try_all(workers, own)])
    assert found[0] == found[1]


def test_what_the_rule_check_refuses_never_reaches_a_decision(book: Rulebook) -> None:
    of = bench(book, FULL_YEAR)
    trial = of.trial(
        number(of, "2023/nasjonal-alis/vilkår/over-tre-kalenderuker/i_kraft/nye_avtaler/2022-10-01→2022-09-30")
    )
    assert trial.status == REFUSED
    assert "I-KRAFT" in trial.what


# --- the smallest application that would notice -----------------------------------------------------------------------------


def test_a_survivor_is_named_with_an_application_that_notices_it(book: Rulebook) -> None:
    of = bench(book, FULL_YEAR)
    trial = of.trial(number(of, DAYS))
    assert trial.status == SURVIVED
    witness = find_witness(of, trial.mutant)
    assert witness is not None and witness.rank == OUTCOME
    read = application(yaml.read_text(witness.saved.text, "vitne.yaml"), book)
    assert read.expected is not None
    assert deviations(read.expected, written(read, book, naive())) == []
    changed = of.mutants[trial.mutant].laid_on(book)
    found = deviations(read.expected, written(read, changed, naive()))
    assert [one.path for one in found] == [one.path for one in witness.saved.differences] != []
    (doctor,) = read.doctors
    days = sum((period.last - period.first).days + 1 for period in doctor.periods)
    assert days == 21
    assert read.provenance[0][0] == "øyeblikksbilde"
    assert "22 dager → 21 dager" in read.description


def test_a_witness_asks_for_nothing_that_the_case_it_came_from_did_not_lack(book: Rulebook) -> None:
    of = bench(book, FULL_YEAR)
    witness = find_witness(of, number(of, DAYS))
    assert witness is not None
    read = application(yaml.read_text(witness.saved.text, "vitne.yaml"), book)
    assert written(read, book, naive())["mangler"] == []


def test_a_change_that_only_moves_a_finding_is_told_as_such(book: Rulebook) -> None:
    of = bench(book, FULL_YEAR)
    witness = find_witness(of, number(of, "2022/nasjonal-alis/vilkår/samlet-stillingsandel/gjelder_når/uten"))
    assert witness is not None and witness.rank in (OUTCOME, FINDINGS)


def test_the_same_witness_each_time(book: Rulebook) -> None:
    texts = set()
    for _ in range(2):
        of = bench(book, FULL_YEAR)
        witness = find_witness(of, number(of, DAYS))
        texts.add(witness.saved.text if witness is not None else "")
    assert len(texts) == 1 and "" not in texts


# --- only what differs --------------------------------------------------------------------------------------------------------


def test_a_changed_threshold_touches_what_reads_it(draft: Path, book: Rulebook) -> None:
    change(draft)
    found = touched(open_rulebook(draft), book)
    assert Part("2023/nasjonal-alis", "grenser", "minste_antall_dager") in found
    assert Part("2023/nasjonal-alis", "vilkår", "over-tre-kalenderuker") in found
    assert Part("2024/nasjonal-alis", "vilkår", "kommersiell-tilknytning") in found
    assert Part("2023/nasjonal-alis", "vilkår", "mal-brukt") not in found
    assert not any(part.origin.endswith("veiledet-tjeneste") for part in found)


def test_unchanged_rules_touch_nothing(draft: Path, book: Rulebook) -> None:
    assert touched(open_rulebook(draft), book) == frozenset()


def test_a_changed_definition_touches_the_rules_that_read_it(draft: Path, book: Rulebook) -> None:
    path = draft / "vokabular.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("antall_dager: {grunnlag: tellende}", "antall_dager: {grunnlag: alle}"), "utf-8")
    found = touched(open_rulebook(draft), book)
    assert Part("vokabular", "utledet", "tellende_dager") in found
    assert Part("2022/nasjonal-alis", "vilkår", "hel-måned") in found
    assert Part("2022/nasjonal-alis", "vilkår", "søknadsfrist") not in found


def test_a_new_rule_set_is_touched_whole(draft: Path, book: Rulebook) -> None:
    (draft / "2025" / "nasjonal-alis.yaml").unlink()
    found = touched(book, open_rulebook(draft))
    assert Part("2025/nasjonal-alis", "avtaler", "") in found
    assert Part("2025/nasjonal-alis", "satser", "salærsats") in found


def test_siden_tries_only_what_a_revision_lacks(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    git("init", "-q", at=tmp_path)
    git("add", ".", at=tmp_path)
    git("commit", "-q", "-m", "reglene", at=tmp_path)
    monkeypatch.chdir(tmp_path)
    cases = [path for path in sorted((FIXTURES / "2023").glob("*.yaml")) if "mal-" in path.name]
    code, told, _ = run("test", *cases, "--mutasjon", "--siden", "HEAD", "--prosesser", "1")
    assert code == 0
    assert "Ingen regler er endret siden HEAD" in told
    path = tmp_path / "rules" / "2023" / "nasjonal-alis.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.index("  mal-brukt:")
    path.write_text(text[:at] + text[at:].replace("tittel: ", "tittel: Nytt navn på at ", 1), "utf-8")
    out = tmp_path / "ut.json"
    words = ("--mutasjon-json", out, "--siden", "HEAD", "--ordning", "nasjonal-alis", "--prosesser", "1")
    code, _, _ = run("test", FIXTURES / "2023", *words)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert code == 0
    assert found["siden"].startswith("HEAD (")
    assert {one["navn"] for one in found["alle"]} == {"mal-brukt"}


# --- equivalent changes --------------------------------------------------------------------------------------------------------


def test_every_equivalent_change_on_record_exists_and_is_argued(listed: list[Mutant]) -> None:
    ids = {mutant.id for mutant in listed}
    for one in read_exempt(RULES).values():
        assert one.id in ids, f"{one.place}: {one.id}"
        assert len(one.reason.split()) > 4


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("endring: a\nfordi: b\n", "dette er ikke en liste"),
        ("- endring: a\n", "det mangler «endring» eller «fordi»"),
        ("- {endring: [], fordi: b}\n", "det mangler «endring» eller «fordi»"),
        ("- {endring: a, fordi: b, dato: c}\n", "«dato» er ikke kjent her"),
        ("- {endring: a, fordi: b}\n- {endring: [a], fordi: c}\n", "endringen «a» står to ganger"),
    ],
)
def test_a_wrong_file_of_equivalent_changes_is_told_where_it_is_wrong(draft: Path, text: str, what: str) -> None:
    (draft / EXEMPT_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Faults) as wrong:
        read_exempt(draft)
    (fault,) = wrong.value.faults
    assert (fault.code, fault.what) == ("MUTASJON-UNNTAK", what)
    assert fault.place.file == str(draft / EXEMPT_FILE)


def test_recorded_changes_are_told_with_their_reason_and_stale_ones_by_name(run: Run, draft: Path) -> None:
    kept = "2017/veiledet-tjeneste/vilkår/altinn-rolle/ikke_oppfylt/avvist→avslag"
    gone = "2017/veiledet-tjeneste/vilkår/finnes-ikke/uten"
    noticed = "2017/veiledet-tjeneste/vilkår/altinn-rolle/krav/altinn_rolle_delegert/ikke"
    (draft / EXEMPT_FILE).write_text(
        f"- endring: [{kept}, {noticed}]\n  fordi: Et eksempel på en grunn.\n- {{endring: {gone}, fordi: Borte.}}\n",
        encoding="utf-8",
    )
    case = GUIDED / "tolv-hele-måneder-70404.yaml"
    words = ("--regler", draft, "--regel", "altinn-rolle", "--prosesser", "1")
    code, told, _ = run("test", case, "--mutasjon", *words)
    assert code == 1
    assert f"  {kept}\n    Et eksempel på en grunn." in told
    assert f"unntaket for «{noticed}» trengs ikke" in told
    assert f"ingen endring heter «{gone}» lenger" in told


# --- the report ---------------------------------------------------------------------------------------------------------------


def test_survivors_are_saved_as_cases_that_pass_and_then_notice(run: Run, tmp_path: Path) -> None:
    case, out, folder = GUIDED / "tolv-hele-måneder-70404.yaml", tmp_path / "ut.json", tmp_path / "vitner"
    words = ("--ordning", "veiledet-tjeneste", "--regel", "altinn-rolle", "--prosesser", "1")
    code, told, _ = run("test", case, "--mutasjon", *words, "--mutasjon-json", out, "--lagre", folder)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert code == 1
    assert found["ikke_merket"] == len(found["overlevende"]) > 0
    assert found["endringer"] == found["merket"] + found["stanset_av_kontrollen"] + found["ikke_merket"]
    assert "✗ 2017/veiledet-tjeneste/vilkår/altinn-rolle/uten" in told
    assert "altinn_rolle_delegert: nei" in told
    assert "søknad.utfall: avvist etter reglene, innvilget etter endringen" in told
    assert {Path(one["vitne"]["fil"]) for one in found["overlevende"]} == set(folder.iterdir())
    code, told, _ = run("test", folder)
    assert (code, told.strip()) == (0, f"{found['ikke_merket']} av {found['ikke_merket']} saker stemmer.")
    code, told, _ = run("test", case, folder, "--mutasjon", *words)
    assert code == 0
    assert "Mutasjonspoeng 100 %" in told


def test_what_else_was_asked_for_is_done_too(run: Run, tmp_path: Path) -> None:
    """A report or a gate beside `--mutasjon` is not silently left out; the worst of the codes counts."""
    case, out, junit = GUIDED / "tolv-hele-måneder-70404.yaml", tmp_path / "r.json", tmp_path / "r.xml"
    words = ("--mutasjon", "--regel", "uoppgjorte-fakturaer", "--prosesser", "1")
    code, told, _ = run("test", GUIDED, *words, "--json", out, "--junit", junit, "--dekning-krav", "100")
    assert code == 0
    assert told.index(" saker stemmer.") < told.index("Mutasjonspoeng 100 %")
    assert json.loads(out.read_text(encoding="utf-8"))["bestått"] > 1 and junit.is_file()
    code, told, _ = run("test", case, *words, "--dekning-krav", "100")
    assert code == 1 and "Dekningen er under kravet på 100 %" in told


def test_a_run_with_wrong_cases_is_no_success(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "feil.yaml"
    text = (GUIDED / "tolv-hele-måneder-70404.yaml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("70404.00", "70405.00"), encoding="utf-8")
    code, told, _ = run("test", GUIDED, wrong, "--mutasjon", "--regel", "uoppgjorte-fakturaer", "--prosesser", "1")
    assert (code, "Mutasjonspoeng 100 %" in told) == (1, True)


def test_the_json_tells_every_change_with_the_case_that_noticed(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "ut.json"
    code, told, _ = run("test", GUIDED, "--mutasjon-json", out, "--regel", "veileder-ikke-nær-familie")
    found = json.loads(out.read_text(encoding="utf-8"))
    assert code == 0
    assert found["poeng"] == "100.0"
    assert found["saker"] == len(list(GUIDED.glob("*.yaml")))
    assert sum(row["endringer"] for row in found["etter_slag"]) == found["endringer"] == len(found["alle"])
    assert Counter(one["status"] for one in found["alle"])["merket"] == found["merket"]
    for one in found["alle"]:
        assert one["sted"].startswith("rules/")
        if one["status"] == "merket":
            assert Path(one["sak"]).is_file() and one["saker_prøvd"] >= 1
    assert f"{found['endringer']} endringer av reglene" in told


def test_a_case_that_does_not_stand_by_the_rules_is_left_out_by_name(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "feil.yaml"
    text = (GUIDED / "tolv-hele-måneder-70404.yaml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("70404.00", "70405.00"), encoding="utf-8")
    bare = tmp_path / "uten.yaml"
    bare.write_text(text[: text.index("forventet:")], encoding="utf-8")
    words = ("--mutasjon", "--regel", "uoppgjorte-fakturaer", "--prosesser", "1")
    _, told, _ = run("test", GUIDED, wrong, bare, *words)
    assert f"{wrong} stemmer ikke med reglene slik de er, og er holdt utenfor." in told
    assert f"{bare} har ikke «forventet», og er holdt utenfor." in told
    code, _, complaint = run("test", wrong, *words)
    assert code == 2
    assert "kjør «alis test» og rett sakene først" in complaint


def test_less_than_all_is_never_told_as_all() -> None:
    from fractions import Fraction

    assert percent(Fraction(100)) == "100.0"
    assert percent(Fraction(99999, 1000)) == "99.9"


def test_a_saved_file_that_is_there_is_left_alone(run: Run, tmp_path: Path) -> None:
    case, folder = GUIDED / "tolv-hele-måneder-70404.yaml", tmp_path / "vitner"
    words = ("--regel", "altinn-rolle", "--prosesser", "1", "--lagre", folder)
    run("test", case, *words)
    first = sorted(folder.iterdir())[0]
    first.write_text("# min egen\n", encoding="utf-8")
    run("test", case, *words)
    assert first.read_text(encoding="utf-8") == "# min egen\n"
    read_application(sorted(folder.iterdir())[1], open_rulebook(RULES))
