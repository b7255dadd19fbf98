"""DRF's door to the limits: so many requests a window for each signed-in person."""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from arbitrage_site import limits
from arbitrage_site.access import is_open_demo

if TYPE_CHECKING:  # DRF's views read the settings, which name a class of this module
    from rest_framework.views import APIView


class ApiLimit(BaseThrottle):
    """API_RATE_LIMIT requests in API_RATE_WINDOW_SECONDS per person. The demo on loopback is open and not counted."""

    spent: limits.Spent | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 - DRF's signature
        """Count the request; True where nothing was counted, because nobody is signed in or counters are away."""
        if is_open_demo() or not request.user.is_authenticated:
            return True
        limit = limits.Limit("api", settings.API_RATE_LIMIT, settings.API_RATE_WINDOW_SECONDS)
        self.spent = limits.spend(limit, str(request.user.pk))
        request.spent = self.spent  # type: ignore[attr-defined]  # the view shows it in the answer's headers
        return self.spent is None or not self.spent.wait

    def wait(self) -> float | None:
        """Seconds until the window ends."""
        return self.spent.wait if self.spent else None
