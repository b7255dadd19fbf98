"""A seller hears of a turnover limit before it is passed, and is not priced by a treatment that has ended."""

from dataclasses import replace

import pytest

from arbitrage.economics.profiles import Profile, Regime, Turnover
from arbitrage.economics.turnover import passed, warnings

SMALL = Profile("Small", regime=Regime.SMALL_BUSINESS, turnover=Turnover(prior=1_000_000, current=1_000_000))


def with_turnover(profile: Profile, **given: int | None) -> Profile:
    return replace(profile, turnover=replace(profile.turnover, **given))


def test_far_below_the_limits_nothing_is_said() -> None:
    assert warnings(SMALL) == ()
    assert list(passed(SMALL, abroad=True)) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prior": 2_000_000}, "last year of 25000.00 EUR is near: 20000.00 EUR so far."),
        ({"current": 8_000_000}, "this year of 100000.00 EUR is near: 80000.00 EUR so far."),
        ({"prior": 2_500_001}, "last year of 25000.00 EUR is passed with 25000.01 EUR."),
    ],
)
def test_near_and_passed_limits_are_named(given: dict[str, int], said: str) -> None:
    assert warnings(with_turnover(SMALL, **given)) == (f"The small business limit in DE for {said}",)


def test_exactly_at_a_limit_it_still_holds() -> None:
    assert list(passed(with_turnover(SMALL, prior=2_500_000, current=10_000_000), abroad=True)) == []
    assert len(list(passed(with_turnover(SMALL, prior=2_500_001, current=10_000_001), abroad=False))) == 2


def test_a_small_business_that_does_not_say_its_turnover_is_told() -> None:
    silent = replace(SMALL, turnover=Turnover())
    assert warnings(silent) == (
        "The profile Small does not say its turnover, so the small business limits are not watched.",
    )


def test_limits_of_other_countries_are_not_invented() -> None:
    french = replace(SMALL, country="FR")
    assert warnings(french) == ("The turnover limits of a small business in FR are not known here.",)


def test_home_vat_abroad_ends_at_ten_thousand_euros() -> None:
    below = Profile("Below", uses_oss=False, turnover=Turnover(abroad=900_000))
    assert "is near: 9000.00 EUR so far" in warnings(below)[0]
    assert len(list(passed(with_turnover(below, abroad=1_000_001), abroad=True))) == 1
    assert list(passed(with_turnover(below, abroad=1_000_001), abroad=False)) == []
    assert warnings(replace(below, uses_oss=True)) == ()


def test_the_scheme_of_the_eu_counts_turnover_at_home_and_abroad() -> None:
    abroad = with_turnover(replace(SMALL, eu_small_business=True), current=6_000_000, abroad=5_000_000)
    assert list(passed(abroad, abroad=True)) == ["the limit of the EU small business scheme of 100000.00 EUR"]
