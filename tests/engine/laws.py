"""What must hold in every season, whatever the scenario: checked on all rows of one replication."""

import numpy as np

from engine.small_county import Rows
from farmsim.domain.channels import ParcelChannel
from farmsim.domain.records import (
    Closed,
    Delivered,
    Dispatched,
    Harvested,
    Lost,
    Ordered,
    Packed,
    Paid,
    Stocked,
    Traded,
    Welfare,
)
from farmsim.engine.simulate import Model, simulate
from farmsim.experiment.run import shape_of
from farmsim.results.outcome import Outcome
from farmsim.results.summary import summarise
from farmsim.results.tables import Tally

TIGHT = 1e-9
SHARES = (
    "lost_share",
    "spoiled_share",
    "shrink_share",
    "fill_rate",
    "refund_share",
    "freshness_on_arrival",
    "households_above_line_share",
    "headcount_ratio",
    "poverty_gap",
    "poverty_severity",
)


def assert_lawful_season(model: Model, replication: int = 0, random_seed: int = 1) -> Outcome:
    """Play a season, hold every row against the laws, and return what it came to."""
    rows = Rows()
    tally = Tally(shape_of(model))

    def record(row):
        rows(row)
        tally(row)

    simulate(model, replication, record, random_seed=random_seed)
    kilograms_balance(model, rows)
    yuan_balance(model, rows)
    orders_balance(model, rows)
    growers_get_what_their_account_says(model, rows)
    rows_are_sane(model, rows)
    outcome = summarise(tally)
    for name in SHARES:
        value = outcome.metrics[name]
        assert np.isnan(value) or -TIGHT <= value <= 1.0 + TIGHT, (name, value)
    return outcome


def near(one, other, scale=1.0):
    return np.allclose(one, other, rtol=TIGHT, atol=1e-6 * max(1.0, float(scale)) * TIGHT * 1e3)


def kilograms_balance(model, rows):
    """Every kilogram of the harvest ends at exactly one destination, and the rows tell the same story."""
    layout = model.layout
    (books,) = rows.of(Closed)
    assert books.kg_difference < TIGHT
    harvested = books.kg_harvested
    total = np.sum(list(books.kg_destinations.values()), axis=0) if books.kg_destinations else 0.0 * harvested
    assert np.allclose(total, harvested, rtol=TIGHT, atol=TIGHT)
    scale = float(harvested.sum())
    for name, kg in books.kg_destinations.items():
        assert (kg >= -TIGHT * max(scale, 1.0)).all(), (name, kg)
    picked = sum(float(row.kg.sum()) for row in rows.of(Harvested))
    assert near(picked, scale, scale)
    lost: dict[str, float] = {}
    for row in rows.of(Lost):
        assert row.kg > 0.0
        lost[f"{row.cause}:{row.place}"] = lost.get(f"{row.cause}:{row.place}", 0.0) + row.kg
    for name, kg in lost.items():
        assert near(kg, books.kg_destinations[name].sum(), scale), name
    sold = np.zeros(len(layout.channels))
    for row in rows.of(Traded):
        sold += np.bincount(layout.offers.channel, row.kg, minlength=len(sold))
    if model.market is not None:
        of = layout.offers.channel[model.market.offer]
        pack = layout.offers.pack_kg[model.market.offer]
        for row in rows.of(Delivered):
            sold += np.bincount(of, row.kept * pack, minlength=len(sold))
    for channel, kg in zip(layout.channels, sold, strict=True):
        booked = books.kg_destinations.get(f"sold:{channel}")
        assert near(kg, 0.0 if booked is None else booked.sum(), scale), channel


def yuan_balance(model, rows):
    """All accounts add up to zero, and parcel platforms pass on what consumers paid less refunds."""
    (books,) = rows.of(Closed)
    assert abs(books.money_difference) < TIGHT
    moved = sum(float(np.abs(flow).sum()) for flow in books.flows.values())
    assert abs(books.balance.sum()) <= TIGHT * max(moved, 1.0)
    for item, flow in books.flows.items():
        assert (flow >= -TIGHT * max(moved, 1.0)).all(), item
    parcel = np.array(
        [isinstance(model.layout.blocks[c], ParcelChannel) for c in model.layout.offers.channel]
    )
    if len(parcel):
        paid = (books.flows["sale"] - books.flows["refund"])[parcel]
        assert near(paid, books.flows["receipt"][parcel], moved)


def orders_balance(model, rows):
    """Wanted orders are served, lost, cancelled or still wait; where nobody may wait, served or lost."""
    if model.market is None:
        return
    blocks = [model.layout.blocks[model.layout.offers.channel[o]] for o in model.market.offer]
    may_wait = np.array([getattr(b, "waiting", None) is not None for b in blocks])
    waiting = np.zeros(len(blocks), dtype=np.int64)
    for row in rows.of(Ordered):
        assert (row.at_once >= 0).all()
        assert (row.at_once <= row.wanted).all()
        assert (row.switched_in >= 0).all()
        assert row.switched_in.sum() <= row.lost.sum()
        waiting += row.wanted - (row.served - row.switched_in) - row.lost - row.cancelled
        assert (waiting >= 0).all()
        assert (waiting[~may_wait] == 0).all()


def growers_get_what_their_account_says(model, rows):
    """Households' incomes of a county add up to its growers' account, before what they pay for programmes."""
    (books,) = rows.of(Closed)
    groups = [
        (index, group)
        for index, county in enumerate(model.layout.scenario.counties.values())
        for group in county.growers.values()
    ]
    income = np.zeros(len(model.layout.counties))
    for row in rows.of(Welfare):
        earned = row.produce_income + row.wages - row.cash_cost
        income[groups[row.group][0]] += float((earned * row.weight).sum())
    account = books.balance[: len(income)]
    assert books.accounts[0].startswith("growers:")
    own = [p for p in model.layout.scenario.interventions.values() if p.payer == "growers" and p.enabled]
    if not own:
        assert np.allclose(income, account, rtol=1e-7, atol=1e-3)
    paid = sum(float(row.growers.sum()) for row in rows.of(Paid))
    flows = sum(float(books.flows[item].sum()) for item in ("door", "surplus", "guarantee", "subsidy"))
    assert np.isclose(paid, flows, rtol=1e-7, atol=1e-3)


def rows_are_sane(model, rows):
    days = model.layout.scenario.horizon_days
    for row in rows.of(Stocked):
        assert (row.kg >= -TIGHT).all()
    for row in rows.of(Dispatched):
        assert (row.kg >= 0.0).all()
        assert row.day < days
    for row in rows.of(Delivered):
        assert ((row.rating >= 0.0) & (row.rating <= 5.0)).all()
        assert (row.bad >= row.refused).all()
        assert (row.freshness_sum <= row.kept + row.refused + 1e-6).all()
    for row in rows.of(Packed):
        assert row.queue_days_sum >= -1e-6
        assert row.wait_days_sum >= row.busy_line_days - 1e-6
    for row in rows.of(Traded):
        assert (row.kg >= 0.0).all()
        assert (row.value >= 0.0).all()
        assert (row.freshness_kg <= row.kg + 1e-6).all()
    for row in rows.of(Paid):
        assert (row.growers >= 0.0).all()
        assert (row.days_sum >= -1e-6).all()
