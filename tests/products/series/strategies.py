"""Series and histories at random: few points or many, close together, with and without offers."""

from hypothesis import strategies as st

from products.series import KEPT, History, Series, series_of

BEGIN = 8_000_000
_VALUES = st.one_of(st.just(-1), st.integers(0, 400))


@st.composite
def price_series(draw: st.DrawFn, *, days: int = 120, most: int = 30) -> Series:
    """Points within some days after BEGIN; small values, so that equal ones and quantiles that touch are common."""
    minutes = sorted(draw(st.sets(st.integers(BEGIN, BEGIN + days * 1440), max_size=most)))
    values = draw(st.lists(_VALUES, min_size=len(minutes), max_size=len(minutes)))
    return series_of(minutes, values)


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    """Any ascending int32 minutes with any int32 values."""
    whole = st.integers(-(2**31), 2**31 - 1)
    minutes = sorted(draw(st.sets(whole, max_size=12)))
    return series_of(minutes, draw(st.lists(whole, min_size=len(minutes), max_size=len(minutes))))


def histories() -> st.SearchStrategy[History]:
    """Histories of any kept types."""
    return st.dictionaries(st.sampled_from(KEPT), any_series())
