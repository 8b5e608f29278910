"""The batched engine beside the plain model: scenarios of any size, totals by name, tests of means."""

import math
from typing import NamedTuple

import numpy as np

from bench.naive import Reading, play_naive
from farmsim.engine.simulate import make_model, simulate
from farmsim.experiment.run import shape_of
from farmsim.results.scope import Scope, division
from farmsim.results.tables import Tally
from farmsim.scenario.load import load_scenario

ORDERS = {"bachu-matrix": 580_000, "bachu-online-first": 170_000}
"""Consumers' orders in a season of the bundled scenarios, roughly."""

CALM = (
    "products.melon.demand.season_cv=0",
    "products.melon.demand.dispersion=null",
    "counties.bachu.climate.anomaly_sd_celsius=0",
    *(
        f"counties.bachu.growers.{group}.{key}=0"
        for group in ("tunnel", "open-field")
        for key in ("season_yield_cv", "grade_sd", "harvest.jitter_days")
    ),
    "channels.trader.price_sd=0",
    "channels.trader.comes_share=1",
    "channels.trader.comes_in_glut_share=1",
    "channels.livestream.sells.melon.sessions.orders.cv=0",
)
"""Yields, grades, taste, weather and prices are what they are on average: small differences show."""

CALM_MATRIX = (
    *CALM,
    "desk.forecast_cv=0",
    "channels.market.price_sd=0",
    "channels.local.price_sd=0",
    "channels.programme.resale.cv=0",
    *(f"counties.bachu.lanes.{lane}.transit_cv=0.02" for lane in ("reefer", "truck", "local-truck")),
    *(f"counties.bachu.lanes.{lane}.random_closures.per_season=0" for lane in ("reefer", "truck")),
)
"""The same for a scenario with all channels."""

SIZES = (
    "products.melon.demand.buyers_per_day",
    "counties.bachu.growers.tunnel.land_mu",
    "counties.bachu.growers.open-field.land_mu",
    "counties.bachu.packhouse.kg_per_hour",
    "counties.bachu.packhouse.load_kg",
    "counties.bachu.lanes.reefer.vehicle_kg",
    "counties.bachu.lanes.truck.vehicle_kg",
    "counties.bachu.lanes.local-truck.vehicle_kg",
    "interventions.cold-line.cold_store.capacity_kg",
    "interventions.floor.budget",
    "interventions.freight.budget",
    *(f"channels.{shop}.parcels_per_day" for shop in ("taobao", "tao-xiang-tian", "xingnong", "livestream")),
    "channels.livestream.sells.melon.sessions.orders.mean",
    *(f"channels.{shop}.site.capacity_kg" for shop in ("tmall-supermarket", "hema", "intime", "rt-mart")),
    *(f"channels.{hall}.max_kg_per_day" for hall in ("market", "local")),
    *(f"channels.{hall}.sells.melon.market_kg_per_day" for hall in ("market", "local")),
    "channels.programme.sells.melon.total_kg",
    "channels.programme.sells.melon.kg_per_day",
    "channels.programme.resale.kg_per_day",
    "channels.programme.resale.rest_kg_per_day",
    "channels.trader.truck_kg",
)
"""What grows with the number of households and buyers."""


ROUNDED = Reading(put_away_at_once=False)
"""How the batched engine reads the law."""
TRIFLE = 1e-4
"""Difference of means, as a share, that is due to rounding where hardly anything varies."""
BOUND = 4.0
"""Standard errors that two means may differ by.

One pair in 16 000 does so by chance, and some hundred are compared.
"""


class Difference(NamedTuple):
    """Means of one total in both models, and their difference in standard errors."""

    total: tuple[str, str | None]
    batched: float
    naive: float
    error: float

    @property
    def z(self):
        """Difference over its standard error."""
        gap = self.batched - self.naive
        return gap / self.error if self.error > 0.0 else math.copysign(math.inf, gap) if gap else 0.0

    @property
    def share(self):
        """Difference over the greater of both means."""
        return (self.batched - self.naive) / max(abs(self.naive), abs(self.batched), 1e-300)

    def is_significant(self, bound):
        """Whether the two models disagree."""
        return abs(self.z) > bound and abs(self.share) > TRIFLE

    def __str__(self):
        name = "/".join(part for part in self.total if part)
        return f"{name:42s} {self.batched:15.4f} {self.naive:15.4f} {self.share:+9.4%} {self.z:+7.2f}"


