"""How much each parameter of a sweep matters: Sobol' indices, and elementary effects by Morris.

Both judge the mean over replications, whose runs are noisy. All points of a sweep play the same replications:
what a season does to every point alike falls out of the differences, what is left (a season that suits one
point better than another) would count as an effect of parameters. Such noise is shared by the points, so that
adding or subtracting variances of single points would be wrong; but replications are independent of each
other. Squares and products are therefore taken over pairs of different replications, mean of y_r z_s over
r != s, which on average are those of the true means, whether the points share random numbers or not.
Intervals come from drawing rows (or trajectories) again and giving the replications random weights.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farmsim.streams import Streams

Floats = NDArray[np.float64]

ROUNDING: Final = 1e-12
"""A standard deviation less than this share of the largest value is no variation."""
_MOST_CELLS: Final = 2_000_000
"""Numbers that an array of resamples holds at a time."""


class SobolIndices(NamedTuple):
    """Shares of the variance of the output that come from each parameter, [axes], with their intervals.

    NaN where nothing varies, or where no variance is left beside that of the noise. Estimates may lie a
    little outside 0 to 1.
    """

    first: Floats
    """Share that would vanish on average if the parameter were known."""
    first_low: Floats
    first_high: Floats
    total: Floats
    """Share that would remain on average if all others were known: with every interaction."""
    total_low: Floats
    total_high: Floats
    noise_share: float
    """Share of the variance of the points' means that is noise, and is left out of the indices; it falls with
    the number of replications. NaN with fewer than two."""
    base_points: int
    """Base points of which all runs are known."""


class MorrisEffects(NamedTuple):
    """Elementary effects of each parameter, [axes], in the unit of the output for its whole range."""

    mu: Floats
    """Mean effect."""
    mu_star: Floats
    """Mean size of the effect (Campolongo et al. 2007), with its interval."""
    mu_star_low: Floats
    mu_star_high: Floats
    sigma: Floats
    """Standard deviation of the effect over trajectories: interactions and curvature, less the noise."""
    noise: Floats
    """About the `mu_star` that noise alone gives to a parameter without effect: no larger one is proved. NaN
    with fewer than two replications."""
    trajectories: int
    """Trajectories of which all runs are known."""


def sobol_indices(
    values: ArrayLike,
    base_points: int,
    axes_count: int,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    random_seed: int = 1,
) -> SobolIndices:
    """Indices from the outputs of the rows of `saltelli`, [base_points x (axes + 2)] or [..., replications].

    First-order indices by the estimator of Saltelli et al. (2010), mean of f(B) (f(AB_i) - f(A)), total ones
    by Jansen's (1999), mean of (f(A) - f(AB_i))^2 / 2, both over the variance of f(A) and f(B) together.
    Intervals are percentiles over resamples of the base points and of the replications (`_weights`). Since
    the base points of a Sobol sequence are more even than chance, they are rather too wide; with fewer than
    five replications they are too narrow if much is noise, and with two there are none. One replication is
    taken as without noise. A base point with an unknown value (NaN) is left out with all its rows.
    """
    played = _by_replication(values)
    assert len(played) == base_points * (axes_count + 2), f"{len(played)} rows are no such sample"
    blocks = played.reshape(axes_count + 2, base_points, -1)
    blocks = blocks[:, ~np.isnan(blocks).any(axis=(0, 2))]
    known, replications = blocks.shape[1:]
    unknown = np.full(axes_count, math.nan)
    if known < 2:
        return SobolIndices(*(unknown,) * 6, math.nan, known)
    least = (ROUNDING * float(np.abs(blocks).max())) ** 2
    blocks = blocks - blocks[:2].mean(axis=(0, 1))
    point = _ratios(
        blocks, np.full((1, known), 1 / known), np.full((1, replications), 1 / replications), least
    )
    chance = Streams(random_seed, 0).generator("sensitivity", "sobol_indices")
    at_once = max(1, _MOST_CELLS // (known * (axes_count + 2)))
    drawn = np.concatenate(
        [
            _ratios(blocks, *_weights(known, replications, min(at_once, resamples - done), chance), least)
            for done in range(0, resamples, at_once)
        ]
    )
    low, high = _interval(drawn, level, replications)
    noise = _noise_share(blocks[:2].reshape(2 * known, replications), least)
    return SobolIndices(point[0, 0], low[0], high[0], point[0, 1], low[1], high[1], noise, known)


def morris_effects(
    values: ArrayLike,
    orders: ArrayLike,
    steps: ArrayLike,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    random_seed: int = 1,
) -> MorrisEffects:
    """Effects from the outputs of the rows of `morris`, [trajectories x (axes + 1)] or [..., replications].

    `orders` and `steps` are those of the design, [trajectories, axes]. An effect is the change of the output
    from one row to the next over the step of the axis that moved. Intervals are percentiles over resamples of
    the trajectories and of the replications, as for `sobol_indices`. A trajectory with an unknown value (NaN)
    is left out.
    """
    moved, step = np.asarray(orders, dtype=np.int64), np.asarray(steps, dtype=np.float64)
    played = _by_replication(values)
    count, axes = moved.shape
    assert len(played) == count * (axes + 1), f"{len(played)} rows are no such sample"
    paths = played.reshape(count, axes + 1, -1)
    effects = np.empty((count, axes, paths.shape[2]))
    np.put_along_axis(effects, moved[:, :, None], np.diff(paths, axis=1) / step[:, :, None], axis=1)
    effects = effects[~np.isnan(effects).any(axis=(1, 2))]
    known, _, replications = effects.shape
    if known == 0:
        return MorrisEffects(*(np.full(axes, math.nan),) * 6, known)
    means = effects.mean(axis=2)
    chance = Streams(random_seed, 0).generator("sensitivity", "morris_effects")
    drawn = np.empty((resamples, axes))
    for resample in range(resamples):
        rows, weights = _weights(known, replications, 1, chance)
        drawn[resample] = rows[0] @ np.abs(effects @ weights[0])
    low, high = _interval(drawn, level, replications)
    sigma, noise = _scatter(effects)
    return MorrisEffects(means.mean(axis=0), np.abs(means).mean(axis=0), low, high, sigma, noise, known)


def _by_replication(values: ArrayLike) -> Floats:
    """Outputs as [row, replication]; a lone column is a replication without noise."""
    played = np.asarray(values, dtype=np.float64)
    return played[:, None] if played.ndim == 1 else played


def _ratios(blocks: Floats, rows: Floats, weights: Floats, least: float) -> Floats:
    """First-order and total indices for each resample, [resample, 2, axis].

    `blocks` is [A, B, AB_1 ..., base point, replication], centred; `rows` [resample, base point] and
    `weights` [resample, replication] add up to 1. NaN where the variance is not above `least`.
    """
    changes = blocks[0] - blocks[2:]
    first = -np.einsum("knr,rn->rk", _products(blocks[1], changes, weights), rows)
    total = np.einsum("knr,rn->rk", _products(changes, changes, weights), rows) / 2
    squares = np.einsum("bnr,rn->r", _products(blocks[:2], blocks[:2], weights), rows) / 2
    centres = rows @ blocks[:2].mean(axis=0)
    off_centre = np.array(
        [_products(centre, centre, weight[None])[0] for centre, weight in zip(centres, weights, strict=True)]
    )
    variance = squares - off_centre
    variance = np.where(variance > least, variance, math.nan)
    return np.stack([first, total], axis=1) / variance[:, None, None]


def _products(one: Floats, other: Floats, weights: Floats) -> Floats:
    """Weighted mean of one_r x other_s over pairs r != s, [..., resample]; of one replication its product."""
    if weights.shape[1] == 1:
        return np.broadcast_to(one * other, (*np.broadcast_shapes(one.shape, other.shape)[:-1], len(weights)))
    squared = weights * weights
    together = (one @ weights.T) * (other @ weights.T) - (one * other) @ squared.T
    return np.asarray(together / (1.0 - squared.sum(axis=1)))


def _weights(
    rows: int, replications: int, resamples: int, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Weights of rows, drawn with replacement, and of replications, each adding up to 1 in a resample.

    Rows and replications are resampled independently, and the weight of a run is the product (Owen and
    Eckles 2012). Those of R replications are Dirichlet with parameter (R - 2) / R: the variance of a weighted
    mean is then that of a mean of R, s^2 / R, and no draw is left with a single replication, of which there
    would be no pairs.
    """
    drawn = chance.integers(rows, size=(resamples, rows)) + rows * np.arange(resamples)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=resamples * rows).reshape(resamples, rows)
    equal = np.full((resamples, replications), 1 / replications)
    if replications < 3:
        return counts / rows, equal
    concentration = (replications - 2) / replications
    return counts / rows, chance.dirichlet([concentration] * replications, size=resamples)


