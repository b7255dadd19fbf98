"""The description of the API, by drf-spectacular's own validation."""

import sys
from pathlib import Path

from validate.tools import accepts


def test_the_api_is_described_without_a_warning(tmp_path: Path) -> None:
    words = ("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    accepts(sys.executable, *words, VAR_DIR=str(tmp_path))
