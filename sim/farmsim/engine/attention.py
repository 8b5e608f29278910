"""Offers of channels whose visitors are shared by all that is listed, with the pull of their places."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import ParcelChannel
from farmsim.engine.layout import Layout

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Attended(NamedTuple):
    """Offers of channels whose visitors are shared by all that is listed."""

    at: Indices
    """Positions among the consumer offers."""
    weight: Floats
    """Pull of each one's place on the list."""
    channel: Indices
    """Number among those channels, [attended offer]."""
    visitors: Floats
    """A plain day's visitors, [such channel]."""


def make_attended(layout: Layout, offer: Indices) -> Attended | None:
    """The offers of channels with shared visitors, with the pull of their places."""
    channels = [
        (c, block)
        for c, block in enumerate(layout.blocks)
        if isinstance(block, ParcelChannel) and block.attention is not None
    ]
    at: list[int] = []
    weight: list[float] = []
    number: list[int] = []
    visitors: list[float] = []
    for index, (channel, block) in enumerate(channels):
        assert block.attention is not None
        visitors.append(block.attention.visitors_per_day)
        places = {product: float(k) for k, product in enumerate(block.sells, 1)}
        for position in (layout.offers.channel[offer] == channel).nonzero()[0].tolist():
            product = layout.offers.ids[offer[position]][2]
            place = block.sells[product].place or places[product]
            at.append(position)
            number.append(index)
            weight.append(place**-block.attention.zipf_exponent)
    if not at:
        return None
    return Attended(
        np.array(at, dtype=np.intp), np.array(weight), np.array(number, dtype=np.intp), np.array(visitors)
    )