def scaled(name, orders, *overrides):
    """A bundled scenario with so many consumers' orders a season, everything else in proportion."""
    whole = load_scenario(name)
    share = orders / ORDERS[name]
    sizes = [(path, _at(whole.scenario, path)) for path in SIZES]
    resized = [f"{path}={value * share!r}" for path, value in sizes if value is not None]
    return load_scenario(name, [*resized, *overrides]).scenario


def engine_totals(model, replication, seed=0):
    """One replication of the batched engine, by the names of the plain model's totals."""
    tally = Tally(shape_of(model))
    simulate(model, replication, tally, random_seed=seed)
    totals = {(where, None): kg for where, kg in tally.lost.items()}
    totals["harvested_kg", None] = float(tally.books.kg_harvested.sum())
    returned = float(tally.books.kg_destinations.get("returned:consumer", np.zeros(1)).sum())
    totals["returned:consumer", None] = returned
    totals["lost_kg", None] = sum(tally.lost.values()) + returned
    totals["resale", None] = float(tally.books.flows["resale"].sum())
    scope = Scope(tally, division(tally.shape, "channel"))
    by_channel = {
        "sold_kg": scope.arrivals("kept", mass=True) + scope.traded("kg"),
        "grower_receipts": scope.growers(),
        "sales_revenue": scope.spending(),
        "refund": scope.flow("refund"),
        "freight": scope.flow("freight"),
    }
    for index, name in enumerate(tally.shape.channels):
        totals |= {(figure, name): float(values[index]) for figure, values in by_channel.items()}
        if tally.books.operator.get(name):
            totals["resold_kg", name] = tally.books.operator[name]["resold_kg"]
    consumers = [tally.shape.channels[c] for c in tally.shape.offer_channel[tally.shape.consumer_offer]]
    for at, name in enumerate(consumers):
        for field, key in (
            ("wanted", "orders"),
            *((f, f) for f in ("at_once", "lost", "cancelled", "switched_in")),
        ):
            totals[key, name] = float(tally.orders[field][at])
        for field in ("kept", "refused", "lost", "bad"):
            totals[f"{field}_parcels", name] = float(tally.arrivals[field][at])
        totals["freshness", name] = float(tally.arrivals["freshness_sum"][at])
        totals["days", name] = float(tally.arrivals["days_sum"][at])
        if tally.shape.kinds[tally.shape.channels.index(name)] == "parcel":
            totals["rating", name] = float(tally.books.final_rating[at])
    return totals


def compare(batched, naive):
    """Differences of all totals that either model reports, the greatest in standard errors first."""
    names = dict.fromkeys(key for run in (*naive, *batched) for key in run)
    found = []
    for name in names:
        ours, plain = (np.array([run.get(name, 0.0) for run in runs]) for runs in (batched, naive))
        if not ours.any() and not plain.any():
            continue
        error = math.sqrt(ours.var(ddof=1) / len(ours) + plain.var(ddof=1) / len(plain))
        found.append(Difference(name, float(ours.mean()), float(plain.mean()), error))
    return sorted(found, key=lambda d: -abs(d.z))


def engine_runs(scenario, replications, seed=0):
    """Totals of replications of the batched engine."""
    model = make_model(scenario)
    return [engine_totals(model, r, seed) for r in range(replications)]


def _at(block, path):
    """The number at a dotted path of a scenario, None if there is none."""
    for step in path.split("."):
        block = block.get(step) if isinstance(block, dict) else getattr(block, step, None)
        if block is None:
            return None
    return block


def naive_runs(scenario, replications, seed=0, reading=ROUNDED):
    """Totals of as many replications of the plain model."""
    return [play_naive(scenario, r, seed, reading) for r in range(replications)]


def disagreements(scenario, replications, reading=ROUNDED, bound=BOUND):
    """Totals on which the two models differ by more than `bound` standard errors, one to a line."""
    found = compare(engine_runs(scenario, replications), naive_runs(scenario, replications, 1, reading))
    return [str(difference) for difference in found if difference.is_significant(bound)]
