"""Imports go one way: arbitrage -> ingestion -> products -> arbitrage_site."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

LAYERS = ("arbitrage_site", "products", "ingestion", "arbitrage")
"""From the lowest to the highest; a module imports from its own layer and lower ones."""

NAME_EVERY_APP = {"arbitrage_site/urls.py", "arbitrage_site/api_urls.py"}
"""The settings name apps too, as text; Celery finds tasks by the installed apps."""


def modules(layer: str) -> Iterator[Path]:
    return (settings.BASE_DIR / layer).rglob("*.py")


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and top-level package of every import, those inside functions and under TYPE_CHECKING included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, str(node.module).split(".")[0]


def upward(layer: str) -> list[str]:
    higher = set(LAYERS[LAYERS.index(layer) + 1 :])
    return [
        f"{path.relative_to(settings.BASE_DIR)}:{line} imports {package}"
        for path in modules(layer)
        if str(path.relative_to(settings.BASE_DIR)) not in NAME_EVERY_APP
        for line, package in imported(path.read_text())
        if package in higher
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_no_module_imports_from_a_higher_layer(layer: str) -> None:
    assert upward(layer) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_imports_relatively(layer: str) -> None:
    """A relative import would pass by the test above."""
    for path in modules(layer):
        found = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        assert all(node.level == 0 for node in found), path


@pytest.mark.parametrize("layer", LAYERS)
def test_no_product_module_imports_tests_or_benchmarks(layer: str) -> None:
    for path in modules(layer):
        assert not {"tests", "benchmarks"} & {package for _, package in imported(path.read_text())}, path


def test_the_walk_sees_every_form_of_import() -> None:
    source = "import a.b\nfrom c import d\ndef f():\n    from e.f import g\nif True:\n    import h as i\n"
    assert sorted(package for _, package in imported(source)) == ["a", "c", "e", "h"]
