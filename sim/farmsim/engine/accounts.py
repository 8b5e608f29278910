"""The chart of accounts: which account stands for whom, by offer and by county."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.engine.layout import Layout

Indices = NDArray[np.intp]

SINGLE = ("consumers", "carriers", "suppliers", "workers", "inputs", "processors", "fund", "markets")


class Accounts(NamedTuple):
    """Account numbers. Arrays are by offer unless said otherwise."""

    names: tuple[str, ...]
    growers: Indices
    cooperative: Indices
    channel: Indices
    consumers: Indices
    carriers: Indices
    suppliers: Indices
    workers: Indices
    markets: Indices
    fund: int
    inputs: int
    processors: int
    growers_of: Indices
    """[county]"""
    cooperative_of: Indices
    """[county]"""
    public_of: Indices
    """[county]: the county government."""
    channel_of: Indices
    """[channel]: platform, retailer, market, contract buyer or trader."""

    def payer(self, payer: str, county: int) -> int:
        """The account of a programme's payer in one county."""
        match payer:
            case "fund":
                return self.fund
            case "county":
                return int(self.public_of[county])
            case "cooperative":
                return int(self.cooperative_of[county])
            case _:
                return int(self.growers_of[county])


def make_accounts(layout: Layout) -> Accounts:
    """The accounts of one scenario."""
    names: list[str] = []

    def several(kind: str, entities: tuple[str, ...]) -> Indices:
        first = len(names)
        names.extend(f"{kind}:{entity}" for entity in entities)
        return np.arange(first, len(names), dtype=np.intp)

    growers = several("growers", layout.counties)
    cooperative = several("cooperative", layout.counties)
    public = several("county", layout.counties)
    channel = several("channel", layout.channels)
    single = {name: len(names) + i for i, name in enumerate(SINGLE)}
    names.extend(SINGLE)
    offers = layout.offers

    def alike(account: int) -> Indices:
        return np.full(len(offers.ids), account, dtype=np.intp)

    return Accounts(
        names=tuple(names),
        growers=growers[offers.county],
        cooperative=cooperative[offers.county],
        channel=channel[offers.channel],
        consumers=alike(single["consumers"]),
        carriers=alike(single["carriers"]),
        suppliers=alike(single["suppliers"]),
        workers=alike(single["workers"]),
        markets=alike(single["markets"]),
        fund=single["fund"],
        inputs=single["inputs"],
        processors=single["processors"],
        growers_of=growers,
        cooperative_of=cooperative,
        public_of=public,
        channel_of=channel,
    )
