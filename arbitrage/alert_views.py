"""The alerts inbox and its read marks, which belong to a user."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from arbitrage import services
from arbitrage.figures import inbox
from arbitrage.models import AlertRule
from arbitrage_site import clock
from arbitrage_site.pages import fragment, page

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """Which alerts are listed."""

    unread: bool = False
    rule: int | None = None
    page: int = 1

    @classmethod
    def of(cls, given: QueryDict) -> "InboxQuery":
        """Read from an address; what is no number counts as not given."""
        return cls(given.get("unread") == "1", _number(given.get("rule", "")), _number(given.get("page", "")) or 1)

    @property
    def address(self) -> str:
        """The query string of this list, defaults dropped."""
        pairs = {"unread": "1" if self.unread else "", "rule": self.rule, "page": self.page if self.page > 1 else ""}
        return urlencode({name: value for name, value in pairs.items() if value})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


@page
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The inbox, newest first."""
    return render(request, "arbitrage/alerts.html", _listed(request))


@fragment
@require_safe
def alerts_panel(request: HttpRequest) -> HttpResponse:
    return render(request, "arbitrage/alerts.html#table", _listed(request))


@page
@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark one alert, or all up to the newest that was shown, as read by the signed-in user."""
    if not request.user.is_authenticated:
        messages.error(request, "Sign in to keep read marks.")
        return redirect("alerts")
    until = _moment(request.POST.get("until", "")) if "all" in request.POST else None
    one = _uuid(request.POST.get("alert", ""))
    if until is None and one is None:
        messages.error(request, "That alert is not known. Load the page again.")
    else:
        services.mark_read(request.user, alert=one, until=until, now=clock.now())
    return redirect("alerts")


def _moment(text: str) -> datetime | None:
    """An aware moment, or None for anything else, the thirty-first of February included."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _listed(request: HttpRequest) -> dict[str, Any]:
    query = InboxQuery.of(request.GET)
    rows = inbox(request.user)
    if query.unread and request.user.is_authenticated:
        rows = rows.filter(Q(is_read=False))
    if query.rule:
        rows = rows.filter(rule_id=query.rule)
    shown = Paginator(rows, PAGE_SIZE).get_page(query.page)
    newest = shown.object_list[0].occurred_at if shown.object_list else None
    return {"now": clock.now(), "query": query, "page": shown, "newest": newest, "rules": AlertRule.objects.all()}
