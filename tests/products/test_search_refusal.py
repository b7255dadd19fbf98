"""A server that cannot be used is said in one sentence before anything is built on it, without the password."""

import pytest
from django.core.management import CommandError, call_command

from products.search.elastic.state import server_refusal
from tests.products.elastic_server import ScriptedServer


def nodes(*versions: str) -> dict[str, object]:
    return {"nodes": {f"n{number}": {"version": version} for number, version in enumerate(versions)}}


def test_a_server_of_this_version_is_not_refused(server: ScriptedServer) -> None:
    server.answer = nodes("9.5.3")
    assert server_refusal() == ""


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (200, nodes("9.5.3", "8.19.1"), "has version 8.19.1; this client needs 9."),
        (200, {"version": {"number": "8.15.0"}}, "names no node of Elasticsearch: correct ELASTICSEARCH_URL."),
        (400, {"error": {"type": "media_type_header_exception"}}, "is older than version 9, which this client needs."),
        (401, {"error": {"type": "security_exception"}}, "refuses the user or the password in ELASTICSEARCH_URL."),
        (403, {"error": {"type": "security_exception"}}, "may not do this: give it all rights on the products indices"),
    ],
)
def test_a_rebuild_is_not_begun_on_another_server(
    server: ScriptedServer, status: int, answer: object, sentence: str
) -> None:
    server.status, server.answer = status, answer
    with pytest.raises(CommandError) as refused:
        call_command("search_rebuild", if_missing=True)
    assert sentence in str(refused.value)
    assert "hush-hush" not in str(refused.value)
    assert len(server.asked) == 1
