"""The backtest page. Looking at it costs nothing; the form's button runs it, and the address can be shared."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitrage.backtest_page.bounded import SAMPLE, NotRun, run
from arbitrage.backtest_page.form import BacktestForm
from arbitrage.backtest_page.shown import shown
from arbitrage.economics.missing import InvalidRate
from arbitrage.economics.profiles import UnusableProfile
from arbitrage.models import SellerProfile
from arbitrage_site import clock
from arbitrage_site.pages import page


@page
@require_safe
def backtest_page(request: HttpRequest) -> HttpResponse:
    """What a threshold would have earned, with nothing but what was known then; it sends nothing."""
    profiles = list(SellerProfile.objects.filter(enabled=True).order_by("-is_default", "name"))
    form = BacktestForm(request.GET, profiles)
    context: dict[str, Any] = {"form": form, "sample": SAMPLE, "profiles": profiles}
    if form.is_valid() and profiles and request.GET.get("run"):
        try:
            report = run(form, now=clock.now())
            context |= {"report": report, "shown": shown(report)}
        except (NotRun, UnusableProfile, InvalidRate) as error:
            context["refused"] = str(error)
    return render(request, "arbitrage/backtest.html", context)
