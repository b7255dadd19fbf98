"""Leases on what only one process may do at a time. They end by themselves: a killed holder blocks nobody for long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from arbitrage_site import clock
from products.models import SearchLease

LEASE = timedelta(seconds=60)


class Taken(Exception):
    """Somebody else has it; the message is a sentence for a person."""


@contextmanager
def held(name: str) -> Iterator[Callable[[], None]]:
    """Hold a lease; call what it yields well within LEASE again and again. Raises Taken, also when it was lost."""
    owner = uuid4().hex

    def renew() -> None:
        until = clock.now() + LEASE
        if not SearchLease.objects.filter(name=name, owner=owner).update(until=until):
            raise Taken(f"The {name} of the search index stood still for a minute, and another one began. Stopping.")

    _take(name, owner)
    try:
        yield renew
    finally:
        SearchLease.objects.filter(name=name, owner=owner).delete()


def _take(name: str, owner: str) -> None:
    moment = clock.now()
    values = {"owner": owner, "until": moment + LEASE}
    with transaction.atomic():
        _, is_new = SearchLease.objects.get_or_create(name=name, defaults=values)
        free = Q(name=name, until__lte=moment)
        if is_new or SearchLease.objects.filter(free).update(**values):
            return
    raise Taken(
        f"A {name} of the search index is running. Wait until it ends; if it was killed, it is free again in a minute."
    )
