"""Distributions of a time: fits that hold what they are told, and sums against convolution."""

from __future__ import annotations

from math import exp, inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse, special, stats

from corridors.errors import CorridorsError
from corridors.solve.distributions import (
    Distribution,
    FitError,
    Gamma,
    Lognormal,
    Point,
    Uniform,
    fit,
    from_mean_sd,
    from_median_mean,
)
from corridors.solve.totals import (
    Items,
    Totals,
    deviations,
    hermite_coefficients,
    normals,
    tied,
    totals,
)
from tests.oracles.convolution import convolve

QUANTILES = (0.5, 0.8, 0.95)
SHARES = np.array([0.001, 0.05, 0.3, 0.5, 0.8, 0.95, 0.999])

hours = st.floats(0.01, 1000.0)
steps = st.floats(1.001, 20.0)


@st.composite
def threes(draw: st.DrawFn) -> tuple[float, float, float]:
    likely = draw(hours)
    return likely * draw(st.floats(0.0, 1.0)), likely, likely * draw(steps)


shapes = st.one_of(
    st.builds(Lognormal, hours, st.floats(0.05, 1.5)),
    st.builds(Gamma, st.floats(0.2, 50.0), hours),
    st.builds(Uniform, hours),
)


# --- fits -------------------------------------------------------------------


@given(threes())
def test_median_and_high_value_are_kept_exactly(three: tuple[float, float, float]) -> None:
    low, likely, high = three
    for one in (fit(*three), fit(*three, family="lognormal"), fit(*three, family="gamma")):
        assert one.ppf([0.5, 0.95]) == pytest.approx([likely, high], rel=1e-7)
        assert one.ppf(1e-9) >= 0
        assert one.mean > 0
        assert one.sd > 0
    far = [abs(float(fit(*three, family=name).ppf(0.05)) - low) for name in ("lognormal", "gamma")]
    assert abs(float(fit(*three).ppf(0.05)) - low) == pytest.approx(min(far), abs=1e-9 * high)


def test_the_low_value_chooses_the_family() -> None:
    assert isinstance(fit(3.0, 12.0, 48.0), Lognormal)
    assert isinstance(fit(0.0, 12.0, 48.0), Gamma)


def test_values_hardly_apart_still_fit() -> None:
    one = fit(10.0, 10.0, 10.000001)
    assert one.ppf([0.5, 0.95]) == pytest.approx([10.0, 10.000001], rel=1e-12)


def test_three_equal_values_are_certain() -> None:
    assert fit(7.0, 7.0, 7.0) == Point(7.0)
    assert fit(0.0, 0.0, 0.0) == Point(0.0)


@pytest.mark.parametrize(
    ("three", "column"),
    [
        ((-1.0, 2.0, 3.0), "low"),
        ((nan, 2.0, 3.0), "low"),
        ((3.0, 2.0, 4.0), "low"),
        ((0.0, 0.0, 4.0), "value"),
        ((1.0, nan, 4.0), "value"),
        ((1.0, 3.0, 2.0), "high"),
        ((1.0, 3.0, inf), "high"),
        ((1.0, 3.0, 3.0), "high"),
    ],
)
def test_what_cannot_be_fitted_names_the_column(
    three: tuple[float, float, float], column: str
) -> None:
    with pytest.raises(FitError) as error:
        fit(*three)
    assert error.value.column == column
    assert isinstance(error.value, CorridorsError)
    assert isinstance(error.value, ValueError)


def test_a_gamma_asked_for_by_name_may_be_too_narrow() -> None:
    with pytest.raises(FitError, match="so narrow or so wide"):
        fit(10.0, 10.0, 10.0000001, family="gamma")


@given(hours, st.floats(0.01, 5.0))
def test_mean_and_deviation_are_kept(mean: float, ratio: float) -> None:
    for one in (from_mean_sd(mean, mean * ratio), from_mean_sd(mean, mean * ratio, family="gamma")):
        assert (one.mean, one.sd) == pytest.approx((mean, mean * ratio))


@given(hours, st.floats(1.001, 20.0))
def test_median_and_mean_are_kept(median: float, ratio: float) -> None:
    found = [
        from_median_mean(median, median * ratio),
        from_median_mean(median, median * ratio, family="gamma"),
    ]
    for one in found:
        assert one.mean == pytest.approx(median * ratio)
        assert float(one.ppf(0.5)) == pytest.approx(median, rel=1e-6)


