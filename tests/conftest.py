"""What all tests share: the rules, both evaluators, and Hypothesis told to try the same examples on every run."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from application_builder import Json, decided
from hypothesis import HealthCheck, settings

from engine.language.rulebook import Rulebook, open_rulebook

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands keep between runs goes to a folder of the test run, shared by its processes, not to the user's."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kept"
    shared.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared))
        patch.delenv("ALIS_REGLER", raising=False)
        yield


@pytest.fixture(scope="session")
def rules() -> Path:
    """The folder of rules."""
    return ROOT / "rules"


@pytest.fixture(scope="session")
def book(rules: Path) -> Rulebook:
    """The rules, read once."""
    return open_rulebook(rules)


@pytest.fixture(scope="session")
def decide_case(book: Rulebook) -> Callable[[Json], Json]:
    """A built application → its decision as JSON, by both evaluators."""
    return lambda case: decided(case, book)
