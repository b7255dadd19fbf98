"""What the API accepts as a body: strict JSON in UTF-8."""

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSON(JSONParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, no name twice, and not nested beyond what Python can follow."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Any = None,
    ) -> Any:
        """The parsed body. Raises ParseError with a sentence."""
        if str((parser_context or {}).get("encoding", "utf-8")).lower() not in {"utf-8", "utf8"}:
            raise ParseError("Send the body in UTF-8.")
        data = stream.read()
        try:
            return json.loads(data.decode(), parse_constant=_refuse_constant, object_pairs_hook=_unique)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the name {name[:40]!r} appears twice")
        found[name] = value
    return found