def test_statistics_without_spread_are_certain() -> None:
    assert from_mean_sd(4.0, 0.0) == from_median_mean(4.0, 4.0) == Point(4.0)


@pytest.mark.parametrize(("mean", "sd", "column"), [(0, 1, "mean"), (1, -1, "sd"), (1, nan, "sd")])
def test_a_mean_and_deviation_may_not_fit(mean: float, sd: float, column: str) -> None:
    with pytest.raises(FitError) as error:
        from_mean_sd(mean, sd)
    assert error.value.column == column


@pytest.mark.parametrize(
    ("median", "mean", "column"), [(0, 1, "median"), (2, 1, "mean"), (1, inf, "mean")]
)
def test_a_median_and_mean_may_not_fit(median: float, mean: float, column: str) -> None:
    with pytest.raises(FitError) as error:
        from_median_mean(median, mean)
    assert error.value.column == column


# --- what a distribution says -----------------------------------------------


@pytest.mark.parametrize(
    ("one", "oracle"),
    [
        (Lognormal(12.0, 0.8), stats.lognorm(0.8, scale=12.0)),
        (Gamma(2.5, 9.0), stats.gamma(2.5, scale=9.0)),
        (Uniform(84.0), stats.uniform(0.0, 84.0)),
    ],
)
def test_distributions_are_those_of_scipy(one: Distribution, oracle: Any) -> None:
    assert (one.mean, one.sd) == pytest.approx((oracle.mean(), oracle.std()))
    assert one.ppf(SHARES) == pytest.approx(oracle.ppf(SHARES))
    values = np.array([-5.0, 0.0, 0.1, 3.0, 12.0, 40.0, 90.0, 400.0])
    assert one.cdf(values) == pytest.approx(oracle.cdf(values))


@given(shapes)
def test_normal_values_give_the_quantiles(one: Distribution) -> None:
    assert one.on_normal(special.ndtri(SHARES)) == pytest.approx(one.ppf(SHARES), rel=1e-4)
    assert one.cdf(one.ppf(SHARES)) == pytest.approx(SHARES, rel=1e-6)


@given(shapes, st.integers(0, 1000))
def test_draws_have_the_mean_and_deviation(one: Distribution, seed: int) -> None:
    assume(one.sd < 1.2 * one.mean)  # the deviation of a heavier tail is hard to draw
    drawn = one.sample(np.random.default_rng(seed), 20_000)
    assert drawn.min() >= 0
    assert drawn.mean() == pytest.approx(one.mean, abs=5 * one.sd / sqrt(20_000))
    assert drawn.std() == pytest.approx(one.sd, rel=0.15)


def test_a_point_is_always_itself() -> None:
    one = Point(3.0)
    assert one.sample(np.random.default_rng(1), 4).tolist() == [3.0] * 4
    assert one.ppf([0.1, 0.9]).tolist() == [3.0, 3.0]
    assert one.cdf([2.9, 3.0, 3.1]).tolist() == [0.0, 1.0, 1.0]


# --- sums -------------------------------------------------------------------


def added(
    parts: list[tuple[float, Distribution]], *, correlation: float = 0.0, draws: int = 40_000,
    bounds: tuple[float, ...] = (), seed: int = 3,
) -> Totals:  # fmt: skip
    amounts = sparse.csr_array(np.array([[amount for amount, _ in parts]], np.float64))
    items = Items(tuple(f"k{at}" for at in range(len(parts))), tuple(one for _, one in parts))
    (found,) = totals(
        amounts, items, correlations=(correlation,), draws=draws, seed=seed, quantiles=QUANTILES,
        bounds=bounds,
    )  # fmt: skip
    return found


CASES: list[list[tuple[float, Distribution]]] = [
    [(1.0, fit(4, 12, 48)), (1.0, fit(0, 68, 308)), (1.0, Uniform(56.0))],
    [(1500.0, fit(1 / 50, 1 / 39.58, 1 / 29.2)), (1.0, fit(2, 24, 70)), (1.0, fit(1, 3, 12))],
    [(1.0, Uniform(10.0)), (1.0, Uniform(10.0))],
    [(2.0, Gamma(1.0, 5.0)), (1.0, Point(30.0)), (1.0, Lognormal(20.0, 0.4))],
]


