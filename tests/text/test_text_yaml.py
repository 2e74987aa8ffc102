"""What reads, and how: text untouched, places exact, the same by both parsers."""

import json
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.text import parser, yaml
from engine.text.fault import Faults
from engine.text.node import Mapping, Node, Scalar, Sequence, plain
from engine.text.place import Place
from engine.text.yaml import read_path, read_text


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "libyaml" and not parser.HAS_FAST:
        pytest.skip("libyaml is not installed")
    monkeypatch.setattr(parser, "HAS_FAST", request.param == "libyaml")
    yield request.param


def mapping(content: str | bytes, file: str = "f.yaml") -> Mapping:
    node = read_text(content, file)
    assert isinstance(node, Mapping)
    return node


@pytest.mark.parametrize(
    "word", ["0301", "NO", "on", "12:30", "1.10", "~", "null", "true", "2024-04-18", "0x1F", "1e3", ".inf", "=", "ja"]
)
def test_no_word_is_given_a_type(word: str) -> None:
    value = mapping(f"nøkkel: {word}\n").entries["nøkkel"]
    assert value == Scalar(word, Place("f.yaml", 1, 9), quoted=False)


def test_keys_are_text_too() -> None:
    assert list(mapping("0301: a\nNO: b\n12: c\ntrue: d\n").entries) == ["0301", "NO", "12", "true"]


def test_a_tree_with_the_place_of_everything() -> None:
    text = "søknad:\n  id: 'x'\n  tall: 62,5\nleger:\n- {fra: 1, til: \"2\"}\n- - a\n"
    p = "f.yaml"
    assert read_text(text, p) == Mapping(
        {
            "søknad": Mapping(
                {"id": Scalar("x", Place(p, 2, 7), True), "tall": Scalar("62,5", Place(p, 3, 9), False)},
                {"id": Place(p, 2, 3), "tall": Place(p, 3, 3)},
                Place(p, 2, 3),
            ),
            "leger": Sequence(
                (
                    Mapping(
                        {"fra": Scalar("1", Place(p, 5, 9), False), "til": Scalar("2", Place(p, 5, 17), True)},
                        {"fra": Place(p, 5, 4), "til": Place(p, 5, 12)},
                        Place(p, 5, 3),
                    ),
                    Sequence((Scalar("a", Place(p, 6, 5), False),), Place(p, 6, 3)),
                ),
                Place(p, 5, 1),
            ),
        },
        {"søknad": Place(p, 1, 1), "leger": Place(p, 4, 1)},
        Place(p, 1, 1),
    )


def test_columns_count_characters_and_not_bytes() -> None:
    assert mapping("æøå😀: x\n").entries["æøå😀"].place == Place("f.yaml", 1, 7)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a:\nb: x\n", {"a": (1, 2)}),
        ("a: # merknad\n", {"a": (1, 2)}),
        ("{a: , b}", {"a": (1, 3), "b": (1, 8)}),
        ("{a, b:   }", {"a": (1, 3), "b": (1, 6)}),
    ],
)
def test_a_value_left_out_is_an_empty_text_right_after_its_key(text: str, places: dict[str, tuple[int, int]]) -> None:
    entries = mapping(text).entries
    for key, (line, column) in places.items():
        assert entries[key] == Scalar("", Place("f.yaml", line, column), quoted=False)


def test_an_item_left_out_is_an_empty_text_after_its_dash() -> None:
    assert read_text("- x\n-\n", "f") == Sequence(
        (Scalar("x", Place("f", 1, 3), False), Scalar("", Place("f", 2, 2), False)), Place("f", 1, 1)
    )


