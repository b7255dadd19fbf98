"""What the bulk writer makes of every way in which a request can end."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from products.search import bulk_writer
from products.search.bulk_writer import BulkWriter, Operation, Outcome, Result
from tests import fake_elasticsearch
from tests.fake_elasticsearch import FakeElasticsearch

INDEX = "products"
A, B, C = "B0TEST0001", "B0TEST0002", "B0TEST0003"


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeElasticsearch]:
    with fake_elasticsearch.fake_elasticsearch(INDEX) as running:
        settings.ELASTICSEARCH_URL = running.url
        yield running


def put(*asins: str, version: int = 1) -> list[Operation]:
    return [Operation(asin, version, {"asin": asin}) for asin in asins]


def results(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {asin: outcome.result.value for asin, outcome in outcomes.items()}


def test_documents_are_put_and_taken_out(server: FakeElasticsearch) -> None:
    writer = BulkWriter(INDEX)
    assert results(writer.write(put(A, B)).outcomes) == {A: "done", B: "done"}
    assert results(writer.write([Operation(A, 2, None), Operation(C, 1, None)]).outcomes) == {A: "done", C: "done"}
    assert server.versions(INDEX) == {B: 1}


def test_what_the_index_has_already_is_stale_with_its_version(server: FakeElasticsearch) -> None:
    writer = BulkWriter(INDEX)
    writer.write(put(A, version=7))
    assert writer.write(put(A, version=6)).stale == {A: 7}


@pytest.mark.parametrize("status", [429, 502, 503, 504, 403])
def test_a_refusal_that_may_pass_is_tried_again_alone(server: FakeElasticsearch, status: int) -> None:
    server.faults.append(fake_elasticsearch.some(status, B, kind="cluster_block_exception", reason="read-only"))
    written = BulkWriter(INDEX).write(put(A, B, C))
    assert results(written.outcomes) == {A: "done", B: "retry", C: "done"}
    assert "cluster_block_exception: read-only" in written.outcomes[B].reason
    assert not written.trouble


@pytest.mark.parametrize("status", [429, 502, 503, 504, 403, 500])
def test_a_refusal_of_all_of_a_request_ends_the_writing_with_its_reason(server: FakeElasticsearch, status: int) -> None:
    server.faults.append(fake_elasticsearch.some(status, A, B, kind="cluster_block_exception", reason="no disk;"))
    writer = BulkWriter(INDEX)
    writer.documents = 2
    written = writer.write(put(A, B, C))
    assert not written.outcomes
    assert written.trouble == (
        "Elasticsearch takes no documents now (cluster_block_exception: no disk). Look at its log and its disk."
    )
    assert len(server.asked) == 1
    assert writer.documents <= 2


def test_the_sentence_is_the_same_while_the_cause_is(server: FakeElasticsearch) -> None:
    said = set()
    for number in range(2):
        fault = fake_elasticsearch.some(429, A, kind="es_rejected_execution_exception", reason=f"bytes={number}")
        server.faults.append(fault)
        said.add(BulkWriter(INDEX).write(put(A)).trouble)
    assert said == {
        "Elasticsearch takes no documents now (es_rejected_execution_exception). Look at its log and its disk."
    }


def test_an_odd_error_of_a_single_document_is_no_trouble_of_the_others(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.some(500, A, kind="null_pointer_exception"))
    written = BulkWriter(INDEX).write(put(A))
    assert results(written.outcomes) == {A: "retry"}
    assert not written.trouble


@pytest.mark.parametrize(
    "kind",
    [
        "document_parsing_exception",
        "mapper_parsing_exception",
        "strict_dynamic_mapping_exception",
        "illegal_argument_exception",
        "x_content_parse_exception",
    ],
)
def test_a_document_that_the_mapping_refuses_is_refused_alone(server: FakeElasticsearch, kind: str) -> None:
    for asin in (B, C):
        server.faults.append(fake_elasticsearch.some(400, asin, kind=kind, reason="failed to parse 'pipeline'"))
    assert results(BulkWriter(INDEX).write(put(A, B)).outcomes) == {A: "done", B: "refused"}
    alone = BulkWriter(INDEX).write(put(C))
    assert results(alone.outcomes) == {C: "refused"}
    assert not alone.trouble


@pytest.mark.parametrize("asins", [[A], [A, B]])
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("index_closed_exception", "closed"),
        ("illegal_argument_exception", "no write index is defined for alias [products]."),
        ("illegal_argument_exception", "Number of documents in the index can't exceed [2147483519]"),
        ("illegal_argument_exception", "pipeline with id [ours] does not exist"),
        ("exception_of_the_future", "who knows"),
    ],
)
def test_a_fault_of_the_index_is_no_documents(
    server: FakeElasticsearch, kind: str, reason: str, asins: list[str]
) -> None:
    server.faults.append(fake_elasticsearch.some(400, *asins, kind=kind, reason=reason))
    written = BulkWriter(INDEX).write(put(*asins))
    assert not written.outcomes
    assert f"{kind}: {reason.rstrip('.')}" in written.trouble


def test_an_unknown_error_of_one_document_among_others_is_tried_again(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.some(400, B, kind="exception_of_the_future"))
    written = BulkWriter(INDEX).write(put(A, B))
    assert results(written.outcomes) == {A: "done", B: "retry"}
    assert not written.trouble


@pytest.mark.parametrize(
    ("kind", "outcomes", "is_trouble"),
    [("x_content_parse_exception", {A: "refused", B: "refused"}, False), ("media_type_header_exception", {}, True)],
)
def test_a_request_that_is_malformed_as_a_whole_is_halved_only_where_a_document_can_be_why(
    server: FakeElasticsearch, kind: str, outcomes: dict[str, str], is_trouble: bool
) -> None:
    refusal = {"error": {"type": kind, "reason": "no"}, "status": 400}
    server.faults.extend([lambda *_: (400, refusal)] * 3)
    written = BulkWriter(INDEX).write(put(A, B))
    assert results(written.outcomes) == outcomes
    assert bool(written.trouble) is is_trouble


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_gets_half_as_much(server: FakeElasticsearch, status: int) -> None:
    server.faults.append(fake_elasticsearch.whole(status))
    writer = BulkWriter(INDEX)
    writer.documents = 4
    written = writer.write(put(*(f"B0TEST{number:04}" for number in range(10))))
    assert not written.outcomes
    assert written.trouble.endswith(".")
    assert writer.documents == 2


def test_requests_grow_again_slowly(server: FakeElasticsearch) -> None:
    writer = BulkWriter(INDEX)
    writer.documents = 2
    writer.write(put(A, B, C))
    assert [len(asins) for _, asins in server.asked] == [2, 1]
    assert 2 < writer.documents < bulk_writer.MOST_DOCUMENTS


def test_too_large_a_request_is_halved_until_it_fits(server: FakeElasticsearch) -> None:
    server.faults.extend([fake_elasticsearch.at_most(1)] * 5)
    assert results(BulkWriter(INDEX).write(put(A, B, C)).outcomes) == {A: "done", B: "done", C: "done"}
    assert [len(asins) for _, asins in server.asked][:2] == [3, 1]


def test_a_document_that_is_too_large_by_itself_is_refused(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.at_most(0))
    written = BulkWriter(INDEX).write(put(A))
    assert written.outcomes[A] == Outcome(Result.REFUSED, "The document is larger than Elasticsearch takes.")


def test_no_request_is_larger_than_the_limit(server: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_writer, "MOST_BYTES", 250)
    BulkWriter(INDEX).write(put(A, B, C))
    assert [len(asins) for _, asins in server.asked] == [2, 1]


def test_an_answer_that_leaves_out_a_document_counts_for_none(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.short)
    written = BulkWriter(INDEX).write(put(A, B))
    assert results(written.outcomes) == {A: "retry", B: "retry"}
    assert "answered for 1 of 2" in written.outcomes[A].reason
    assert results(BulkWriter(INDEX).write(put(A, B)).outcomes) == {A: "stale", B: "stale"}


def test_after_a_broken_connection_nothing_is_known(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.unanswered)
    written = BulkWriter(INDEX).write(put(A))
    assert not written.outcomes
    assert "cannot be reached" in written.trouble
    assert server.versions(INDEX) == {A: 1}


def test_a_server_that_hangs_gets_half_as_much(server: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_writer, "_SECONDS", 0.1)
    server.may_answer.clear()
    writer = BulkWriter(INDEX)
    assert "did not answer in time" in writer.write(put(A, B)).trouble
    assert writer.documents == 1


def test_a_missing_index_ends_the_writing_with_a_sentence(server: FakeElasticsearch) -> None:
    server.aliases.clear()
    written = BulkWriter(INDEX).write(put(A))
    assert written.is_missing
    assert written.trouble == "The search index is missing: run manage.py search_rebuild."
