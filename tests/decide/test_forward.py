"""Forward chaining gives what a plain loop over the rules gives, or a fault; and the process survives it."""

import importlib
import operator
import platform
import random
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.decide import forward, forward_host
from engine.decide.forward import Combine, Conjunction, Layer, Program, ProgramTooLarge, RuntimeFault

pytestmark = pytest.mark.skipif(not forward.available(), reason="durable rules cannot be imported on this Python")

ROOT = Path(__file__).parents[2]
OPERATORS = {"==": operator.eq, ">=": operator.ge, "<=": operator.le}
LIMIT = 2**62
SMALL = (-1, 0, 1, 2)
VALUES = (*SMALL, *SMALL, *SMALL, 2**31, 2**32 + 1, LIMIT, LIMIT - 1, -LIMIT, 1 - LIMIT)

Answer = tuple[tuple[int, ...], ...]


def reference(layers: Sequence[Layer], combines: Sequence[Combine], values: Sequence[int]) -> Answer:
    answer: list[tuple[int, ...]] = []
    for number, layer in enumerate(layers):
        if number:
            values = combines[number - 1](answer[-1])
        fired = {
            c for tests, c in layer.rules if all(OPERATORS[op](values[field], value) for field, op, value in tests)
        }
        answer.append(tuple(sorted(fired)))
    return tuple(answer)


def rule(conclusion: int, *tests: tuple[int, str, int]) -> Conjunction:
    return Conjunction(tuple(forward.Test(*test) for test in tests), conclusion)


def constant(*values: int) -> Combine:
    return lambda _: values


def mixing(fields: int, salt: int) -> Combine:
    """Some values for each set of conclusions."""
    return lambda fired: tuple(
        VALUES[(sum(fired) * 31 + len(fired) * 7 + n * 13 + salt) % len(VALUES)] for n in range(fields)
    )


def random_layer(rng: random.Random, fields: int, rules: int, longest: int) -> Layer:
    def test() -> tuple[int, str, int]:
        return rng.randrange(fields), rng.choice(tuple(OPERATORS)), rng.choice(VALUES)

    lengths = [rng.randint(0, longest) if fields else 0 for _ in range(rules)]
    return Layer(fields, tuple(rule(rng.randrange(-3, rules), *(test() for _ in range(length))) for length in lengths))


def random_program(
    rng: random.Random, shape: Sequence[tuple[int, int]], longest: int
) -> tuple[list[Layer], list[Combine]]:
    layers = [random_layer(rng, fields, rules, longest) for fields, rules in shape]
    return layers, [mixing(layer.fields, rng.randrange(100)) for layer in layers[1:]]


SIZES = st.one_of(st.integers(0, 12), st.integers(0, 12), st.integers(40, 110))


@settings(max_examples=150, deadline=None)
@given(
    shape=st.lists(st.tuples(st.integers(0, 12), SIZES), min_size=1, max_size=6),
    longest=st.integers(0, 5),
    seed=st.integers(0, 2**32),
)
def test_agrees_with_a_plain_loop(shape: list[tuple[int, int]], longest: int, seed: int) -> None:
    rng = random.Random(seed)
    layers, combines = random_program(rng, shape, longest)
    program = Program(layers, combines)
    for _ in range(30):
        values = [rng.choice(VALUES) for _ in range(layers[0].fields)]
        assert program.run(values) == reference(layers, combines, values)


