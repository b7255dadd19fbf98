"""Whether Elasticsearch can be searched: is it there, of the right version, and does the index have our fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from arbitrage_site.health import Finding
from products.search.elastic.client import FAILURES, MAJOR, address, client, sentence
from products.search.elastic.mapping import alias, mappings

_SECONDS = 5.0
_PROBE_SECONDS = 1.0


def server_trouble(*, seconds: float = _SECONDS) -> str:
    """One sentence on what is wrong and what to do; empty if nothing is. Asks twice, each time at most `seconds`."""
    asked = client().options(request_timeout=seconds)
    try:
        return _versions(asked) or index_trouble(asked.indices.get_mapping(index=alias()).body)
    except FAILURES as error:
        return sentence(error)


def server_refusal() -> str:
    """The same of the server alone, before there is an index."""
    try:
        return _versions(client().options(request_timeout=_SECONDS))
    except FAILURES as error:
        return sentence(error)


def _versions(asked: Elasticsearch) -> str:
    nodes = asked.nodes.info(filter_path="nodes.*.version").body.get("nodes")
    if not nodes:
        return f"What answers at {address()} names no node of Elasticsearch: correct ELASTICSEARCH_URL."
    return version_trouble({node["version"] for node in nodes.values()})


def version_trouble(versions: set[str]) -> str:
    """A sentence if a node is of another major version than the client's."""
    wrong = sorted(version for version in versions if version.partition(".")[0] != str(MAJOR))
    if not wrong:
        return ""
    return f"Elasticsearch at {address()} has version {', '.join(wrong)}; this client needs {MAJOR}."


def index_trouble(found: Mapping[str, Any]) -> str:
    """A sentence if the index has other fields than `mappings`, given what the server says of its mapping."""
    if not all(same_mapping(index["mappings"], mappings()) for index in found.values()):
        return f"The search index {alias()} has other fields than this version writes: run manage.py search_rebuild."
    return ""


def same_mapping(live: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether two mappings are the same; the server leaves out what goes without saying."""
    return _plain(live) == _plain(ours)


def _plain(part: Mapping[str, Any]) -> dict[str, Any]:
    """Without `type: object` where there are properties, and without difference between true and "true"."""
    implied = "properties" in part
    return {
        name: _plain(value) if isinstance(value, Mapping) else str(value).lower()
        for name, value in part.items()
        if not (implied and name == "type" and value == "object")
    }


def probe(now: datetime) -> Finding:  # noqa: ARG001 - every probe is given the time
    """Health of search. Never needed: the database answers meanwhile."""
    trouble = server_trouble(seconds=_PROBE_SECONDS)
    return Finding("degraded", f"{trouble} The database answers meanwhile.") if trouble else Finding("ok")
