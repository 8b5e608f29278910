"""Consumers: how many want a product, and which offer they choose.

Two laws. `logit`: a number of potential buyers a day chooses among the offers that reach them and an outside
option (McFadden 1974; Train 2009, chapter 3). `independent`: each offer has its own base rate with a constant
price elasticity. In both, realised orders are Poisson given the day's market, and the market carries a gamma
shock, so that counts are negative binomial.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from farmsim.domain.counts import binomial_cells
from farmsim.domain.seasons import EventName
from farmsim.params import NonNegative, Params, Positive, Share

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]


HOURLY = [
    *(0.35, 0.2, 0.1, 0.1, 0.1, 0.15, 0.3, 0.6, 0.9, 1.2, 1.4, 1.3),
    *(1.2, 1.2, 1.2, 1.2, 1.2, 1.1, 1.1, 1.4, 1.8, 2.0, 1.7, 1.0),
]
"""Relative numbers of orders from midnight on, by hour; assumed: office hours, and most in the evening."""


class _Market(Params):
    """What both laws share: the market's ups and downs."""

    monthly: Annotated[list[NonNegative], Field(min_length=12, max_length=12)] = Field(
        default=[1.0] * 12, description="Factor on demand by month, January to December."
    )
    weekday: Annotated[list[NonNegative], Field(min_length=7, max_length=7)] = Field(
        default=[1.0] * 7, description="Factor on demand by weekday, Monday to Sunday."
    )
    hourly: Annotated[list[NonNegative], Field(min_length=24, max_length=24)] = Field(
        default=HOURLY, description="Relative number of orders by hour of the day, for grain: hour and each."
    )
    events: dict[EventName, NonNegative] = Field(
        default={}, description="Factor on demand during 618, harvest-festival, double-11 and nianhuo."
    )
    dispersion: Positive | None = Field(
        default=None,
        description="Shape of the daily gamma shock by province (negative binomial); none is Poisson.",
    )
    season_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.0, description="Variation of the whole season's demand (this year's taste)."
    )
    switch_share: Share = Field(
        default=0.5,
        description="Share of the buyers who find an offer sold out that choose again among the rest.",
    )


class Logit(_Market):
    """Buyers choose among the offers of a product and not buying, by multinomial logit."""

    kind: Literal["logit"]
    buyers_per_day: NonNegative = Field(description="Potential buyers a day in the whole country.")
    constant: float = Field(default=0.0, description="Utility of buying at all against the outside option.")
    price_per_kg_coef: Annotated[float, Field(le=0)] = Field(description="Utility per CNY/kg.")
    freshness_coef: float = Field(default=0.0, description="Utility of freshness 1 against 0.")
    delivery_day_coef: Annotated[float, Field(le=0)] = Field(
        default=0.0, description="Utility per day of waiting."
    )
    rating_coef: NonNegative = Field(default=0.0, description="Utility per point of rating (0 to 5).")
    expected_freshness: Share = Field(
        default=0.6, description="Freshness that buyers expect before the first one."
    )


class Independent(_Market):
    """Each offer has its own base rate and price elasticity; offers do not compete."""

    kind: Literal["independent"]
    price_elasticity: Annotated[float, Field(le=0)] = Field(default=0.0, description="Own-price elasticity.")
    rating_elasticity: NonNegative = Field(
        default=0.0, description="Elasticity of demand to rating / first rating."
    )


Demand = Annotated[Logit | Independent, Field(discriminator="kind")]


def visitors_of(visitors: Floats, weight: Floats, channel: Indices, is_listed: NDArray[np.bool_]) -> Floats:
    """Visitors of each offer of the channels that share their attention, [offer].

    `visitors` is by channel, `weight` the pull of an offer's place on the list; offers that are not listed
    get nobody, and the others share all.
    """
    pull = weight * is_listed
    total = np.bincount(channel, pull, minlength=len(visitors))
    part = np.divide(visitors, total, out=np.zeros_like(total), where=total > 0.0)
    return np.asarray(pull * part[channel])


def logit_shares(odds: Floats, first_offer: Indices, group: Indices) -> Floats:
    """Choice probabilities, [offer, province].

    `odds` (reach x exp(utility)) are [offer, province] against the outside option, whose odds are 1; 0 means
    that the province cannot buy there. Offers of one market stand together: `first_offer` holds where each
    market begins, `group` the market of each offer.
    """
    total = np.add.reduceat(odds, first_offer, axis=0)
    return np.asarray(odds / (1.0 + total)[group])


def reputation(rating: Floats, score_sum: Floats, reviews: Floats, smoothing: Floats | float) -> Floats:
    """Rating after a day's reviews, [offer]: exponential smoothing of the mean score, weighted by count.

    After n reviews with mean score x the rating is x + (rating - x) (1 - smoothing)^n.
    """
    mean = np.divide(score_sum, reviews, out=rating.copy(), where=reviews > 0)
    return mean + (rating - mean) * np.power(1.0 - smoothing, reviews)


def orders_by_hour(chances: Floats, orders: Integers, hourly: Floats) -> Integers:
    """The day's orders of each offer by the hour in which they come, [offer, hour].

    Given their number, orders come independently with chances in proportion to `hourly`, [offer, hour]: a
    multinomial, drawn hour by hour as binomial counts from uniform numbers, [offer, hour].
    """
    later = np.add.accumulate(hourly[:, ::-1], axis=1)[:, ::-1]
    share = np.divide(hourly, later, out=np.zeros_like(hourly), where=later > 0.0)
    by_hour, rest = np.zeros(hourly.shape, dtype=np.int64), orders.copy()
    for hour in range(hourly.shape[1]):
        by_hour[:, hour] = binomial_cells(chances[:, hour], rest, np.minimum(share[:, hour], 1.0))
        rest -= by_hour[:, hour]
    return by_hour


def first_come(by_hour: Integers, able: Integers) -> Integers:
    """Orders served in each hour, [offer, hour], when an offer can serve `able` of the day's orders."""
    before = np.add.accumulate(by_hour, axis=1) - by_hour
    return np.asarray(np.minimum(np.maximum(able[:, None] - before, 0), by_hour))