def test_quotes_and_blocks_count_as_quoted() -> None:
    node = mapping("a: ''\nb: \"x\"\nc: |\n  y\nd: >-\n  z\n  w\ne: v\n")
    assert {key: (value.text, value.quoted) for key, value in node.entries.items() if isinstance(value, Scalar)} == {
        "a": ("", True),
        "b": ("x", True),
        "c": ("y\n", True),
        "d": ("z w", True),
        "e": ("v", False),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{spørsmål: Er legen ansatt?, hjelp: Hva?}", {"spørsmål": "Er legen ansatt?", "hjelp": "Hva?"}),
        ("[Hva?, a ?b]", ["Hva?", "a ?b"]),
        ("adresse: https://helsedirektoratet.no/a?b=c#d", {"adresse": "https://helsedirektoratet.no/a?b=c#d"}),
        ("formel: 1,15 × salærsats", {"formel": "1,15 × salærsats"}),
        ("a: 'med\ttabulator'\nb: \"og\ther\"\n# og\ther\n", {"a": "med\ttabulator", "b": "og\ther"}),
        ("--- # bare ett dokument\na: b\n...\n", {"a": "b"}),
        ("%YAML 1.1\n---\na: b\n", {"a": "b"}),
        ("a: b\r\nc: d\r\n", {"a": "b", "c": "d"}),
        ("a: b\rc: d\r", {"a": "b", "c": "d"}),
        ("\ufeffa: b\n", {"a": "b"}),
        ("? a\n: b\n", {"a": "b"}),
        ('"<<": a\n"": b\n', {"<<": "a", "": "b"}),
        ("bare tekst", "bare tekst"),
        ("''", ""),
    ],
)
def test_good_texts(text: str, expected: object) -> None:
    assert plain(read_text(text, "f.yaml")) == expected


def test_every_letter_and_sign_of_ordinary_text() -> None:
    signs = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180)])) + "–—…«»×÷−€☐漢😀"
    assert plain(read_text("a: '" + signs.replace("'", "''") + "'\nb: |\n  -" + signs, "f.yaml")) == {
        "a": signs,
        "b": "-" + signs,
    }
    assert plain(read_text('"' + "".join(f"\\u{ord(sign):04x}" for sign in signs[:-1]) + '"', "f.yaml")) == signs[:-1]


def test_line_numbers_with_windows_line_endings() -> None:
    assert mapping("a: b\r\n\r\nc: d\r\n").keys["c"] == Place("f.yaml", 3, 1)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert mapping(b"\xef\xbb\xbfa: b\n").keys["a"] == Place("f.yaml", 1, 1)


def test_keys_and_values_come_in_nfc_and_columns_as_written() -> None:
    node = mapping("sa\u030a: a\u030ar\n")
    assert node.entries == {"s\u00e5": Scalar("\u00e5r", Place("f.yaml", 1, 6), False)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n\t"a":\t[1,\t2.50, null],\n\t"b\tc": "d\te"\n}\n', {"a": ["1", "2.50", "null"], "b\tc": "d\te"}),
        ('{"a":"\\/ \\u00e5 \\ud83d\\ude00 \\" \\\\ \\n \\t"}', {"a": '/ å 😀 " \\ \n \t'}),
        ('{"a":{"b":[]},"c":-1e5,"d":{}}', {"a": {"b": []}, "c": "-1e5", "d": {}}),
        ('\t"a \\"\tb"\t', 'a "\tb'),
    ],
)
def test_json(text: str, expected: object) -> None:
    assert plain(read_text(text, "Søknad.JSON")) == expected


def test_json_columns_count_tabs_as_one_character() -> None:
    assert mapping('{\n\t\t"a": "\\ud83d\\ude00", "b": 1}', "f.json").keys == {
        "a": Place("f.json", 2, 3),
        "b": Place("f.json", 2, 24),
    }


def test_forty_levels_read() -> None:
    assert isinstance(read_text("[" * 40 + "]" * 40, "f.yaml"), Sequence)


def test_a_path_is_shown_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "søknad.yaml"
    path.write_bytes("a: ø\n".encode())
    assert read_path(path, "søknad.yaml").place == Place("søknad.yaml", 1, 1)
    assert read_path(path).place == Place(str(path), 1, 1)


