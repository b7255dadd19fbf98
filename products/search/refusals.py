"""Why Elasticsearch does not take documents: their own fault, or the index's."""

import re
from collections.abc import Mapping
from typing import Any

BUSY = frozenset({429, 502, 503, 504})
PASSING = BUSY | {400, 403}
"""What no document is to blame for. A block on writing is 403, or 429 where the disk is full; a closed index is 400."""

_OF_THE_DOCUMENT = frozenset(
    {
        "document_parsing_exception",
        "illegal_argument_exception",
        "input_coercion_exception",
        "json_e_o_f_exception",
        "json_parse_exception",
        "mapper_exception",
        "mapper_parsing_exception",
        "max_bytes_length_exceeded_exception",
        "not_x_content_exception",
        "number_format_exception",
        "parse_exception",
        "parsing_exception",
        "stream_constraints_exception",
        "strict_dynamic_mapping_exception",
        "x_content_parse_exception",
    }
)
"""Errors of status 400 that what a document holds brings about, as the names of their Java classes have it."""

_OF_THE_INDEX = re.compile(
    r"no write index|more than one ind|number of documents in the index|pipeline with id|data stream", re.IGNORECASE
)
"""Reasons that Elasticsearch gives as illegal arguments, though no document could be other."""

_NEVER_TWICE_THE_SAME = frozenset(
    {"circuit_breaking_exception", "es_rejected_execution_exception", "unavailable_shards_exception"}
)
"""Errors whose reasons hold counters or documents: a sentence that stays while its cause does leaves them out."""

_REASON = 200


def error_of(answer: Any) -> Mapping[str, Any]:
    """The error of an item or of a whole answer; empty where a proxy has answered with something else."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    return error if isinstance(error, Mapping) else {}


def is_of_the_document(error: Mapping[str, Any]) -> bool:
    """Whether a document can never be taken as it is. Of a name that nobody knows, the index is to blame."""
    kind, reason = error.get("type"), str(error.get("reason", ""))
    return kind in _OF_THE_DOCUMENT and not (kind == "illegal_argument_exception" and _OF_THE_INDEX.search(reason))


def takes_nothing(item: Mapping[str, Any]) -> str:
    """The sentence for an index that refuses every document as it does this one."""
    error = error_of(item)
    kind, reason = error.get("type", f"status {item['status']}"), str(error.get("reason", ""))[:_REASON]
    why = kind if kind in _NEVER_TWICE_THE_SAME or not reason else f"{kind}: {reason.rstrip('.;')}"
    return f"Elasticsearch takes no documents now ({why}). Look at its log and its disk."
