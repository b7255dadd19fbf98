"""The page that says how long opportunities stay open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitrage.forms import profile_choices
from arbitrage.querysets import ANY_PROFILE
from arbitrage.survival.asked import SurvivalQuery, survival
from arbitrage.survival.lifetimes import By
from arbitrage.survival.table import FEWEST, horizons
from arbitrage_site import clock
from arbitrage_site.pages import page

GROUPINGS = ((By.PAIR, "route"), (By.CATEGORY, "category"), (By.BOTH, "route and category"))


@page
@require_safe
def survival_page(request: HttpRequest) -> HttpResponse:
    """Is there time to buy? The share still open after some hours and days, by route or category."""
    now = clock.now()
    query = SurvivalQuery.of(request.GET)
    context = {
        "query": query,
        "rows": survival(query, now),
        "horizons": horizons(now.date()),
        "groupings": GROUPINGS,
        "profiles": [choice for choice in profile_choices() if choice[0] != ANY_PROFILE],
        "chosen": "" if query.profile is None else str(query.profile),
        "fewest": FEWEST,
    }
    return render(request, "arbitrage/survival.html", context)