def test_libyaml_alone_reads_a_text_without_faults(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    careful = Mock(side_effect=yaml._careful_root)
    monkeypatch.setattr(yaml, "_careful_root", careful)
    read_text("spørsmål: Hva?\nliste: [{a: Hva?}]", "f.yaml")
    assert careful.call_count == (backend == "python")
    read_text("? a\n: b", "f.yaml")
    assert careful.call_count == 1 + (backend == "python")


# Properties

JSON_KEYS = st.text("abcæøå -:#'\"", max_size=8)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_KEYS, inner, max_size=4),
    max_leaves=12,
)
BITS = st.sampled_from(
    [
        *"ab1:-,[]{}\"'#|>?!&*%@`\\~ \n\t",
        *(
            ": ",
            "\n  ",
            "- ",
            "---\n",
            "...\n",
            "\r\n",
            "<<: ",
            "? ",
            "!!str ",
            "&a ",
            "*a",
            "x: y\n",
            "Hva?",
            "''",
            '""',
        ),
        *("\\u00e5", "\\ud83d", "\\ude00", "\\U99999999", "\\x00", "å", "a\u030a", "\ufeff", "\u2028", "\xa0", "\x07"),
        *("|2", ">-", "%YAML 1.1", "%TAG ! x:\n", "\ud800"),
    ]
)
MESSES = st.lists(BITS, max_size=16).map("".join)
SLOW = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def texts(value: object) -> object:
    """What a JSON value must come back as: the same, with every leaf as the text JSON writes."""
    if isinstance(value, dict):
        return {key: texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [texts(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)


@SLOW
@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_what_json_writes_reads_back(value: object, ascii_only: bool, indent: int | str | None) -> None:
    from unicodedata import normalize

    written = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        read = plain(read_text(written, "f.json"))
    except Faults as faults:
        assert {fault.code for fault in faults} <= {"YAML-BINÆR"}, str(faults)  # signs no editor shows
        return
    assert json.loads(normalize("NFC", json.dumps(read, ensure_ascii=False))) == json.loads(
        normalize("NFC", json.dumps(texts(value), ensure_ascii=False))
    )


@SLOW
@given(MESSES | st.text(), st.sampled_from(["f.yaml", "f.json"]))
@example("\ud800", "f.yaml")
@example("%YAML 1." + "9" * 5000 + "\n---\na", "f.yaml")
@example("!%ff a", "f.yaml")
def test_text_reads_or_gives_faults_and_nothing_else(text: str, file: str) -> None:
    _reads_or_faults(text, file)


@SLOW
@given(st.binary() | MESSES.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_read_or_give_faults_and_nothing_else(content: bytes) -> None:
    _reads_or_faults(content, "f.yaml")


def _reads_or_faults(content: str | bytes, file: str) -> None:
    try:
        _check_places(read_text(content, file))
    except Faults as faults:
        assert faults.faults
        for fault in faults:
            assert fault.place.line >= 1
            assert fault.place.column >= 1
            assert "\n" not in str(fault)
            assert all((fault.what, fault.why, fault.next_step))
            for word in ("expected", "found", "could not", "while", "not allowed"):
                assert word not in str(fault)


def _check_places(node: Node) -> None:
    assert node.place.line >= 1
    assert node.place.column >= 1
    if isinstance(node, Mapping):
        assert list(node.entries) == list(node.keys)
    for inner in node.entries.values() if isinstance(node, Mapping) else getattr(node, "items", ()):
        _check_places(inner)


@pytest.mark.skipif(not parser.HAS_FAST, reason="libyaml is not installed")
@SLOW
@given(MESSES, st.sampled_from(["f.yaml", "f.json"]))
@example("a: b\t# c", "f.yaml")
@example("[? ]]", "f.yaml")
@example(">#c", "f.yaml")
@example("{a:}", "f.yaml")
@example("!a@! b", "f.yaml")
@example("[ab?=]", "f.yaml")
@example("%YAML 1.3\n---\na", "f.yaml")
def test_both_parsers_agree(text: str, file: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        answers = []
        for fast in (True, False):
            patch.setattr(parser, "HAS_FAST", fast)
            answers.append(_answer(text, file))
    assert answers[0] == answers[1]


def _answer(text: str, file: str) -> Node | tuple[str, ...]:
    try:
        return read_text(text, file)
    except Faults as faults:
        return tuple(str(fault) for fault in faults)
