"""The JSON Schemas of the topics, for readers in other languages. Written to docs/contracts/ by `topics contracts`."""

import json
from pathlib import Path

import msgspec
from django.conf import settings

from ingestion.events import schema_of
from ingestion.topics import TOPICS


def folder() -> Path:
    """Where the files are kept."""
    return Path(settings.BASE_DIR) / "docs" / "contracts"


def files() -> dict[str, str]:
    """The text of every file by its name."""
    return {f"{schema_of(topic.event)}.json": _text(topic.event) for topic in TOPICS.values()}


def _text(event: type[msgspec.Struct]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(event)}
    return json.dumps(schema, indent=2) + "\n"