@pytest.mark.parametrize("rules", [0, 1, 47, 48, 49, 95, 96, 97, 200])
def test_large_layers_are_cut_without_loss(rules: int) -> None:
    layers = [
        Layer(1, tuple(rule(n, (0, ">=", n)) for n in range(rules))),
        Layer(1, tuple(rule(n, (0, "==", 7)) for n in range(rules))),
    ]
    combines = [constant(7)]
    program = Program(layers, combines)
    for value in {0, rules // 2, rules}:
        assert program.run([value]) == (tuple(range(min(value + 1, rules))), tuple(range(rules)))


@pytest.mark.parametrize("fields", [200, 201, 400, 700])
def test_wide_layers_are_cut_without_loss(fields: int) -> None:
    rng = random.Random(fields)
    layers = [
        Layer(fields, tuple(rule(n, (n, ">=", 1), (fields - 1 - n, "<=", 3)) for n in range(fields))),
        random_layer(rng, fields, 130, 6),
        random_layer(rng, 3, 5, 2),
    ]
    combines = [mixing(fields, 5), mixing(3, 9)]
    program = Program(layers, combines)
    for _ in range(20):
        values = [rng.choice(VALUES) for _ in range(fields)]
        assert program.run(values) == reference(layers, combines, values)


@example([0] * 13)
@example([1] * 60)
@given(sizes=st.lists(st.integers(0, 150), min_size=1, max_size=40))
def test_no_rule_set_is_larger_than_the_runtime_bears(sizes: list[int]) -> None:
    layers = [Layer(0, tuple(rule(n) for n in range(size))) for size in sizes]
    cut = list(forward._cut(layers, [constant()] * (len(sizes) - 1)))
    assert all(1 <= len(groups) <= forward_host.MAX_GROUPS for groups in cut)
    assert all(sum(len(group.rules) for group in groups) <= forward_host.MAX_RULES for groups in cut)
    together = [rule.conclusion for groups in cut for group in groups for rule in group.rules]
    assert together == [n for size in sizes for n in range(size)]


@pytest.mark.parametrize("length", [2, 12, 13, 60, forward.MAX_LAYERS])
def test_long_chains_keep_their_order(length: int) -> None:
    layers = [Layer(1, (rule(n, (0, "==", n)), rule(-n - 1, (0, "<=", n - 1)))) for n in range(length)]
    combines = [constant(n) for n in range(1, length)]
    program = Program(layers, combines)
    assert program.run([0]) == tuple((n,) for n in range(length))
    assert program.run([-1]) == ((-1,), *((n,) for n in range(1, length)))


def test_a_conclusion_wakes_the_layer_above() -> None:
    both = Layer(2, (rule(1, (0, "==", 1), (1, ">=", 3)), rule(2, (1, "<=", 2))))
    either = Layer(1, (rule(5, (0, "==", 1)), rule(6, (0, "==", 2))))
    program = Program([both, either, Layer(0, (rule(9),))], [lambda fired: (fired[0] if fired else 0,), constant()])
    assert program.run([1, 3]) == ((1,), (5,), (9,))
    assert program.run([0, 2]) == ((2,), (6,), (9,))
    assert program.run([0, 3]) == ((), (), (9,))


def test_conclusions_are_sorted_and_distinct() -> None:
    layer = Layer(1, tuple(rule(c, (0, ">=", 0), (0, ">=", 0)) for c in (5, -3, 5, 2, 2**80, -3)))
    assert Program([layer], []).run([0]) == ((-3, 2, 5, 2**80),)


def test_every_field_name_is_its_own() -> None:
    fields = forward_host.MAX_FIELDS
    program = Program([Layer(fields, tuple(rule(n, (n, "==", 1)) for n in range(fields)))], [])
    for n in range(fields):
        assert program.run([int(n == field) for field in range(fields)]) == ((n,),)


def test_the_hash_is_the_one_the_library_uses() -> None:
    assert (forward_host.name_hash("id"), forward_host.name_hash("sid")) == (
        926444256,
        3593476751,
    )  # its HASH_ID, HASH_SID


def test_as_many_tests_as_allowed() -> None:
    fields = forward_host.MAX_FIELDS
    tests = [(n, op, n) for n in range(fields) for op in (">=", "<=")]
    layer = Layer(fields, tuple(rule(n, *tests[: forward.MAX_TESTS - n]) for n in range(10)))
    program = Program([layer], [])
    values = list(range(fields))
    assert program.run(values) == (tuple(range(10)),)
    assert program.run([*values[:-1], 1000]) == (tuple(range(1, 10)),)
    assert program.run([*values[:-1], 0]) == (tuple(range(2, 10)),)


@pytest.mark.parametrize(
    "values",
    [[], [1], [1, 2, 3], [1, True], [1, 1.0], [1, "1"], [1, None], [1, LIMIT + 1], [-LIMIT - 1, 1], [1, [1]]],
)
def test_wrong_values_are_refused(values: list[Any]) -> None:
    program = Program([Layer(2, (rule(1),))], [])
    with pytest.raises(ValueError):
        program.run(values)
    assert program.run([LIMIT, -LIMIT]) == ((1,),)


@pytest.mark.parametrize(
    ("layers", "combines"),
    [
        ([Layer(1, ())], [constant(1)]),
        ([Layer(1, ()), Layer(1, ())], []),
        ([Layer(-1, ())], []),
        ([Layer(True, ())], []),
        ([Layer(2, (rule(1, (2, "==", 1)),))], []),
        ([Layer(2, (rule(1, (-1, "==", 1)),))], []),
        ([Layer(2, (rule(1, (True, "==", 1)),))], []),
        ([Layer(2, (rule(1, (0, "!=", 1)),))], []),
        ([Layer(2, (rule(1, (0, "==", True)),))], []),
        ([Layer(2, (rule(1, (0, "==", LIMIT + 1)),))], []),
        ([Layer(2, (rule(True),))], []),
    ],
)
def test_wrong_programs_are_refused(layers: list[Layer], combines: list[Combine]) -> None:
    with pytest.raises(ValueError) as refusal:
        Program(layers, combines)
    assert not isinstance(refusal.value, ProgramTooLarge)


def test_an_empty_program_is_refused() -> None:
    with pytest.raises(ValueError, match="without layers"):
        Program([], [])


@pytest.mark.parametrize(
    "layers",
    [
        [Layer(1000, (rule(1, *((n, "==", 1) for n in range(forward_host.MAX_FIELDS + 1))),))],
        [Layer(1, (rule(1, *((0, ">=", n) for n in range(forward.MAX_TESTS + 1))),))],
        [Layer(1, (rule(1),) * (forward.MAX_CONJUNCTIONS + 1))],
        [Layer(0, ())] * (forward.MAX_LAYERS + 1),
    ],
)
def test_programs_beyond_the_limits_are_refused(layers: list[Layer]) -> None:
    with pytest.raises(ProgramTooLarge):
        Program(layers, [constant()] * (len(layers) - 1))


def test_without_the_library_there_is_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "available", lambda: False)
    with pytest.raises(RuntimeFault):
        Program([Layer(1, ())], [])


