"""docker-compose.yml against what it must agree with: the Procfile, the image, the variables, the clients."""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from arbitrage_site import environment
from tests.processes import procfile

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("arbitrage-tracker")}
ONCE = {"migrate", "kibana-user"}
OF_THE_IMAGE = {"VAR_DIR", "STATIC_DIR"}
"""Variables that the image sets."""
ADDRESSES = {"KAFKA_BOOTSTRAP_SERVERS", "ELASTICSEARCH_URL"}
NOT_IN_COMPOSE = {"DEBUG", "SIMULATOR_BIND", "REDIS_CA_FILE"} | {
    name for name in environment.NAMES if name.startswith(("KAFKA_", "ELASTICSEARCH_")) and name not in ADDRESSES
}
"""What compose has no use for: its servers are its own, on its own network, and show no traces."""


def test_compose_runs_the_processes_of_the_procfile() -> None:
    bind = OURS["web"]["environment"]["WEB_BIND"]
    expected = {name: command.replace("$WEB_BIND", bind) for name, command in procfile("Procfile.distributed").items()}
    assert {name: OURS[name]["command"] for name in expected} == expected
    assert set(OURS) - set(expected) == {"migrate", "flower"}


def test_the_image_serves_pages_when_nothing_else_is_said() -> None:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    command = json.loads(re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)[-1])
    assert " ".join(command) == OURS["web"]["command"]


def test_every_variable_reaches_the_processes() -> None:
    given = set(OURS["web"]["environment"]) | set(OURS["flower"]["environment"]) | OF_THE_IMAGE
    assert set(environment.NAMES) - NOT_IN_COMPOSE == given


@pytest.mark.parametrize("name", OURS)
def test_our_processes_can_do_no_more_than_they_need(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "user" not in service, "the image's user is right"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits_and_says_whether_it_works(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service.get("stop_grace_period") or name in ONCE
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert "healthcheck" in service or name == "web", "the image's own check asks the web server"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_by_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert name in OURS or re.search(r":v?\d+\.\d+", image), image


def _pinned(name: str) -> str:
    found = re.search(rf"^{name}=\${{{name}:-([0-9.]+)}}", (ROOT / "services/services").read_text(), re.MULTILINE)
    assert found
    return found[1]


def _image(service: str) -> str:
    found = re.search(r":([0-9.]+)", SERVICES[service]["image"])
    assert found
    return found[1]


def test_compose_and_native_servers_are_the_same() -> None:
    assert _image("kafka") == _pinned("KAFKA_VERSION")
    assert _image("elasticsearch") == _image("kibana") == _image("kibana-user") == _pinned("ES_VERSION")
    assert _image("postgres").split(".")[0] == _pinned("PG_LEAST"), "what is least runs in compose"
    assert _image("redis").split(".")[0] == _pinned("REDIS_LEAST")


def test_the_client_of_elasticsearch_has_the_servers_major_version() -> None:
    assert version("elasticsearch").split(".")[0] == _image("elasticsearch").split(".")[0]
