"""How one operation of the API is described. Imported by every view, so it imports none."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What every error says (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "fields", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "A sentence for people."},
        "fields": {
            "type": "object",
            "description": "Complaints by parameter or field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "request_id": {"type": "string", "description": "Finds the request in the log."},
    },
}


def describe_problems(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: every operation may answer with a problem."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {"description": "Any error.", "content": content}
    return result


class DescribedSchema(AutoSchema):
    """Operations under the first sentence of what they do, instead of under a made-up name."""

    def get_summary(self) -> str:
        """The first sentence, without its full stop."""
        return str(self.get_description()).partition(".")[0].partition(";")[0].partition(":")[0]