def stumbling(failures: list[Any]) -> Program:
    """A program whose combine raises or returns what is in ``failures``, then does well."""

    def combine(fired: Sequence[int]) -> tuple[int, ...]:
        failure = failures.pop(0) if failures else (3,)
        if isinstance(failure, BaseException):
            raise failure
        result: tuple[int, ...] = failure
        return result

    return Program([Layer(1, (rule(1, (0, "==", 1)),)), Layer(1, (rule(2, (0, "==", 3)),))], [combine])


@pytest.mark.parametrize(
    "failure",
    [KeyError("no"), ArithmeticError(), StopIteration(), (), (1, 2), (True,), (LIMIT + 1,), ("3",), 3, None],
    ids=repr,
)
def test_a_failing_combine_is_a_fault_and_the_next_run_works(failure: Any) -> None:
    program = stumbling([failure, failure])
    for _ in range(2):
        with pytest.raises(RuntimeFault) as fault:
            program.run([1])
        assert isinstance(fault.value.__cause__, (type(failure), ValueError, TypeError))
    assert program.run([1]) == ((1,), (2,))


def test_an_interrupt_passes_through_and_the_next_run_works() -> None:
    program = stumbling([KeyboardInterrupt(), SystemExit(3)])
    with pytest.raises(KeyboardInterrupt):
        program.run([1])
    with pytest.raises(SystemExit):
        program.run([1])
    assert program.run([1]) == ((1,), (2,))


