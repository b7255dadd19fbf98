"""The estimator against published values, and against what must hold for any lifetimes.

The data are the remissions in weeks under 6-mercaptopurine of Freireich and others, "The effect of 6-mercaptopurine on
the duration of steroid-induced remissions in acute leukemia", Blood 21 (1963) 699-716; the estimates and Greenwood's
errors as printed for them in the textbooks, for example Kleinbaum and Klein, "Survival Analysis", chapter 2.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.survival.kaplan_meier import Lifetime, kaplan_meier

RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
TREATED = [Lifetime(weeks, ended=True) for weeks in RELAPSED] + [Lifetime(weeks, ended=False) for weeks in STILL_WELL]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

lives = st.lists(st.builds(Lifetime, st.integers(0, 50), st.booleans()), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("weeks", "at_risk", "share", "error"),
    [
        (6, 21, 0.8571, 0.0764),
        (7, 17, 0.8067, 0.0869),
        (10, 15, 0.7529, 0.0963),
        (13, 12, 0.6902, 0.1068),
        (16, 11, 0.6275, 0.1141),
        (22, 7, 0.5378, 0.1282),
        (23, 6, 0.4482, 0.1346),
    ],
)
def test_the_published_estimates_of_the_leukaemia_trial(weeks: int, at_risk: int, share: float, error: float) -> None:
    step = next(step for step in kaplan_meier(TREATED).steps if step.length == weeks)

    assert step.at_risk == at_risk
    assert step.share == pytest.approx(share, abs=5e-5)
    assert step.error == pytest.approx(error, abs=5e-5)


def test_the_published_medians() -> None:
    assert kaplan_meier(TREATED).median == 23
    assert kaplan_meier(Lifetime(weeks, ended=True) for weeks in PLACEBO).median == 8


def test_past_the_longest_lifetime_in_sight_nothing_is_said() -> None:
    curve = kaplan_meier(TREATED)

    assert curve.at(36) is None
    assert curve.at(35) is not None
    assert kaplan_meier([]).at(1) is None


def test_where_all_have_ended_none_is_left_later_on() -> None:
    found = kaplan_meier([Lifetime(3, ended=True), Lifetime(5, ended=True)]).at(100)

    assert found is not None
    assert (found.share, found.at_risk) == (0.0, 0)


@given(lives)
@settings(max_examples=60, deadline=None)
def test_without_censoring_the_curve_is_the_plain_share(known: list[Lifetime]) -> None:
    curve = kaplan_meier(Lifetime(life.length, ended=True) for life in known)

    for length in range(52):
        found = curve.at(length)
        assert found is not None
        assert found.share == pytest.approx(sum(life.length > length for life in known) / len(known))


@given(lives)
@settings(max_examples=60, deadline=None)
def test_the_curve_only_falls_and_censoring_never_lowers_it(known: list[Lifetime]) -> None:
    shares = [step.share for step in kaplan_meier(known).steps]
    ended = kaplan_meier(Lifetime(life.length, ended=True) for life in known)

    assert shares == sorted(shares, reverse=True)
    for step in kaplan_meier(known).steps:
        found = ended.at(step.length)
        assert found is not None
        assert step.share >= found.share - 1e-9
