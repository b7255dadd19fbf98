"""docker-compose.yml by Docker Compose itself, which needs no engine for it, and by the schema of its language."""

import json

import pytest

from validate.tools import ROOT, accepts, run

SECRETS = {
    "SECRET_KEY": "s" * 64,
    "POSTGRES_PASSWORD": "postgres1",
    "REDIS_PASSWORD": "redis1",
    "ELASTIC_PASSWORD": "elastic1",
    "OPS_PASSWORD": "operators1",
}
ALONE = ("--env-file", "/dev/null")
"""Without the .env of whoever runs this."""


@pytest.mark.parametrize("profiles", ["", "demo", "ops", "demo,ops"])
def test_compose_understands_every_profile(profiles: str) -> None:
    accepts("docker-compose", *ALONE, "config", "--quiet", COMPOSE_PROFILES=profiles, **SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_is_named_with_what_to_do(name: str) -> None:
    given = {other: value for other, value in SECRETS.items() if other != name}
    done = run("docker-compose", *ALONE, "config", "--quiet", **given)
    assert done.returncode != 0
    [line] = done.stderr.strip().splitlines()
    assert f"Set {name} in .env to" in line


def test_the_example_names_every_secret_and_fits() -> None:
    lines = (ROOT / ".env.compose.example").read_text().splitlines()
    assert {line.removesuffix("=") for line in lines if line.endswith("=") and line[0] != "#"} == {
        *SECRETS,
        "KEEPA_API_KEY",
    }
    accepts("docker-compose", "--env-file", ".env.compose.example", "config", "--quiet", **SECRETS)


def test_only_this_machine_reaches_a_port_and_only_processes_reach_the_servers() -> None:
    printed = accepts("docker-compose", *ALONE, "config", "--format=json", COMPOSE_PROFILES="demo,ops", **SECRETS)
    project = json.loads(printed)
    ports = [port for service in project["services"].values() for port in service.get("ports", [])]
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}
    assert project["networks"]["servers"]["internal"] is True
    servers = ("postgres", "redis", "kafka", "elasticsearch")
    assert all(list(project["services"][name]["networks"]) == ["servers"] for name in servers)


def test_secrets_have_no_default() -> None:
    printed = accepts("docker-compose", *ALONE, "config", "--no-interpolate")
    assert not [line for name in SECRETS for line in printed.splitlines() if f"{{{name}:-" in line]


def test_the_file_follows_the_compose_specification() -> None:
    accepts("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
