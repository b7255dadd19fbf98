"""The inbox over the API."""

from uuid import UUID

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage.api.parameters import AlertParameters
from arbitrage.api.representation import AlertShown
from arbitrage.figures import inbox
from arbitrage.services import mark_read
from arbitrage_site import clock
from arbitrage_site.paging import envelope, page_of
from arbitrage_site.parameters import CheckedViewSet


class AlertViewSet(CheckedViewSet):
    """Alerts, each with its reader's own read mark."""

    queries = {"list": AlertParameters}

    @extend_schema(parameters=[AlertParameters], responses=page_of(AlertShown), tags=["alerts"])
    def list(self, request: Request) -> Response:
        """Alerts, newest first."""
        page, size = self.asked["page"], self.asked["page_size"]
        rows = inbox(request.user)
        if self.asked["unread"]:
            rows = rows.filter(is_read=False)  # type: ignore[misc] # `inbox` annotates it
        shown = AlertShown(rows[(page - 1) * size : page * size], many=True).data
        return envelope(request, count=rows.count(), page=page, page_size=size, results=shown)

    @extend_schema(request=None, responses=AlertShown, tags=["alerts"])
    def read(self, request: Request, pk: UUID) -> Response:
        """Mark an alert as read; a second time changes nothing."""
        if not isinstance(request.user, User):
            raise NotAuthenticated("A read mark belongs to a person: sign in to set one.")
        mark_read(request.user, now=clock.now(), alert=pk)
        alert = inbox(request.user).filter(pk=pk).first()
        if alert is None:
            raise NotFound("There is no such alert.")
        return Response(AlertShown(alert).data)
