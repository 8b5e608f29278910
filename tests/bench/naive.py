"""A plain SimPy model of the same law as `farmsim.engine`, with one process for each consumer's order.

It is the reference of the equality tests and the opponent of the benchmark. It is written to be read beside
the description of the model and the order of the day, knows one county and one product, and takes nothing of
the engine but the plumbing that puts training and cold chains into effect. Parameters and pure rules
(calendar, climate, distances, keeping curve, desk policy) are those of `farmsim.domain`.
"""

import random
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import simpy

from bench.naive_books import Books
from bench.naive_county import County
from bench.naive_desk import Desk
from bench.naive_fruit import Life, Place
from bench.naive_market import Market
from bench.naive_parcels import Courier, ParcelShop
from bench.naive_shops import StockedShop, closed_days, load_trucks
from bench.naive_trade import Contract, Trader, Wholesale
from farmsim.engine.programmes import with_programmes

KINDS = {
    "parcel": ParcelShop,
    "stocked": StockedShop,
    "wholesale": Wholesale,
    "order": Contract,
    "trader": Trader,
}


class Reading(NamedTuple):
    """Points at which the plain law and the engine's rounding to a few moments a day may part.

    All True is the plain law.
    """

    put_away_at_once: bool = True
    """Sorted fruit goes into store when it leaves the line; otherwise it waits, at the temperature of the
    air, for one of a few moments of the day."""
    put_away_at_each_sale: bool = True
    """Cut-off, contract and trader are such moments; otherwise only inspection, plan and departure."""
    capacity_is_daily: bool = True
    """A parcel shop's packers have one capacity a day, and who waits there comes before who switches to it;
    otherwise the second round has a capacity of its own and passes by the queue."""
    waits_are_counted: bool = True
    """An order knows how long it has waited; otherwise those past the promised day have all waited one day
    more than promised."""


PLAIN = Reading()


def play_naive(scenario, replication, seed=0, reading=PLAIN):
    """Totals of one season by (name, channel); channel None is the whole."""
    season = Season(with_programmes(scenario), [seed, replication], reading)
    season.env.run()
    return season.close()


def play_naive_by_day(scenario, replication, seed=0, reading=PLAIN):
    """Counts of one season by (name, channel, day)."""
    season = Season(with_programmes(scenario), [seed, replication], reading)
    season.env.run()
    return dict(season.by_day)


class Season:
    """One replication: the clock, the dice, the county, the channels, and what is counted."""

    def __init__(self, scenario, seed, reading):
        self.scenario, self.reading, self.clock = scenario, reading, scenario.clock
        self.rng = np.random.default_rng(seed)
        self.random = random.Random(int(self.rng.integers(2**63)))
        self.chance = self.random.random
        self.env = simpy.Environment()
        assert len(scenario.counties) == len(scenario.products) == 1, "one county, one product"
        ((self.product_id, self.product),) = scenario.products.items()
        self.county = next(iter(scenario.counties.values()))
        keeping = self.product.keeping
        assert keeping.ripening is None, "the reference model knows no fruit that ripens"
        self.life = Life(keeping.median_days, keeping.shape)
        self.total = defaultdict(float)
        self.lost = defaultdict(float)
        self.by_channel = defaultdict(float)
        self.by_day = defaultdict(float)
        self.granted = defaultdict(float)
        """What the desk granted today and is not used yet, kg by (channel, grade)."""
        self.closures = {}
        self.on_road = 0
        """Parcels that will still be delivered."""
        self.home = County(self)
        self.books = Books(self)
        self.members = {
            name: KINDS[block.kind](self, name, block) for name, block in scenario.channels.items()
        }
        self.shops = [m for m in self.members.values() if isinstance(m, ParcelShop | StockedShop)]
        self.market = Market(self, self.shops) if self.shops else None
        if self.market:
            Courier(self, self.market)
        self.movers = [m for m in self.members.values() if isinstance(m, StockedShop | Wholesale)]
        Desk(self)
        self.daily(self.clock.departure, self.depart)

    def daily(self, hour, activity):
        """Call `activity(day)` at that hour of every day."""

        def run():
            yield self.env.timeout(hour / 24.0)
            for day in range(self.scenario.horizon_days):
                activity(day)
                yield self.env.timeout(1.0)

        self.env.process(run())

    def depart(self, day):
        """Trucks leave for shops and markets."""
        if not self.movers:
            return
        self.home.put_away()
        load_trucks(self, self.movers, day)

    def place(self):
        """An empty store."""
        return Place(self.life, self.product.discard_freshness)

    def grades_of(self, channel):
        """Grades that a channel accepts, the worst first, as numbers from 0, the best."""
        least, grades = self.scenario.channels[channel].sells[self.product_id].grade, self.product.grades
        count = len(grades) if least == "any" else grades.index(least) + 1
        return list(range(count))[::-1]

    def closed_days(self, lane_id, lane):
        """Days on which a lane is closed, the same for all who use it."""
        if lane_id not in self.closures:
            self.closures[lane_id] = closed_days(self, lane)
        return self.closures[lane_id]

    def lose(self, where, kg):
        """Count kilograms that reach no buyer, by cause and place."""
        self.lost[where] += kg

    def count(self, channel, what, much):
        """Add to a channel's total, and to that of the day."""
        self.by_channel[what, channel] += much
        self.by_day[what, channel, int(self.env.now)] += much

    def close(self):
        """The totals of the season."""
        self.books.close()
        totals = dict(self.by_channel)
        totals["harvested_kg", None] = self.total["harvested_kg"]
        totals["lost_kg", None] = sum(self.lost.values())
        totals |= {(where, None): kg for where, kg in self.lost.items()}
        for name, member in self.members.items():
            totals["grower_receipts", name] = self.books.growers(name)
            totals["sales_revenue", name] = self.books.spending(name)
            totals["refund", name] = self.books.flow[name, "refund"]
            totals["freight", name] = self.books.flow[name, "freight"]
            if isinstance(member, ParcelShop):
                totals["rating", name] = member.rating
        totals["resale", None] = sum(v for (_, item), v in self.books.flow.items() if item == "resale")
        return totals
