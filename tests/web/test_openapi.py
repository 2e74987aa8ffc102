"""Schemathesis: requests made from the description, right and wrong, and answers held against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from listening import listening
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.web.app import create_app
from engine.web.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """The description, from a service of its own."""
    local = Settings(ROOT / "rules", str(tmp_path_factory.mktemp("lager") / "s.sqlite3"), workers=1)
    with listening(lambda _: create_app(local)) as address:
        yield schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")


OPERATIONS = [
    ("POST", "/vurder"),
    ("GET", "/regelsett"),
    ("GET", "/regelsett/valg"),
    ("POST", "/valider"),
    ("POST", "/valider/regler"),
    ("POST", "/test"),
    ("POST", "/sammenlign"),
]


def test_all_of_it_is_tried(described: BaseSchema) -> None:
    found = {(one.ok().method.upper(), one.ok().path) for one in described.get_all_operations()}
    assert found == {(method, f"/api/v1{path}") for method, path in OPERATIONS}


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        (method, path, mode)
        for method, path in OPERATIONS
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or path != "/regelsett"  # it takes nothing that could be wrong
    ],
)
def test_no_request_breaks_the_service_or_the_description(
    method: str, path: str, mode: GenerationMode, described: BaseSchema
) -> None:
    operation = described[f"/api/v1{path}"][method]
    seen = set()

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: Case) -> None:
        response = case.call()
        seen.add(response.status_code)
        assert response.status_code < 500, response.text
        case.validate_response(
            response, checks=[content_type_conformance, response_schema_conformance, status_code_conformance]
        )

    tried()
    assert seen