def _interval(drawn: Floats, level: float, replications: int) -> tuple[Floats, Floats]:
    """Percentiles over resamples, the first axis.

    NaN if too many of them are not known, or with two replications, which do not tell how they scatter.
    """
    shares = [(1 - level) / 2, (1 + level) / 2]
    known = ~np.isnan(drawn).reshape(len(drawn), -1).any(axis=1)
    if known.mean() < level or replications == 2:
        return np.full(drawn.shape[1:], math.nan), np.full(drawn.shape[1:], math.nan)
    low, high = np.quantile(drawn[known], shares, axis=0)
    return low, high


def _residual(values: Floats) -> Floats:
    """Variance of a run beside the effects of its row and its replication, the first and last axes.

    The mean square of the interaction in an analysis of variance of rows and replications: the noise that
    rows do not share. Over the replications, it is what noise adds to the variance of the rows' means.
    """
    rows, replications = values.shape[0], values.shape[-1]
    left = values - values.mean(axis=-1, keepdims=True) - values.mean(axis=0)
    left += values.mean(axis=(0, -1))[..., None]
    return np.asarray((left * left).sum(axis=(0, -1)) / ((rows - 1) * (replications - 1)))


def _noise_share(values: Floats, least: float) -> float:
    """Share of the variance of the means of rows, [row, replication], that is noise; at most 1."""
    replications = int(values.shape[1])
    variance = float(values.mean(axis=1).var(ddof=1))
    if replications < 2 or variance <= least:
        return math.nan
    noise = float(_residual(values)) / replications
    return min(noise / variance, 1.0)


def _scatter(effects: Floats) -> tuple[Floats, Floats]:
    """Standard deviation over trajectories without the noise, and the mean size of noise, both [axis].

    The mean size of a normal variable about 0 is sqrt(2 / pi) of its standard deviation.
    """
    known, axes, replications = effects.shape
    nothing = np.full(axes, math.nan)
    spread = effects.mean(axis=2).var(axis=0, ddof=1) if known > 1 else nothing
    if replications < 2:
        return np.sqrt(spread), nothing
    own = effects.var(axis=2, ddof=1).mean(axis=0) / replications
    if known > 1:
        spread = np.maximum(spread - _residual(effects) / replications, 0.0)
    return np.sqrt(spread), np.sqrt(2 / math.pi * own)
