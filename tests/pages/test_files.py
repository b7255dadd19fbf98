"""What pages are made of: vendored files, templates without inline code, and error pages without a database."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.template.loader import get_template
from django.test import Client
from pytest_django import Settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.html"))
BANNED = {
    r"\|\s*safe\b": "marks text as safe",
    r"autoescape\s+off": "switches escaping off",
    r"mark_safe": "marks text as safe",
    r"\sstyle=": "has an inline style",
    r"\son[a-z]+=": "has an inline handler",
    r"<style": "has an inline sheet",
    r"<script(?![^>]*\ssrc=)": "has an inline script",
    r"hx-(on|vals|vars|headers)": "has code in an attribute",
}


def test_vendored_files_are_the_ones_that_were_recorded() -> None:
    folder = ROOT / "static" / "vendor"
    entries = json.loads((folder / "VENDOR.json").read_text())

    assert {entry["file"] for entry in entries} == {path.name for path in folder.glob("*.js")}
    for entry in entries:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["licence"] in {"MIT", "0BSD"}


def test_vendored_files_name_no_source_map() -> None:
    assert not [path for path in (ROOT / "static").rglob("*.js") if b"sourceMappingURL" in path.read_bytes()]


def test_vendored_versions_are_the_ones_of_the_package_file() -> None:
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
    entries = json.loads((ROOT / "static" / "vendor" / "VENDOR.json").read_text())

    assert {entry["name"]: entry["version"] for entry in entries} == wanted


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_a_template_compiles_and_has_nothing_inline(name: Path) -> None:
    source = (ROOT / "templates" / name).read_text()

    get_template(str(name))
    assert not [reason for pattern, reason in BANNED.items() if re.search(pattern, source)]


def test_the_sheet_stays_small() -> None:
    assert (ROOT / "static" / "app.css").stat().st_size < 20_000


@pytest.mark.parametrize("path", ["/nowhere/", "/products/B0TEST0001/", "/%00", "/a\nb"])
def test_nothing_there_is_a_page_with_one_action(client: Client, db: None, open_demo: None, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert "Go to the watchlist" in response.content.decode()


def test_an_unexpected_error_shows_a_sentence_and_no_trace(
    client: Client, db: None, open_demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("arbitrage.views._kpis", lambda: 1 / 0)

    response = client.get("/")

    assert response.status_code == 500
    assert "That went wrong here" in response.content.decode()
    assert "ZeroDivisionError" not in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/ui/kpis"])
def test_a_locked_database_is_one_sentence(
    client: Client, db: None, open_demo: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def locked() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("arbitrage.views._kpis", locked)

    response = client.get(path)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The database is busy" in response.content.decode()


def test_a_missing_table_is_not_called_busy(
    client: Client, db: None, open_demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise OperationalError("no such table: products_product")

    client.raise_request_exception = False
    monkeypatch.setattr("arbitrage.views._kpis", missing)

    assert client.get("/").status_code == 500


def test_a_host_that_is_not_ours_is_refused_in_one_sentence(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["arbitrage.example"]

    response = client.get("/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert "This request cannot be answered" in response.content.decode()


def test_scripts_and_styles_come_from_this_site_alone(client: Client, db: None, open_demo: None) -> None:
    policy = client.get("/")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in f"{policy};"  # their order is that of a set
    assert "unsafe" not in policy
