"""One durable-rules rule set, opened and driven the way that is known to be sound.

durable-rules (C engine, 2.0.28) matches and schedules; its Python half only registers definitions, through a
host without dispatcher and timer threads. An evaluation drives the C engine itself: assert the first fact,
start and complete actions until the agenda is empty, delete the session. What the library leaves to its user is
enforced here:

- Only integers reach it, under fixed short names whose 32-bit hashes are checked to differ. Each fact names its
  group in the field ``g``.
- A session lives for one evaluation. The library does not initialise the memory of a new session slot, and
  deleting frees what it finds there. So a rule set keeps to the one slot its first session has made safe; if a
  session ever opens in another, the rule set is never used again.
- Session and fact ids are small numbers whose hashes are checked to differ too: equal hashes are the same fact
  to the library.
- A session cut off before it was deleted (by an interrupt, or by a fork in another thread) is deleted before
  the next one opens.

One evaluation runs at a time in a process, whatever the thread; one inside another (out of a consequent or a
signal handler) is refused. A forked child may go on evaluating: it has the parent's rule sets in its own
memory, and gets a new lock unless the fork was made inside an evaluation, which then goes on in both.
"""

from __future__ import annotations

import functools
import itertools
import os
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

MAX_FIELDS = 200  # in one fact; the library: 252 properties
MAX_RULES = 48  # in one rule set; the library: 64 matched by one fact
MAX_GROUPS = 12  # in one rule set, and so facts in one session; the library's first pool holds 14
BOUND = 2**62  # of values; the library saturates past 63 bits
SESSIONS = 1000  # session numbers, used in turn

_OPERATORS = {">=": "$gte", "<=": "$lte"}


class RuntimeFault(Exception):
    """The forward-chaining runtime failed. There is no answer, not even a partial one."""


class Evaluation:
    """What consequents write to: conclusions fired since the last closing, finished layers, values of the next fact."""

    __slots__ = ("fired", "layers", "values")

    def __init__(self, values: Sequence[int]) -> None:
        self.values = values
        self.fired: list[int] = []
        self.layers: list[tuple[int, ...]] = []


class Rule(NamedTuple):
    """Appends its conclusion when every test (field, operator, value) holds of its group's fact."""

    tests: Sequence[tuple[int, str, int]]
    conclusion: int


class Group(NamedTuple):
    """The rules over one fact, of the values that ``reads`` numbers. ``closing`` runs after them and may set the next values."""

    reads: Sequence[int]
    rules: Sequence[Rule]
    closing: Callable[[Evaluation], None]


@functools.cache
def available() -> bool:
    """Whether durable rules can be used: it imports (not from Python 3.13 on) and its C ``long`` has 64 bits."""
    try:
        import durable_rules_engine  # noqa: F401
    except ImportError:
        return False
    return struct.calcsize("l") == 8


