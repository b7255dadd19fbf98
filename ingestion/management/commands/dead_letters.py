"""Looking at records that were set aside, and deciding what becomes of them."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from arbitrage_site import clock
from ingestion import dead_letters
from ingestion.models import DeadLetter
from ingestion.replay.letters import attempt
from ingestion.replay.places import ReplayFailed, ReplayRefused, place_of

SHOWN = 4_000
"""Characters of a value that `show` prints; `--whole` prints all."""


class Command(BaseCommand):
    help = "List records that were set aside, show one, append them to their topic again, or drop them for a reason."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="The newest first.")
        listing.add_argument("--closed", action="store_true", help="Also those that were replayed or dropped.")
        listing.add_argument("--limit", type=int, default=50)
        show = actions.add_parser("show", help="One record set aside, with its bytes.")
        show.add_argument("ids", type=int, nargs=1, metavar="id")
        show.add_argument("--whole", action="store_true", help="Print the whole value.")
        replay = actions.add_parser("replay", help="Append to the topic again, for example after a correction.")
        drop = actions.add_parser("drop", help="Give up.")
        drop.add_argument("--reason", required=True, help="Why; it is kept with the record.")
        replay.add_argument("--into", metavar="NAME", help="Only try them, in a replay of this name.")
        for action in (replay, drop):
            action.add_argument("ids", type=int, nargs="*", metavar="id")
            action.add_argument("--all", action="store_true", help="All that are open, within --group and --topic.")
        for action in (listing, replay, drop):
            action.add_argument("--group")
            action.add_argument("--topic")

    def handle(self, *, action: str, **options: Any) -> None:
        letters = _chosen(**options)
        if action == "list":
            self._list(letters, closed=options["closed"], limit=options["limit"])
        elif action == "show":
            self._show(letters, whole=options["whole"])
        else:
            self._decide(letters, action, options)

    def _list(self, letters: QuerySet[DeadLetter], *, closed: bool, limit: int) -> None:
        shown = letters if closed else letters.filter(state=DeadLetter.State.OPEN)
        for letter in shown.order_by("-pk")[:limit]:
            self.stdout.write(
                f"{letter.pk:>6}  {letter.failed_at:%Y-%m-%d %H:%M:%S}  {letter}  {letter.key}  {letter.state}"
                f"  {letter.kind}: {_printable(letter.reason)}"
            )
        self.stdout.write(f"{shown.count()} records set aside.")

    def _show(self, letters: QuerySet[DeadLetter], *, whole: bool) -> None:
        letter = letters.first()
        if letter is None:
            raise CommandError("There is no such record set aside. `dead_letters list --closed` shows all.")
        for name in ("group", "topic", "partition", "offset", "epoch", "key", "timestamp", "headers", "kind", "reason"):
            self.stdout.write(f"{name:>14}  {_printable(str(getattr(letter, name)))}")
        for name in ("error_class", "attempts", "failed_at", "state", "closed_at", "closed_because"):
            self.stdout.write(f"{name:>14}  {_printable(str(getattr(letter, name)))}")
        text = _readable(bytes(letter.value))
        self.stdout.write(text if whole or len(text) <= SHOWN else f"{text[:SHOWN]} ... ({len(text)} characters)")

    def _decide(self, letters: QuerySet[DeadLetter], action: str, options: dict[str, Any]) -> None:
        if not options["ids"] and not options["all"]:
            raise CommandError("Name records by their id, or say --all.")
        now = clock.now()
        try:
            if options.get("into"):
                self._try(letters.filter(state=DeadLetter.State.OPEN), str(options["into"]), now)
                return
            if action == "replay":
                closed = dead_letters.replay(letters, now=now)
            else:
                closed = dead_letters.drop(letters, reason=options["reason"], now=now)
        except (dead_letters.UnknownTopic, ReplayRefused, ReplayFailed) as error:
            raise CommandError(str(error)) from error
        for letter in closed:
            self.stdout.write(f"{letter.pk}: {letter.closed_because or 'dropped'}")
        self.stdout.write(f"{len(closed)} records {'replayed' if action == 'replay' else 'dropped'}.")

    def _try(self, letters: QuerySet[DeadLetter], name: str, now: datetime) -> None:
        place = place_of(name)
        for letter, outcome in attempt(list(letters.order_by("pk")), place, now=now):
            self.stdout.write(f"{letter.pk}: {_printable(outcome)}")
        self.stdout.write(f"Tried in {place}. The letters are still open here.")


def _chosen(
    *, ids: list[int] | None = None, group: str | None = None, topic: str | None = None, **_: Any
) -> QuerySet[DeadLetter]:
    letters = DeadLetter.objects.all()
    if ids:
        letters = letters.filter(pk__in=ids)
    if group:
        letters = letters.filter(group=group)
    return letters.filter(topic=topic) if topic else letters


def _readable(value: bytes) -> str:
    """Indented if it is JSON. Everything outside ASCII is escaped: it may try to fool a terminal."""
    try:
        return json.dumps(json.loads(value), indent=2, ensure_ascii=True)
    except (ValueError, RecursionError):
        return ascii(value.decode("utf-8", "backslashreplace"))


def _printable(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode() if text.isprintable() else ascii(text)
