"""What the slogan "three mu lift a family" asks of the households of one run, each with its own net income.

A household stands for a family of three, four or five on three mu, whatever its own size and land: what it
nets per mu times three is held against that family's need at the line of its county.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from farmsim.results.homes import Homes

Floats = NDArray[np.float64]

SIZES: Final = (3, 4, 5)
"""Persons of the families that are asked about."""
MU: Final = 3.0
"""The slogan's land."""
NAN: Final = float("nan")


def measure_families(homes: Homes) -> dict[str, float]:
    """Shares of households, and quantiles over them of net income per mu; NaN where there are none.

    `lifted_N`: three mu alone lift a family of N; `lifted_N_beside`: with the household's wages and other
    income; `above_without_produce`: its other income alone lifts the household itself; `net_per_mu_10`, ...
    """
    total = float(homes.weight.sum())

    def share(holds: NDArray[np.bool_]) -> float:
        return float(homes.weight[holds].sum()) / total if total > 0.0 else NAN

    brought = MU * homes.net_per_mu
    found = {"above_without_produce": share(homes.above_without_produce > 0.0)}
    for size in SIZES:
        need = size * homes.line
        found[f"lifted_{size}"] = share(brought >= need)
        found[f"lifted_{size}_beside"] = share(brought + homes.beside >= need)
    levels = weighted_quantiles(homes.net_per_mu, homes.weight, (0.1, 0.5, 0.9))
    return found | dict(zip(("net_per_mu_10", "net_per_mu_50", "net_per_mu_90"), levels, strict=True))


def weighted_quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> tuple[float, ...]:
    """The least value that so large a share of the weight does not exceed; NaN without weight.

    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), (0.25, 0.5, 0.9))
    (1.0, 2.0, 3.0)
    """
    if not weights.sum() > 0.0:
        return (NAN,) * len(shares)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    places = np.searchsorted(reached, np.array(shares) * reached[-1] * (1.0 - 1e-12))
    return tuple(float(value) for value in values[order][places])
