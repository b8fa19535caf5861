"""OpenAPI is true: what the doors take and answer is what it says, and nothing makes them fail."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server.conftest import Server
from tests.server.laptop import Laptop

DOORS = {
    ("POST", "/v1/enrol"), ("POST", "/v1/token"), ("GET", "/v1/hello"), ("POST", "/v1/push"),
    ("POST", "/v1/pull"), ("GET", "/v1/caseload"), ("HEAD", "/v1/blobs/{sha256}"),
    ("PATCH", "/v1/blobs/{sha256}"), ("GET", "/v1/blobs/{sha256}"), ("POST", "/v1/admin/codes"),
    ("GET", "/v1/admin/devices"), ("POST", "/v1/admin/devices/{device_id}/revoke"),
    ("GET", "/v1/admin/devices/{device_id}/manifest"),
    ("POST", "/v1/admin/children/{child_id}/access"), ("GET", "/health"), ("GET", "/ready"),
    ("GET", "/metrics"),
}  # fmt: skip


def described(server: Server) -> dict[str, Any]:
    return server.clients[0].get("/openapi.json").json()  # type: ignore[no-any-return]


def test_every_door_is_described_with_its_bodies_and_refusals(still: Server) -> None:
    schema = described(still)
    found = {(method.upper(), path) for path, item in schema["paths"].items() for method in item}
    assert found == DOORS
    for path, item in schema["paths"].items():
        for method, door in item.items():
            if not path.startswith("/v1/"):
                continue
            assert {"200", "400", "401", "403", "413", "503"} <= set(door["responses"])
            assert door["security"]
            for status, answer in door["responses"].items():
                if status.startswith("4"):
                    model = answer["content"]["application/json"]["schema"]["$ref"]
                    assert model.endswith("/Refusal"), (path, status)
            if method == "post":
                assert door["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    named = str(schema)
    for name in named.split("#/components/schemas/")[1:]:
        assert name.split("'")[0] in schema["components"]["schemas"]


@pytest.mark.parametrize("who", ["administrator", "nobody"])
def test_no_door_fails_or_answers_what_it_does_not_say(
    still: Server, who: str, long_run: bool
) -> None:
    server = still
    laptop: Laptop = server.administrator(server.new_service())
    examples = 200 if long_run else {"administrator": 6, "nobody": 2}[who]
    if who == "nobody":
        laptop.token = "x"
    schema = schemathesis.openapi.from_dict(described(server))
    base = server.addresses[0]
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_out(case: Any) -> None:
            path = case.formatted_path
            headers = {"dpop": laptop.proof(case.method, base + path, laptop.token)}
            if case.path not in {"/v1/enrol", "/v1/token"}:
                headers["authorization"] = f"DPoP {laptop.token}"
            answer = case.call(base_url=base, headers=headers)
            case.validate_response(
                answer,
                checks=[
                    not_a_server_error,
                    status_code_conformance,
                    content_type_conformance,
                    response_schema_conformance,
                ],
            )
            tried.add((case.method.upper(), case.path))

        try_out()
    assert tried == DOORS
