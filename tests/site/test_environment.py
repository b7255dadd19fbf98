"""The environment: every variable declared once, a mistake answered with a sentence."""

from pathlib import Path

import pytest
from django.conf import settings

from arbitrage_site import environment


def test_the_example_file_is_what_the_declaration_prints() -> None:
    shown = (settings.BASE_DIR / ".env.example").read_text()
    assert shown == environment.example(), "run: python -m arbitrage_site.environment > .env.example"


def test_the_readme_shows_the_same_variables() -> None:
    readme = (settings.BASE_DIR / "README.md").read_text()
    assert environment.table() in readme, "run: python -m arbitrage_site.environment --table"


def test_every_line_of_the_example_is_a_comment_so_copying_changes_nothing() -> None:
    assert all(line.startswith("#") or not line for line in environment.example().splitlines())


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("POLL_INTERVAL_SECONDS", "abc", "POLL_INTERVAL_SECONDS is 'abc'; write a whole number such as 300"),
        ("POLL_INTERVAL_SECONDS", "3.5", "write a whole number"),
        ("POLL_INTERVAL_SECONDS", "9" * 5000, "write a whole number"),
        ("DEMO", "maybe", "DEMO is 'maybe'; write 1 or 0."),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is 'LOUD'; write one of DEBUG, INFO, WARNING, ERROR."),
        ("LOG_FORMAT", "xml", "write one of json, console."),
    ],
)
def test_a_malformed_value_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, sentence: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SystemExit, match=r"^[A-Z_]+ ") as stopped:
        environment.read(name)
    assert sentence in str(stopped.value)
    assert len(str(stopped.value)) < 150


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("", False), (" 0 ", False)])
def test_yes_and_no_have_several_spellings(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("DEBUG", text)
    assert environment.read("DEBUG") is value


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example, b.example,,")
    assert environment.read("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_choices_are_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("LOG_FORMAT", "Console")
    assert (environment.read("LOG_LEVEL"), environment.read("LOG_FORMAT")) == ("DEBUG", "console")


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s" * 64 + "\n")
    monkeypatch.delenv("KEEPA_API_KEY", raising=False)
    monkeypatch.setenv("KEEPA_API_KEY_FILE", str(tmp_path / "key"))
    assert environment.read("KEEPA_API_KEY") == "s" * 64


def test_a_secret_file_that_is_missing_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEEPA_API_KEY", raising=False)
    monkeypatch.setenv("KEEPA_API_KEY_FILE", "/nowhere/key")
    with pytest.raises(SystemExit, match="KEEPA_API_KEY_FILE names a file that cannot be read"):
        environment.read("KEEPA_API_KEY")
