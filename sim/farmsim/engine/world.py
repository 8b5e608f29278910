"""The world of one replication: environment, streams, recorder, stock and books, and the order of the day.

Each kind of activity is registered at its own hour (`Scenario.clock`), so that nothing hangs on the order of
events at one instant. A stage that a scenario does not have registers nothing.
"""

from collections.abc import Callable, Generator

import numpy as np
import simpy
from numpy.typing import NDArray

from farmsim.domain.ledger import KgLedger, MoneyLedger
from farmsim.domain.records import Lost, Row
from farmsim.domain.seasons import ambient_celsius
from farmsim.domain.stock import Stock
from farmsim.engine.accounts import Accounts
from farmsim.engine.layout import Layout
from farmsim.streams import Streams, normals, uniform_block

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Recorder = Callable[[Row], None]


class World:
    """What every activity shares. State changes only through `stock`, `kg` and `money`."""

    def __init__(self, layout: Layout, accounts: Accounts, streams: Streams, record: Recorder) -> None:
        scenario = layout.scenario
        self.env = simpy.Environment()
        self.layout = layout
        self.accounts = accounts
        self.streams = streams
        self.record = record
        self.wants: frozenset[type] | None = getattr(record, "wants", None)
        self.days = scenario.horizon_days
        self.clock = scenario.clock
        rows, goods = layout.rows, layout.goods
        median, shape = goods.median[rows.good], goods.shape[rows.good]
        discard = np.array([scenario.products[p].discard_freshness for p in layout.products])
        discard_age = median * (1.0 - discard[goods.product[rows.good]])
        self.stock = Stock(layout.columns, median, shape, discard_age, pool=rows.pool, rank=rows.rank)
        self.kg = KgLedger(len(layout.products))
        self.money = MoneyLedger(accounts.names, len(layout.offers.ids))
        self.row_product: Indices = goods.product[rows.good]
        self.line_product: Indices = goods.product[layout.lines.good]
        self.ambient = self._ambient()
        self._rate_day = -1
        self._set_rates()
        self.last_arrival = -1
        """Last day on which something that has left may still arrive."""

    def daily(self, hour: float, activity: Callable[[int], None], *, beyond: bool = False) -> None:
        """Call `activity(day)` every day at `hour`; with `beyond`, also after the horizon while debts run."""
        self.env.process(self._every_day(hour, activity, beyond=beyond))

    def column(self, day: int) -> int:
        """Column of the stock that holds the harvest of `day`."""
        return day % self.layout.columns

    def air_rates(self, day: int) -> Floats:
        """Ageing speed of each good in the air of its county, [good]."""
        rates: Floats = self._air_rates[min(day, self.days - 1)]
        return rates

    def row_rates(self, day: int) -> Floats:
        """Ageing speed of every stock row on a day, [row]."""
        if day != self._rate_day:
            self._row_rate[self._at_ambient] = self.air_rates(day)[self._good_at_ambient]
            self._rate_day = day
        return self._row_rate

    def lose(self, day: int, place: str, cause: str, product: Indices, kg: Floats) -> None:
        """Count kilograms lost at a kind of place for a cause."""
        total = float(np.add.reduce(kg))
        if total <= 0.0:
            return
        self.kg.add(f"{cause}:{place}", product, kg)
        if self.wants is None or Lost in self.wants:
            self.record(Lost(day, place, cause, total))

    def _every_day(
        self, hour: float, activity: Callable[[int], None], *, beyond: bool
    ) -> Generator[simpy.events.Event, None, None]:
        yield self.env.timeout(hour / 24.0)
        for day in range(self.days):
            activity(day)
            yield self.env.timeout(1.0)
        day = self.days
        while beyond and day <= max(self.money.last_due, self.last_arrival):
            activity(day)
            day += 1
            yield self.env.timeout(1.0)

    def _ambient(self) -> Floats:
        """Ambient temperature, [county, day]."""
        layout = self.layout
        days = np.arange(self.days, dtype=np.uint64)
        z = normals(uniform_block(self.streams.keys("weather", layout.counties), days))
        counties = layout.scenario.counties.values()
        return np.array(
            [ambient_celsius(c.climate, layout.scenario.start, z[i]) for i, c in enumerate(counties)]
        )

    def _set_rates(self) -> None:
        """Ageing speeds of the goods in the air, by day, and of the rows with a thermostat."""
        goods, rows, keepings = self.layout.goods, self.layout.rows, self.layout.keepings
        air = self.ambient[goods.county].T
        product = np.broadcast_to(goods.product, air.shape)
        self._air_rates = keepings.rates(product, air)
        """[day, good]"""
        self._at_ambient = np.flatnonzero(np.isnan(rows.celsius))
        self._good_at_ambient = rows.good[self._at_ambient]
        self._row_rate = keepings.rates(self.row_product, rows.celsius)
