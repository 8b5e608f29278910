"""The shop offers of all stocked chains as tables, and the lots that stand on their shelves.

The shelf of an offer may hold several grades, each a row of the stock.
"""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import StockedChannel
from farmsim.domain.stock import Lots
from farmsim.engine.consumers import Consumers
from farmsim.engine.transport import Fleet
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Shelves:
    """The shop offers of all chains as tables."""

    def __init__(self, world: World, consumers: Consumers, fleet: Fleet) -> None:
        layout = world.layout
        pairs = [
            (channel, block)
            for channel, block in enumerate(layout.blocks)
            if isinstance(block, StockedChannel)
        ]
        self.channels = [channel for channel, _ in pairs if len(layout.lines.of_channel[channel])]
        lines = [layout.lines.of_channel[channel] for channel in self.channels]
        self.lines = np.concatenate(lines) if lines else np.zeros(0, dtype=np.intp)
        self.rows = layout.rows.of_line[self.lines]
        self.line_of_row = np.full(len(layout.rows.good), -1, dtype=np.intp)
        self.line_of_row[self.rows] = self.lines
        """[row of the stock]: line that it belongs to."""
        self.offers, row_offer = np.unique(layout.lines.offer[self.lines], return_inverse=True)
        blocks = [layout.blocks[c] for c in layout.offers.channel[self.offers]]
        self.blocks = [block for block in blocks if isinstance(block, StockedChannel)]
        place = {int(offer): at for at, offer in enumerate(consumers.market.offer)}
        self.at = np.array([place[int(o)] for o in self.offers], dtype=np.intp)
        """Positions among the consumer offers."""
        self.pack_kg = layout.offers.pack_kg[self.offers]
        products = [layout.scenario.products[layout.offers.ids[o][2]] for o in self.offers]
        self.ripe_start = np.array([p.keeping.ripe_start for p in products])
        self.ripe_life = np.array([p.keeping.ripe_life for p in products])
        self.price = layout.offers.price[self.offers]
        self.supply_price = self.price * (1.0 - np.array([b.margin_share for b in self.blocks]))
        self.chain = np.searchsorted(self.channels, layout.offers.channel[self.offers])
        """Which of `channels` an offer belongs to."""
        self.capacity = np.array([b.site.capacity_kg for _, b in pairs if b.sells], dtype=np.float64)
        """Room at each chain's site, [chain]."""
        self.payment_days = np.array([b.payment_days for b in self.blocks])
        self.consignment = np.array([b.consignment for b in self.blocks], dtype=np.bool_)
        self.min_freshness = np.array([b.min_freshness for b in self.blocks])
        self.shrink = np.zeros(len(layout.rows.good))
        """Handling loss of a day, [row of the stock]."""
        self.shrink[self.rows] = np.array([b.shrink_share_per_day for b in self.blocks])[row_offer]
        self.review_days = np.array([b.review_days for b in self.blocks], dtype=np.int64)
        self.fixed_level = np.array(
            [self._fixed(layout.offers.ids[o], b) for o, b in zip(self.offers, self.blocks, strict=True)]
        )
        usual = fleet.routes.usual_days
        lead = {c: float(usual[fleet.routes.channel == c].max()) + 1.0 for c in self.channels}
        self.cover_days = np.array([b.base_stock_days for b in self.blocks]) + np.array(
            [lead[int(c)] for c in layout.offers.channel[self.offers]]
        )
        self._set_rules()
        self._stock = world.stock
        self._pools = (len(layout.goods.ids), len(layout.goods.ids) + len(layout.offers.ids))
        self._shelf_of_pool = np.full(len(layout.offers.ids), -1, dtype=np.intp)
        self._shelf_of_pool[self.offers] = np.arange(len(self.offers))
        self._lots = self._listed = world.stock.lots(*self._pools)

    def _set_rules(self) -> None:
        """When the chains cut prices, send back, and which lots leave first."""
        self.markdown_below = np.array(
            [b.markdown.below_freshness if b.markdown else 0.0 for b in self.blocks]
        )
        self.markdown_cut = np.array([b.markdown.cut_share if b.markdown else 0.0 for b in self.blocks])
        self.return_at = np.array([_return_freshness(b) for b in self.blocks])
        self.return_below = np.nan_to_num(self.return_at, nan=-np.inf)
        """Freshness at which consigned stock is sent back."""
        self.rules = [
            (rule, np.array([b.issue == rule for b in self.blocks]))
            for rule in dict.fromkeys(b.issue for b in self.blocks)
        ]
        """Which offers issue by each rule."""

    def lots(self) -> tuple[Lots, Floats]:
        """The lots on all shelves, the pool of each being its shop offer, and their kilograms."""
        listed = self._stock.lots(*self._pools)
        if listed is not self._listed:
            self._listed = listed
            self._lots = listed._replace(pool=self._shelf_of_pool[listed.pool])
        return self._lots, self._stock.held(self._lots.cell)

    @staticmethod
    def _fixed(ids: tuple[str, str, str], block: StockedChannel) -> float:
        level = block.sells[ids[2]].base_stock_kg
        return np.nan if level is None else level


def _return_freshness(block: StockedChannel) -> float:
    if not block.consignment or block.return_freshness is None:
        return np.nan
    return block.return_freshness
