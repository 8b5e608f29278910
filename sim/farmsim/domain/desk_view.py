"""What a sales desk sees: the tables of a season and one morning's figures. How it decides is `desk`."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class DeskLayout(NamedTuple):
    """What stays the same all season: which line draws on which good for which offer of which channel."""

    channels: tuple[str, ...]
    line_good: Indices
    line_offer: Indices
    line_channel: Indices
    line_rank: Indices
    """Rank of the line's grade within its product, 0 = best; lines of one offer differ in it."""
    goods: int
    offers: int
    horizon_days: int
    """Days that a plan may look ahead (1: today only)."""


class DeskView(NamedTuple):
    """What the desk knows on one morning. Masses in kg, netbacks in CNY per kg.

    Look-ahead arrays have a last axis of `horizon_days`, today first.
    """

    good_kg: Floats
    """Sellable today, [good], stock and today's expected intake."""
    line_kg: Floats
    """Part of it that the line may take (age limit, freshness), [line]."""
    committed_kg: Floats
    """Already promised (waiting orders, replenishment orders), [offer]."""
    wanted_kg: Floats
    """Expected demand or capacity, [offer, day]; today's includes what is committed."""
    remaining_kg: Floats
    """Most that the offer can take in the rest of the season, [offer]; infinite if unlimited."""
    netback: Floats
    """Expected price less fees, freight, expected loss and refunds, time value of waiting, [line]."""
    supply_kg: Floats
    """Expected new sellable produce, [good, day]; today's is already in `good_kg`."""
    keep_share: Floats
    """Share of a good expected to stay sellable overnight, [good]."""


Planner = Callable[[DeskView], Floats]
