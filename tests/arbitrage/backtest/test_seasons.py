"""Terms of the past change with the seasons of storage, where it is by volume."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from arbitrage.backtest.dated import DatedTerms
from arbitrage.economics.loading import load_rates
from arbitrage.economics.profiles import Profile
from arbitrage.economics.terms import Terms
from arbitrage.economics.termsheet import terms_for

pytestmark = pytest.mark.django_db
SELLER = Profile("by volume", registrations=frozenset({"DE", "IT"}), storage=None)
PAIR = ("IT", "DE")
FIRST = date(2026, 7, 25)
DAYS = [FIRST + timedelta(days=number) for number in range(240)]


def starts(profile: Profile) -> set[date]:
    days = np.array([day.toordinal() for day in DAYS])
    return {
        date.fromordinal(day) for day in np.unique(DatedTerms(profile, load_rates()).stretches(PAIR, days)).tolist()
    }


def test_a_stretch_ends_where_a_season_does() -> None:
    added = starts(SELLER) - starts(replace(SELLER, storage=20))
    assert added == {date(2026, 10, 1), date(2027, 1, 1)}


def test_days_before_the_first_price_are_said() -> None:
    dated, first = DatedTerms(SELLER, load_rates()), date(2026, 2, 1).toordinal()
    assert dated.notes(first) == ()
    assert dated.notes(first - 1)[0].startswith("No price of storage is known before 2026-02-01")
    assert DatedTerms(replace(SELLER, storage=20), load_rates()).notes(first - 1) == ()


def test_every_day_has_the_terms_that_it_had() -> None:
    dated, rates = DatedTerms(SELLER, load_rates()), load_rates()
    for day in DAYS[::7]:
        past, own = dated.terms(PAIR, day.toordinal()), terms_for(SELLER, rates, *PAIR, day)
        assert isinstance(past, Terms)
        assert isinstance(own, Terms)
        assert past.sale.storing
        assert own.sale.storing
        assert past.sale.storing.cells == own.sale.storing.cells, day