@pytest.fixture
def library() -> ModuleType:
    return importlib.import_module("durable_rules_engine")


CHAIN = [Layer(1, (rule(1, (0, "==", 1)),)), Layer(1, (rule(2, (0, "==", 3)),))]


@pytest.mark.parametrize("completed", [0, 1, 2, 3])
def test_an_agenda_that_stops_early_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, library: ModuleType, completed: int
) -> None:
    program = Program(CHAIN, [constant(3)])  # its agenda: rule, closing, rule, closing
    real, calls = library.complete_and_start_action, []

    def stopping(handle: int, slot: int) -> Any:
        calls.append(slot)
        return real(handle, slot) if len(calls) <= completed else None

    monkeypatch.setattr(library, "complete_and_start_action", stopping)
    if completed == 3:  # all of it: the closing marks the end
        assert program.run([1]) == ((1,), (2,))
    else:
        with pytest.raises(RuntimeFault, match="end"):
            program.run([1])
    monkeypatch.undo()
    assert program.run([1]) == ((1,), (2,))


@pytest.mark.parametrize(
    ("message", "instead", "fault"),
    [(None, "003", "out of turn"), ("002", "001", "out of turn"), ("002", "003", "out of turn"), ("002", "999", "999")],
)
def test_an_agenda_that_goes_on_or_skips_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, library: ModuleType, message: str | None, instead: str, fault: str
) -> None:
    program = Program(CHAIN, [constant(3)])  # its actions: rules 000 and 001, closings 002 and 003
    real = library.complete_and_start_action

    def lying(handle: int, slot: int) -> Any:
        true = real(handle, slot)
        return f'{{"{instead}":{{"m":{{}}}}}}' if (true and true[2:5]) == message else true

    monkeypatch.setattr(library, "complete_and_start_action", lying)
    with pytest.raises(RuntimeFault, match=fault):
        program.run([1])
    monkeypatch.undo()
    assert program.run([1]) == ((1,), (2,))


@pytest.mark.parametrize("change", [lambda state: None, lambda state: (state[0][:-1] + ', "exception":"x"}', state[1])])
def test_no_agenda_or_an_exception_in_the_state_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, library: ModuleType, change: Any
) -> None:
    program = Program(CHAIN, [constant(3)])
    real = library.start_action_for_state
    monkeypatch.setattr(library, "start_action_for_state", lambda handle, slot: change(real(handle, slot)))
    with pytest.raises(RuntimeFault):
        program.run([1])
    monkeypatch.undo()
    assert program.run([1]) == ((1,), (2,))


@pytest.mark.parametrize("code", [1, 2, 3])
def test_a_refused_fact_is_a_fault(monkeypatch: pytest.MonkeyPatch, library: ModuleType, code: int) -> None:
    program = Program(CHAIN, [constant(3)])
    real = library.assert_fact
    monkeypatch.setattr(library, "assert_fact", lambda handle, fact: (code, real(handle, fact)[1]))
    with pytest.raises(RuntimeFault, match=f"code {code}"):
        program.run([1])
    monkeypatch.undo()
    assert program.run([1]) == ((1,), (2,))


def test_an_error_of_the_library_ends_the_program(monkeypatch: pytest.MonkeyPatch, library: ModuleType) -> None:
    program = Program(CHAIN, [constant(3)])

    def failing(handle: int, fact: str) -> Any:
        raise library.error("Could not assert fact, error code: 101")

    monkeypatch.setattr(library, "assert_fact", failing)
    with pytest.raises(RuntimeFault) as fault:
        program.run([1])
    assert isinstance(fault.value.__cause__, library.error)
    monkeypatch.undo()
    with pytest.raises(RuntimeFault, match="no longer usable"):
        program.run([1])


