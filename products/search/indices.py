"""The indices behind the alias: which one is read, which one is being built, making, swapping and removing them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from products.search.elastic.client import FAILURES, client
from products.search.elastic.mapping import alias, concrete, index_settings, mappings

_SECONDS = 30.0
_WHILE_BUILDING = {"auto_expand_replicas": "false", "refresh_interval": "-1"}
_KEEP_DELETES = {"gc_deletes": "1h"}
"""How long the index knows that it took a document out: so long a late writer cannot bring it back."""


@dataclass(frozen=True, slots=True)
class Places:
    """Concrete indices: those behind the alias that is read (one, as a rule), and those that are being built."""

    live: Sequence[str]
    building: Sequence[str]


def building_alias() -> str:
    """The alias of an index that is being filled. Whoever sees it writes there too."""
    return f"{alias()}-building"


def places() -> Places:
    """One request."""
    names = f"{alias()},{building_alias()}"
    found = _asked(ignore=True).indices.get_alias(name=names).body
    held: Mapping[str, Mapping[str, Any]] = {
        index: entry["aliases"] for index, entry in found.items() if isinstance(entry, dict) and "aliases" in entry
    }
    return Places(
        live=sorted(index for index, aliases in held.items() if alias() in aliases),
        building=sorted(index for index, aliases in held.items() if building_alias() in aliases),
    )


def make(now: datetime) -> str:
    """A new index under the alias of those that are being built; returns its name.

    A template forbids making our indices by writing to them: a removal that is sent to an index which has just gone
    would otherwise bring it back without its mapping.
    """
    name = concrete(f"{now:%Y%m%d%H%M%S%f}")
    asked = _asked()
    asked.indices.put_index_template(
        name=alias(), index_patterns=[alias(), f"{alias()}-*"], allow_auto_create=False, priority=500
    )
    asked.indices.create(
        index=name,
        mappings=mappings(),
        settings={**index_settings(), **_KEEP_DELETES, **_WHILE_BUILDING},
        aliases={building_alias(): {}},
    )
    return name


def finish(index: str) -> None:
    """Make a filled index readable: replicas and refreshing as they are to be."""
    wanted = {name: value for name, value in index_settings().items() if name in _WHILE_BUILDING}
    _asked().indices.put_settings(index=index, settings=wanted)
    _asked().indices.refresh(index=index)


def swap(index: str) -> list[str]:
    """Let the alias mean this index alone, in one request; returns those that it meant before."""
    before = [name for name in places().live if name != index]
    actions: list[dict[str, Any]] = [{"remove": {"index": name, "alias": alias()}} for name in before]
    actions += [
        {"add": {"index": index, "alias": alias()}},
        {"remove": {"index": index, "alias": building_alias()}},
    ]
    _asked().indices.update_aliases(actions=actions)
    return before


def discard(index: str) -> None:
    """Delete an index that was being built, unless it is read already; where that fails, `leftovers` finds it."""
    with suppress(*FAILURES):
        if index not in places().live:
            remove([index])


def remove(indices: Sequence[str]) -> None:
    """Delete these; one that is gone already is no matter."""
    for index in indices:
        _asked(ignore=True).indices.delete(index=index)


def leftovers() -> list[str]:
    """Indices that rebuilds made and that nothing means: they were killed before they could remove them."""
    found = _asked().indices.get(index=concrete("*"), features="aliases").body
    ours = re.compile(re.escape(concrete("")) + r"\d{20}")
    spoken_for = {index for index, entry in found.items() if set(entry["aliases"]) - {building_alias()}}
    return sorted(index for index in found if ours.fullmatch(index) and index not in spoken_for)


def _asked(*, ignore: bool = False) -> Any:
    asked = client().options(request_timeout=_SECONDS)
    return asked.options(ignore_status=404) if ignore else asked