@pytest.mark.parametrize("parts", CASES)
def test_independent_sums_are_those_of_convolution(
    parts: list[tuple[float, Distribution]],
) -> None:
    mean = sum(amount * one.mean for amount, one in parts)
    exact = convolve(parts, longest=20 * mean)
    bounds = (0.7 * mean, mean, 1.5 * mean)
    found = added(parts, bounds=bounds)
    # Four standard errors of a share of 40,000 draws, as shares and on either quantile.
    for bound, within in zip(bounds, found.within[0].tolist(), strict=True):
        share = exact.cdf(bound)
        assert within == pytest.approx(share, abs=4 * sqrt(share * (1 - share) / 40_000) + 1e-4)
    for share, value in zip(QUANTILES, found.quantiles[0].tolist(), strict=True):
        error = 4 * sqrt(share * (1 - share) / 40_000)
        assert exact.ppf(share - error) <= value <= exact.ppf(share + error)


def test_convolution_knows_the_triangle_and_the_gamma() -> None:
    triangle = convolve([(1.0, Uniform(10.0)), (1.0, Uniform(10.0))], longest=50)
    assert [triangle.ppf(share) for share in (0.125, 0.5, 0.98)] == pytest.approx(
        [5.0, 10.0, 18.0], abs=2e-3
    )
    gamma = convolve([(1.0, Gamma(1.0, 5.0))] * 3, longest=400)
    assert [gamma.ppf(share) for share in QUANTILES] == pytest.approx(
        stats.gamma(3.0, scale=5.0).ppf(QUANTILES), abs=2e-2
    )


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.floats(0.1, 10.0), shapes), min_size=1, max_size=6),
    st.sampled_from([0.0, 0.3, 0.6, 1.0]),
)
def test_quantiles_are_in_order_and_means_add(
    parts: list[tuple[float, Distribution]], correlation: float
) -> None:
    found = added(parts, correlation=correlation, draws=500)
    p50, p80, p95 = found.quantiles[0].tolist()
    assert p50 <= p80 <= p95
    assert found.mean[0] == pytest.approx(sum(amount * one.mean for amount, one in parts))
    more = added([*parts, (2.0, Uniform(6.0))], correlation=correlation, draws=500)
    assert more.mean[0] == pytest.approx(found.mean[0] + 6.0)
    assert more.sd[0] >= found.sd[0]


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.floats(0.1, 10.0), shapes), min_size=1, max_size=5),
    st.floats(0.1, 20.0),
    st.sampled_from([0.0, 0.3]),
)
def test_scaling_all_scales_the_sum(
    parts: list[tuple[float, Distribution]], factor: float, correlation: float
) -> None:
    once = added(parts, correlation=correlation, draws=300)
    scaled = added([(factor * a, one) for a, one in parts], correlation=correlation, draws=300)
    assert scaled.mean == pytest.approx(factor * once.mean)
    assert scaled.sd == pytest.approx(factor * once.sd)
    assert scaled.quantiles == pytest.approx(factor * once.quantiles)


# --- correlation ------------------------------------------------------------


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 1.0])
def test_lognormals_have_the_covariance_of_the_copula(rho: float) -> None:
    parts: list[tuple[float, Distribution]] = [
        (1.0, Lognormal(12.0, 0.84)),
        (2.0, Lognormal(24.0, 1.2)),
    ]
    (a, one), (b, two) = parts
    common = a * one.mean * b * two.mean * (exp(rho * 0.84 * 1.2) - 1)
    exact = sqrt((a * one.sd) ** 2 + (b * two.sd) ** 2 + 2 * common)
    assert added(parts, correlation=rho, draws=10).sd[0] == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("rho", [0.3, 0.6])
def test_uniforms_have_the_rank_correlation_of_the_copula(rho: float) -> None:
    parts: list[tuple[float, Distribution]] = [(1.0, Uniform(1.0)), (1.0, Uniform(1.0))]
    spearman = 6 / np.pi * np.arcsin(rho / 2)
    exact = sqrt(2 * (1 + spearman) / 12)
    assert added(parts, correlation=rho, draws=10).sd[0] == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_a_mixed_pair_has_the_covariance_of_the_integral(rho: float) -> None:
    one, two = Gamma(1.5, 10.0), Uniform(50.0)

    z = np.linspace(-8, 8, 801)
    first, other = np.meshgrid(z, z)
    weight = stats.norm.pdf(first) * stats.norm.pdf(other) * (z[1] - z[0]) ** 2
    second = rho * first + sqrt(1 - rho**2) * other
    values = one.ppf(special.ndtr(z)) * two.ppf(special.ndtr(second))
    both = float((values * weight).sum())
    exact = sqrt(one.sd**2 + two.sd**2 + 2 * (both - one.mean * two.mean))
    found = added([(1.0, one), (1.0, two)], correlation=rho, draws=10).sd[0]
    assert found == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("rho", [0.3, 0.6])