def test_a_session_in_another_slot_ends_the_program(monkeypatch: pytest.MonkeyPatch, library: ModuleType) -> None:
    """Deleting it would free memory that was never set."""
    program = Program(CHAIN, [constant(3)])
    deleted: list[str] = []
    monkeypatch.setattr(library, "assert_fact", lambda handle, fact: (0, 2))
    monkeypatch.setattr(library, "delete_state", lambda handle, session: deleted.append(session))
    for message in ("where it should be", "no longer usable"):
        with pytest.raises(RuntimeFault, match=message):
            program.run([1])
    assert not deleted


def test_a_session_left_open_is_deleted_before_the_next(monkeypatch: pytest.MonkeyPatch, library: ModuleType) -> None:
    program = Program(CHAIN, [constant(3)])

    def interrupted(handle: int, session: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(library, "delete_state", interrupted)
    with pytest.raises(KeyboardInterrupt):
        program.run([1])
    monkeypatch.undo()
    for value in (1, 0, 1):
        assert program.run([value]) == ((1,) * value, (2,))


def test_a_new_program_opens_and_drops_a_session(monkeypatch: pytest.MonkeyPatch, library: ModuleType) -> None:
    """Starting an action sets the memory that deleting a session frees."""
    calls: list[str] = []

    def spied(name: str, real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append(name)
            return real(*arguments)

        return call

    for name in ("assert_fact", "start_action_for_state", "delete_state"):
        monkeypatch.setattr(library, name, spied(name, getattr(library, name)))
    Program(CHAIN, [constant(3)])
    assert calls == ["assert_fact", "start_action_for_state", "delete_state"]


def test_no_session_outlives_its_run(monkeypatch: pytest.MonkeyPatch, library: ModuleType) -> None:
    program = stumbling([(3,), KeyError(), KeyboardInterrupt()])
    real, live = library.delete_state, set()

    def assert_fact(handle: int, fact: str, real: Any = library.assert_fact) -> Any:
        live.add(fact[fact.index(":") + 1 : fact.index(",")])
        return real(handle, fact)

    def delete_state(handle: int, session: str) -> None:
        real(handle, session)
        live.remove(session)

    monkeypatch.setattr(library, "assert_fact", assert_fact)
    monkeypatch.setattr(library, "delete_state", delete_state)
    assert program.run([1]) == ((1,), (2,))
    assert not live
    for failure in (RuntimeFault, KeyboardInterrupt):
        with pytest.raises(failure):
            program.run([1])
        assert not live


def test_a_run_inside_a_run_is_a_fault() -> None:
    inner = Program([Layer(0, ())], [])
    outer = Program([Layer(0, ()), Layer(0, ())], [lambda _: inner.run(())[0]])
    with pytest.raises(RuntimeFault, match="inside"):
        outer.run(())
    assert inner.run(()) == ((),)
    building = Program([Layer(0, ()), Layer(0, ())], [lambda _: Program([Layer(0, ())], []).run(())[0]])
    with pytest.raises(RuntimeFault, match="inside"):
        building.run(())


def test_threads_take_turns() -> None:
    rng = random.Random(4)
    programs = [(*random_program(rng, [(5, 20), (3, 10)], 2),) for _ in range(3)]
    built = [(Program(layers, combines), layers, combines) for layers, combines in programs]
    wrong: list[object] = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(300):
                program, layers, combines = rng.choice(built)
                values = [rng.choice(SMALL) for _ in range(5)]
                if program.run(values) != reference(layers, combines, values):
                    wrong.append(values)
        except BaseException as error:
            wrong.append(error)

    before = threading.active_count()
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert threading.active_count() == before


def test_many_programs_in_one_process() -> None:
    rng = random.Random(8)
    programs = [random_program(rng, [(4, 5), (2, 2)], 2) for _ in range(250)]
    built = [Program(*program) for program in programs]
    for _ in range(4):
        for program, (layers, combines) in zip(built, programs, strict=True):
            values = [rng.choice(SMALL) for _ in range(4)]
            assert program.run(values) == reference(layers, combines, values)


def test_many_runs_in_one_process() -> None:
    rng = random.Random(9)
    layers, combines = random_program(rng, [(20, 25), (6, 8), (6, 8)], 3)
    program = Program(layers, combines)
    for _ in range(5 * forward_host.SESSIONS):
        values = [rng.choice(SMALL) for _ in range(20)]
        assert program.run(values) == reference(layers, combines, values)


def python(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


BUILD = """
import sys, threading
from engine.decide.forward import Conjunction, Layer, Program, RuntimeFault, Test
first = Layer(2, (Conjunction((Test(0, "==", 1),), 7), Conjunction((), 8)))
layers = [first, Layer(1, (Conjunction((Test(0, ">=", 2),), 9),))]
"""


def test_the_process_exits_cleanly() -> None:
    for _ in range(20):
        script = BUILD + "print(Program(layers, [lambda fired: (len(fired),)]).run([1, 0]), threading.active_count())"
        assert python(script) == "((7, 8), (9,)) 1"


def test_importing_does_not_load_the_library() -> None:
    names = "sorted(name for name in sys.modules if name.startswith('durable'))"
    assert python(BUILD + f"print({names})") == "[]"
    assert "'durable_rules_engine'" in python(BUILD + f"Program(layers[:1], [])\nprint({names})")


FAULTS = """
import resource
for rules in range(4, 49, 4):
    program = Program([Layer(1, tuple(Conjunction((Test(0, "==", n),), n) for n in range(rules)))], [])
    for _ in range(50):
        program.run([1])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(100):
        program.run([1])
    print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 100, end=" ")
"""


def test_runs_do_not_return_their_memory_to_the_system() -> None:
    """Fetching it again is most of the time of a run (20 to 110 page faults each, for some sizes)."""
    faults = python(BUILD + FAULTS).split()
    assert platform.libc_ver()[0] != "glibc" or faults == ["0"] * 12


FORK = """
import os, signal
def child(work):
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    signal.alarm(30)
    try:
        code = 0 if work() == expected else 2
    finally:
        os._exit(code)
expected = ((7, 8), (9,))
"""


def test_a_forked_child_goes_on() -> None:
    idle = """
program = Program(layers, [lambda fired: (2,)])
print(child(lambda: program.run([1, 0])), program.run([1, 0]))
"""
    assert python(BUILD + FORK + idle) == "0 ((7, 8), (9,))"


def test_a_child_forked_while_another_thread_is_evaluating_goes_on() -> None:
    busy = """
reached, go, answers = threading.Event(), threading.Event(), []
def combine(fired):
    if threading.current_thread() is not threading.main_thread() and not go.is_set():
        reached.set()
        go.wait()
    return (2,)
program = Program(layers, [combine])
thread = threading.Thread(target=lambda: answers.append(program.run([1, 0])))
thread.start()
reached.wait()
print(child(lambda: program.run([1, 0]) and program.run([1, 0])), end=" ")
go.set()
thread.join()
print(answers == [expected], program.run([1, 0]) == expected)
"""
    assert python("import warnings\nwarnings.simplefilter('ignore')\n" + BUILD + FORK + busy) == "0 True True"


def test_a_child_forked_out_of_an_evaluation_ends_it() -> None:
    inside = """
pids, refused = [], []
def combine(fired):
    if not pids:
        pids.append(os.fork())
        if not pids[0]:
            signal.alarm(30)
        try:
            program.run([1, 0])
        except RuntimeFault:
            refused.append(True)
    return (2,)
program = Program(layers, [combine])
right = program.run([1, 0]) == expected and program.run([1, 0]) == expected and refused == [True]
if not pids[0]:
    os._exit(0 if right else 2)
print(os.waitstatus_to_exitcode(os.waitpid(pids[0], 0)[1]), right)
"""
    assert python(BUILD + FORK + inside) == "0 True"