def name_hash(name: str) -> int:
    """The hash (FNV-1a, 32 bits) by which the library tells names and ids apart."""
    value = 0x811C9DC5
    for byte in name.encode("ascii"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


_lock = threading.Lock()
_owner: int | None = None
_session_numbers = itertools.count()
_ruleset_numbers = itertools.count()


@contextmanager
def turn() -> Iterator[None]:
    """Hold the runtime for this thread. Building and evaluating rule sets is only done inside."""
    global _owner
    me = threading.get_ident()
    if _owner == me and _lock.locked():
        raise RuntimeFault("an evaluation inside an evaluation")
    with _lock:
        try:
            _owner = me
            yield
        finally:
            _owner = None


def _after_fork_in_child() -> None:
    global _lock, _owner
    if _owner != threading.get_ident():  # held, if at all, by a thread the child does not have
        _lock, _owner = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _keep_freed_memory() -> None:
    """A session takes and frees up to 1 MB. The C library may hand that back to the system each time and fetch it
    again, page by page, for the next: runs seven times slower, depending on what else lies on the heap. It stops once a
    larger block has been freed (glibc: mallopt(3), the dynamic threshold).
    """
    bytes(4 << 20)


@functools.cache
def _host() -> Any:
    for names in (
        ["id", "sid", "$s", "g", *(f"f{n}" for n in range(MAX_FIELDS))],
        [*(str(n) for n in range(MAX_GROUPS)), *(f"sid-{n}" for n in range(SESSIONS))],
    ):
        if len({name_hash(name) for name in names}) != len(names):
            raise RuntimeFault("two names have one hash")

    _keep_freed_memory()
    from durable import engine

    class Host(engine.Host):  # type: ignore[misc]
        def _run(self) -> None:
            """Start neither the dispatcher nor the timer thread."""

    return Host()


class RuleSet:
    """Groups chained in one session: the closing of each asserts the fact of the next.

    At most ``MAX_GROUPS`` groups with ``MAX_RULES`` rules in all, checked by the caller as is everything in them.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        import durable_rules_engine

        self._engine = durable_rules_engine
        self._reads = [tuple(group.reads) for group in groups]
        self._facts = [_fact(number, len(group.reads)) for number, group in enumerate(groups)]
        self._actions: dict[str, tuple[int, Callable[[Evaluation], None]]] = {}
        self._closed = 0
        self._session: int | None = None
        self._usable = True
        definition: dict[str, dict[str, Any]] = {}
        for number, group in enumerate(groups):
            for rule in group.rules:
                self._define(definition, number, rule.tests, _append(rule.conclusion))
        for number, group in enumerate(groups):
            closing = self._define(definition, number, (), self._closing(number, group.closing))
            closing["pri"] = 1  # after all rules, which have 0
        name = f"r{next(_ruleset_numbers)}"
        host = _host()
        host.register_rulesets({name: definition})
        self._handle = host.get_ruleset(name)._handle
        self._slot = self._first_session(len(groups[0].reads))

    def _define(
        self,
        definition: dict[str, dict[str, Any]],
        group: int,
        tests: Sequence[tuple[int, str, int]],
        consequent: Callable[[Evaluation], None],
    ) -> dict[str, Any]:
        conditions: list[Any] = [{"g": group}]
        for field, operator, value in sorted(set(tests)):  # in one order, so that rules share the tests they begin with
            condition = {f"f{field}": value}
            conditions.append(condition if operator == "==" else {_OPERATORS[operator]: condition})
        name = f"{len(definition):03d}"
        self._actions[name] = group, consequent
        definition[name] = rule = {"all": [{"m": {"$and": conditions}}], "run": consequent}
        return rule

    def _closing(self, number: int, closing: Callable[[Evaluation], None]) -> Callable[[Evaluation], None]:
        def close(evaluation: Evaluation) -> None:
            closing(evaluation)
            self._closed = number + 1
            if self._closed < len(self._facts):
                self._assert(self._closed, evaluation.values)

        return close

    def _first_session(self, fields: int) -> int:
        """Open and drop a session: its started action sets the memory that deleting frees. If that fails, nothing is
        deleted and the rule set is not usable.
        """
        self._usable = False
        self._session = next(_session_numbers) % SESSIONS
        code, slot = self._engine.assert_fact(self._handle, self._facts[0] % (self._session, *[0] * fields))
        if code or self._engine.start_action_for_state(self._handle, slot) is None:
            raise RuntimeFault("a rule set does not answer")
        self._usable = True
        self._delete_session()
        return int(slot)

    def _assert(self, group: int, values: Sequence[int]) -> None:
        fact = self._facts[group] % (self._session, *(values[number] for number in self._reads[group]))
        try:
            code, slot = self._engine.assert_fact(self._handle, fact)
        except Exception:  # the session may be half made
            self._usable = False
            raise
        if slot != self._slot:
            self._usable = False
            raise RuntimeFault("a session is not where it should be")
        if code:
            raise RuntimeFault(f"a fact was refused (code {code})")

    def _delete_session(self) -> None:
        if self._session is not None and self._usable:
            with suppress(self._engine.error):  # not there: it never opened
                self._engine.delete_state(self._handle, str(self._session))
            self._session = None

    def evaluate(self, evaluation: Evaluation) -> None:
        """Run all groups over ``evaluation``, beginning with its values.

        Raises RuntimeFault, with what a consequent raised as its cause. What is no Exception (an interrupt) passes
        through. The session is deleted in every case.
        """
        self._delete_session()
        if not self._usable:
            raise RuntimeFault("a rule set is no longer usable")
        try:
            self._session = next(_session_numbers) % SESSIONS
            self._closed = 0
            self._assert(0, evaluation.values)
            self._run_agenda(evaluation)
        except RuntimeFault:
            raise
        except Exception as error:
            raise RuntimeFault(f"an evaluation failed: {error}") from error
        finally:
            self._delete_session()

    def _run_agenda(self, evaluation: Evaluation) -> None:
        started = self._engine.start_action_for_state(self._handle, self._slot)
        if started is None:
            raise RuntimeFault("the agenda is empty")
        state, message = started
        if state != f'{{ "sid":"{self._session}", "id":"sid-{self._session}", "$s":1}}':
            raise RuntimeFault(f"unexpected session state: {state}")
        complete, handle, slot = self._engine.complete_and_start_action, self._handle, self._slot
        actions = self._actions
        while message is not None:
            group, consequent = actions[message[2:5]]  # {"name":{"m":{…}}}
            if group != self._closed:
                raise RuntimeFault("an action came out of turn")
            consequent(evaluation)
            message = complete(handle, slot)
        if self._closed != len(self._facts):
            raise RuntimeFault("the agenda did not run to its end")


def _append(conclusion: int) -> Callable[[Evaluation], None]:
    def append(evaluation: Evaluation) -> None:
        evaluation.fired.append(conclusion)

    return append


def _fact(group: int, fields: int) -> str:
    """The fact of a group, to be filled with the session number and the values."""
    return f'{{"sid":%d,"id":{group},"g":{group}' + "".join(f',"f{n}":%d' for n in range(fields)) + "}"