def test_tied_sums_are_convolutions_mixed_over_the_factor(rho: float) -> None:
    parts = [(12.0, 0.84), (36.0, 0.6), (7.0, 1.2)]
    bounds = (40.0, 70.0, 120.0, 250.0)
    factors, weights = np.polynomial.hermite_e.hermegauss(24)
    # Given the factor, what is left of lognormal times is lognormal and independent.
    exact = np.zeros(len(bounds))
    for factor, weight in zip(factors, weights / weights.sum(), strict=True):
        given_factor: list[tuple[float, Distribution]] = [
            (1.0, Lognormal(median * exp(sigma * sqrt(rho) * factor), sigma * sqrt(1 - rho)))
            for median, sigma in parts
        ]
        total = convolve(given_factor, longest=20_000, cells=1 << 15)
        exact += weight * np.array([total.cdf(bound) for bound in bounds])
    found = added([(1.0, Lognormal(*each)) for each in parts], correlation=rho, bounds=bounds)
    errors = 4 * np.sqrt(exact * (1 - exact) / 40_000) + 2e-3
    assert (np.abs(found.within[0] - exact) <= errors).all()


def test_fully_tied_quantiles_are_sums_of_quantiles() -> None:
    parts: list[tuple[float, Distribution]] = [(2.0, Gamma(2.0, 9.0)), (1.0, Uniform(56.0))]
    found = added(parts, correlation=1.0).quantiles[0]
    for share, value in zip(QUANTILES, found.tolist(), strict=True):
        error = 4 * sqrt(share * (1 - share) / 40_000)
        low, high = (
            sum(amount * float(one.ppf(share + side)) for amount, one in parts)
            for side in (-error, error)
        )
        assert low <= value <= high


@given(shapes)
def test_hermite_coefficients_hold_the_variance(one: Distribution) -> None:
    held = float((hermite_coefficients([one])[0] ** 2).sum())
    assert held == pytest.approx(one.sd**2, rel=0.03)
    assert held <= one.sd**2 * (1 + 1e-3)


def test_drawn_deviations_are_the_exact_ones() -> None:
    parts = CASES[0]
    items = Items(("a", "b", "c"), tuple(one for _, one in parts))
    own, factor = normals(items.keys, draws=200_000, seed=5), normals(["f"], draws=200_000, seed=5)
    for rho in (0.0, 0.3, 0.6):
        z = tied(own, factor[0], rho)
        drawn = sum(one.on_normal(row) for one, row in zip(items.distributions, z, strict=True))
        (exact,) = deviations(sparse.csr_array(np.ones((1, 3))), items, (rho,))
        assert float(np.std(drawn)) == pytest.approx(exact[0], rel=0.02)


def test_normal_values_have_the_correlation_asked_for() -> None:
    own, factor = normals(["a", "b"], draws=100_000, seed=2), normals(["f"], draws=100_000, seed=2)
    for rho in (0.0, 0.3, 0.6):
        z = tied(own, factor[0], rho)
        assert np.corrcoef(z).ravel()[1] == pytest.approx(rho, abs=0.015)
        both_early = 0.25 + np.arcsin(rho) / (2 * np.pi)
        assert (z < 0).all(axis=0).mean() == pytest.approx(both_early, abs=0.007)
        assert z.std(axis=1) == pytest.approx([1.0, 1.0], abs=0.015)
    assert (tied(own, factor[0], 1.0) == factor[0]).all()


def test_draws_hang_on_seed_and_key_only() -> None:
    alone, among = normals(["b"], draws=50, seed=4), normals(["a", "b", "c"], draws=50, seed=4)
    assert (alone[0] == among[1]).all()
    assert (among[0] == among[1]).mean() < 0.1
    # Each row holds one draw of every fiftieth part, in an order of its own.
    assert (np.sort(among[0]) == np.sort(among[1])).all()
    assert special.ndtr(np.sort(among[0])) == pytest.approx((np.arange(50) + 0.5) / 50)
    assert not (alone == normals(["b"], draws=50, seed=5)).any()


@pytest.mark.parametrize("rho", [-0.1, 1.1, nan])
def test_a_correlation_out_of_range_is_refused(rho: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        added([(1.0, Uniform(1.0))], correlation=rho)


def test_no_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one draw"):
        added([(1.0, Uniform(1.0))], draws=0)
