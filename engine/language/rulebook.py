"""The rulebook: vocabulary and rule sets of one folder, read and checked whole.

`open_rulebook` reads and checks; everything wrong with the folder comes out in one `Faults`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.language.model import Calculation, Component, Definition, Note, Parameter, Rule, RuleSet
from engine.language.names import Type, scheme_names
from engine.language.vocabulary import Vocabulary
from engine.text.fault import Fault, FaultList, Faults
from engine.text.node import Mapping as MappingNode
from engine.text.node import Node, Scalar, plain
from engine.text.place import Place

VOCABULARY_FILE = "vokabular.yaml"


@dataclass(frozen=True)
class SchemeRules:
    """All rule sets of one scheme, by agreement date, and what they say together.

    Of parts with the same name in several sets, the versions stand in the order of the sets; the last whose months hold counts.
    """

    id: str
    sets: tuple[RuleSet, ...]
    components: Mapping[str, Component]
    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, tuple[Definition, ...]]
    rules: Mapping[str, tuple[Rule, ...]]
    notes: Mapping[str, tuple[Note, ...]]
    calculations: Mapping[str, tuple[Calculation, ...]]
    names: Mapping[str, Type]

    def set(self, id: str) -> RuleSet:
        """The rule set with this id. Raises KeyError."""
        return next((one for one in self.sets if one.id == id), None) or _missing(id)


@dataclass(frozen=True)
class Rulebook:
    """A checked folder of rules. `digests` is (file, SHA-256 of its content) for every file, sorted by file."""

    root: Path
    vocabulary: Vocabulary
    schemes: Mapping[str, SchemeRules]
    digests: tuple[tuple[str, str], ...]
    overlay: str | None = None
    compiled: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)
    """What later rooms have worked out from the rules, kept so that it is worked out once: (room, scheme) → its work."""

    def rule_set(self, id: str) -> RuleSet:
        """The rule set with this id, whichever its scheme. Raises KeyError."""
        for scheme in self.schemes.values():
            for one in scheme.sets:
                if one.id == id:
                    return one
        return _missing(id)


def _missing(id: str) -> RuleSet:
    raise KeyError(id)


def rule_files(root: Path) -> list[Path]:
    """The rule files of a folder: `<year>/<scheme>.yaml`, sorted."""
    return sorted(path for path in root.glob("[0-9][0-9][0-9][0-9]/*.yaml"))


def open_rulebook(root: Path, only_scheme: str | None = None, passed_over: Collection[str] = ()) -> Rulebook:
    """Read and check a folder of rules. Raises `Faults` with everything that is wrong in it.

    `only_scheme` leaves the other schemes' files unread, for a single decision; validation reads all. `passed_over` are codes of
    faults that the caller looks into itself: gaps and overlaps that can be read and reasoned about.
    """
    from engine.language import schema_check
    from engine.language.check import Faulty, check_rulebook
    from engine.language.partial import Part, sound_part
    from engine.language.vocabulary_file import read_vocabulary
    from engine.text import yaml

    faults = FaultList()
    shown = shown_folder(root)
    digests = []
    vocabulary_node = _vocabulary_node(root, f"{shown}{VOCABULARY_FILE}")
    digests.append((VOCABULARY_FILE, _digest(vocabulary_node)))
    nodes: list[tuple[str, Node]] = []
    unreadable: set[str] = set()
    files = rule_files(root)
    if any(path.stem == only_scheme for path in files):
        files = [path for path in files if path.stem == only_scheme]
    for path in files:
        name = path.relative_to(root).as_posix()
        try:
            nodes.append((name, yaml.read_path(path, f"{shown}{name}")))
            digests.append((name, _digest(nodes[-1][1])))
        except Faults as found:
            faults.extend(found.faults)
            unreadable.add(path.stem)
    schema_check.check(vocabulary_node, schema_check.validator(schema_check.published("vokabular")), faults)
    rule_schema = schema_check.validator(schema_check.published("regelsett"))
    sound = []
    faulty: dict[str, set[Part]] = {}
    for name, node in nodes:
        refused = schema_check.check(node, rule_schema, faults)
        part = sound_part(node, refused) if refused else (node, ())
        if part is None:
            unreadable |= {Path(name).stem, _text(node, "ordning")}
            continue
        sound.append((name, part[0]))
        faulty.setdefault(_text(node, "ordning"), set()).update(part[1])
    if not nodes and not faults:
        faults.add(
            Place(str(root), 1, 1),
            "REGLER-TOM",
            "mappen har ingen regelfiler",
            "reglene ligger i mapper med et år som navn",
            "oppgi riktig mappe",
        )
    if any(fault.place.file == vocabulary_node.place.file for fault in faults):
        faults.raise_if_any()
    vocabulary = read_vocabulary(vocabulary_node, faults)
    sets = _read_sets(sound, nodes, faulty, faults)
    schemes = gather(vocabulary, sets)
    schemes = check_rulebook(vocabulary, schemes, faults, Faulty(frozenset(unreadable), faulty))
    if any(fault.code not in passed_over for fault in faults):
        faults.raise_if_any()
    return Rulebook(root, vocabulary, schemes, tuple(sorted(digests)))


def _vocabulary_node(root: Path, shown: str) -> Node:
    """The vocabulary file; that it is missing most often means that this is not a folder of rules."""
    from engine.text import yaml

    path = root / VOCABULARY_FILE
    if root.is_dir() and not path.exists():
        why = f"en mappe med regler har ordlisten i {VOCABULARY_FILE}"
        next_step = "oppgi mappen med reglene, eller hent filen tilbake"
        raise Faults([Fault(Place(shown, 1, 1), "FIL-MANGLER", "filen finnes ikke", why, next_step)])
    return yaml.read_path(path, shown)


def shown_folder(root: Path) -> str:
    """How the folder is written in errors: relative to where the user stands when that is shorter."""
    try:
        text = root.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        text = root.as_posix()
    return "" if text == "." else text + "/"


def _digest(node: Node) -> str:
    """Of what the file says: comments and layout do not change it."""
    return hashlib.sha256(json.dumps(plain(node), ensure_ascii=False).encode()).hexdigest()


def _read_sets(
    sound: list[tuple[str, Node]],
    nodes: list[tuple[str, Node]],
    faulty: Mapping[str, Iterable[tuple[str, str]]],
    faults: FaultList,
) -> list[RuleSet]:
    """The sound parts of the files as rule sets. What the faulty parts declare is known too."""
    from engine.language.declared import Declared
    from engine.language.partial import names_in
    from engine.language.rulefile import read_rule_set

    declared: dict[str, Declared] = {}
    for _, node in nodes:
        declared.setdefault(_text(node, "ordning"), Declared()).learn(node)
    for scheme, parts in faulty.items():
        declared[scheme].unsure |= names_in(parts, "grenser", "satser")
    sets = []
    for name, node in sound:
        one = read_rule_set(node, declared[_text(node, "ordning")], faults)
        if one.id != name.removesuffix(".yaml"):
            faults.add(
                one.places["regelsett"],
                "REGELSETT-NAVN",
                f"regelsettet heter «{one.id}», men filen er {name}",
                "navnet skal være mappen og filnavnet",
                f"skriv «regelsett: {name.removesuffix('.yaml')}»",
            )
            one = replace(one, id=name.removesuffix(".yaml"))
        sets.append(one)
    return sets


def _text(node: Node, key: str) -> str:
    value = node.entries.get(key) if isinstance(node, MappingNode) else None
    return value.text if isinstance(value, Scalar) else ""


def gather(vocabulary: Vocabulary, sets: Iterable[RuleSet]) -> dict[str, SchemeRules]:
    """Rule sets → schemes, each with its sets in the order of their agreement dates."""
    by_scheme: dict[str, list[RuleSet]] = {name: [] for name in vocabulary.schemes}
    for one in sets:
        by_scheme.setdefault(one.scheme, []).append(one)
    return {name: _scheme_rules(vocabulary, name, members) for name, members in by_scheme.items() if members}


def _scheme_rules(vocabulary: Vocabulary, scheme: str, members: list[RuleSet]) -> SchemeRules:
    ordered = tuple(sorted(members, key=lambda one: (one.id.split("/")[0], one.id)))
    parameters: dict[str, Parameter] = {}
    for one in ordered:
        for name, parameter in one.parameters.items():
            parameters[name] = _merged(parameters[name], parameter) if name in parameters else parameter
    definitions = _versions([one.definitions for one in ordered])
    return SchemeRules(
        id=scheme,
        sets=ordered,
        components={name: part for one in ordered for name, part in one.components.items()},
        parameters=parameters,
        definitions=definitions,
        rules=_versions([one.rules for one in ordered]),
        notes=_versions([one.notes for one in ordered]),
        calculations=_versions([one.calculations for one in ordered]),
        names=scheme_names(
            vocabulary,
            scheme,
            (version for versions in definitions.values() for version in versions),
            parameters.values(),
        ),
    )


def _versions(parts: list[Mapping[str, object]]) -> dict[str, tuple]:  # type: ignore[type-arg]
    gathered: dict[str, tuple[object, ...]] = {}
    for part in parts:
        for name, value in part.items():
            gathered[name] = (*gathered.get(name, ()), value)
    return gathered


def _merged(first: Parameter, later: Parameter) -> Parameter:
    """A later set adds values; title, unit and variants stand as first declared unless the later set restates them."""
    return replace(
        first,
        title=later.title or first.title,
        variants=later.variants or first.variants,
        reading=later.reading or first.reading,
        values=(*first.values, *later.values),
    )
