"""One run: (scenario, replication) -> rows. Everything is built, the clock runs, the books are closed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.channels import OrderChannel, TraderChannel, WholesaleChannel
from farmsim.domain.households import draw_households
from farmsim.domain.records import Closed, Stocked, Welfare
from farmsim.domain.sums import sum_by
from farmsim.engine.accounts import Accounts, make_accounts
from farmsim.engine.books import Books
from farmsim.engine.catchment import Market, make_market
from farmsim.engine.cohorts import Cohorts
from farmsim.engine.consumers import Consumers, market_names
from farmsim.engine.customers import Customers
from farmsim.engine.delivery import ParcelRules
from farmsim.engine.growers import Crop, Growers
from farmsim.engine.layout import Layout, make_layout
from farmsim.engine.markets import Contract, Trader, Wholesale
from farmsim.engine.netback import Netbacks
from farmsim.engine.office import Desk
from farmsim.engine.packhouse import Yard
from farmsim.engine.parcels import ParcelShops
from farmsim.engine.programmes import with_programmes
from farmsim.engine.routes import Routes, make_routes
from farmsim.engine.shops import Shops
from farmsim.engine.singles import Singles
from farmsim.engine.storefront import Storefront
from farmsim.engine.stores import Stores
from farmsim.engine.transport import Fleet
from farmsim.engine.world import Recorder, World
from farmsim.scenario.catalogue import poverty_line
from farmsim.scenario.schema import Scenario
from farmsim.streams import Streams

Floats = NDArray[np.float64]


class Model(NamedTuple):
    """A scenario compiled to tables; replications share it and never change it."""

    layout: Layout
    market: Market | None
    accounts: Accounts
    rules: ParcelRules | None
    routes: Routes


def make_model(scenario: Scenario) -> Model:
    """Put programmes into effect and compile the tables."""
    layout = make_layout(with_programmes(scenario))
    market = make_market(layout)
    rules = None if market is None else ParcelRules.of(layout, market)
    return Model(layout, market, make_accounts(layout), rules, make_routes(layout))


def simulate(model: Model, replication: int, record: Recorder, *, random_seed: int | None = None) -> None:
    """Play one replication; `record` gets every row."""
    scenario = model.layout.scenario
    seed = scenario.random_seed if random_seed is None else random_seed
    Season(model, Streams(seed, replication), record).play()


def make_customers(world: World, market: Market) -> Customers:
    """Customers by the cell or one by one, as the scenario's grain says."""
    names, grain = market_names(market, world.layout), world.layout.scenario.grain
    if grain == "each":
        return Singles(world, market, names)
    return Cohorts(market, world.streams, names, by_the_hour=grain == "hour")


class Season:
    """All activities of one replication, wired together."""

    def __init__(self, model: Model, streams: Streams, record: Recorder) -> None:
        layout = model.layout
        self.model = model
        self.world = world = World(layout, model.accounts, streams, record)
        self.crop = crop = Crop(layout, streams)
        self.yard = yard = Yard(world, crop.shares)
        self.stores = stores = Stores(world, yard)
        self.growers = Growers(world, crop, yard)
        self.books = books = Books(world, yard)
        self.fleet = fleet = Fleet(world, stores, books, model.routes)
        granted = np.zeros(len(layout.lines.offer))
        kinds = list(enumerate(layout.blocks))
        self.markets = [
            Wholesale(world, books, crop, fleet, c) for c, b in kinds if isinstance(b, WholesaleChannel)
        ]
        self.traders = [Trader(world, stores, books, c) for c, b in kinds if isinstance(b, TraderChannel)]
        self.contracts = [Contract(world, stores, books, c) for c, b in kinds if isinstance(b, OrderChannel)]
        self.shops: Shops | None = None
        self.parcels: ParcelShops | None = None
        consumers = None
        if model.market is not None and model.rules is not None:
            consumers = Consumers(world, model.market, make_customers(world, model.market), self.fruit_kg)
            self.shops = Shops(world, consumers, books, fleet)
            self.parcels = ParcelShops(world, consumers, stores, books, model.rules)
            Storefront(world, consumers, self.parcels, self.shops, granted)
        self.consumers = consumers
        self.desk = Desk(
            world, yard, stores, crop,
            consumers=consumers, parcels=self.parcels, shops=self.shops, markets=self.markets,
            traders=self.traders, contracts=self.contracts, granted=granted,
            netbacks=Netbacks(world, model.market, model.rules, fleet, self.markets, self.traders),
        )  # fmt: skip
        if len(model.routes.km):
            world.daily(world.clock.departure, self.depart)
        if world.wants is None or Stocked in world.wants:
            world.daily(world.clock.recording, self.record_stock)

    def play(self) -> None:
        """Run to the horizon, count what is left, let parcels arrive and debts be paid, close the books."""
        world = self.world
        world.env.run(until=float(world.days))
        self._count_stock()
        operators = {self.model.layout.channels[c.channel]: c.close() for c in self.contracts}
        self._pay_inputs()
        world.env.run()
        self.books.close_season()
        self.yard.close()
        self._close(operators)

    def fruit_kg(self) -> Floats:
        """What the counties have in store or expect to sort today, kg by good."""
        self.stores.put_away()
        return self.stores.on_hand_kg() + self.yard.intake_kg()

    def depart(self, day: int) -> None:
        """Trucks leave for shops and markets."""
        self.stores.put_away()
        left = self.fleet.depart(day, self.desk.granted)
        if self.shops is not None:
            self.shops.shipped(left)

    def record_stock(self, day: int) -> None:
        """Stock of the evening by place."""
        rows = self.model.layout.rows
        held = self.world.stock.on_hand()
        self.world.record(
            Stocked(
                day, np.bincount(rows.place, held, minlength=len(rows.places)).astype(np.float64, copy=False)
            )
        )

    def _count_stock(self) -> None:
        """What is on hand, before the doors and on the road at the horizon."""
        self.stores.put_away()
        self.yard.rot_outside()
        world, rows = self.world, self.model.layout.rows
        kinds = np.array(rows.kind)[rows.place]
        held = world.stock.on_hand()
        own = kinds != "buyer"
        world.kg.add("on_hand", world.row_product[own], held[own])
        products = np.arange(len(self.model.layout.products))
        world.kg.add("on_hand", products, self.yard.unsorted_kg())
        world.kg.add("in_transit", *self.fleet.in_transit())

    def _pay_inputs(self) -> None:
        """Growers' cash costs of the season."""
        world, groups = self.world, self.model.layout.groups
        for county, group in zip(groups.county.tolist(), groups.blocks, strict=True):
            cost = group.households * group.land_mu * group.cash_cost_per_mu
            growers = int(self.model.accounts.growers_of[county])
            world.money.post_one("inputs", growers, self.model.accounts.inputs, cost)

    def _close(self, operators: dict[str, dict[str, float]]) -> None:
        world, accounts = self.world, self.model.accounts
        self._record_welfare()
        public = [accounts.fund, *accounts.public_of.tolist()]
        world.record(
            Closed(
                kg_destinations={name: kg.copy() for name, kg in world.kg.out.items()},
                kg_harvested=world.kg.harvested.copy(),
                kg_difference=world.kg.difference(),
                money_difference=world.money.difference(),
                flows={str(item): flow.copy() for item, flow in world.money.flows.items()},
                accounts=world.money.accounts,
                balance=world.money.balance.copy(),
                lowest=world.money.lowest.copy(),
                public_cost=float(self.books.treasury.paid[public].sum()),
                operator=operators,
                final_rating=self.consumers.rating.copy() if self.consumers else np.zeros(0),
                lane_trips=self.fleet.trips,
                co2_kg=self.fleet.co2_kg,
                bulk_kg=self.fleet.sent_kg,
            )
        )
        assert world.kg.difference() < 1e-9, f"kilograms do not balance: {world.kg.difference():.3g}"
        assert abs(world.money.difference()) < 1e-9, (
            f"accounts do not balance: {world.money.difference():.3g}"
        )

    def _record_welfare(self) -> None:
        """Households' incomes: each is paid for its own kilograms, a county's wages are shared by all."""
        world, layout = self.world, self.model.layout
        groups, scenario = layout.groups, layout.scenario
        produce = self._produce_incomes()
        counties = len(layout.counties)
        homes = sum_by(groups.county, np.array([g.households for g in groups.blocks]), minlength=counties)
        wages = self.books.wages / np.maximum(homes, 1.0)
        for index, group in enumerate(groups.blocks):
            county = int(groups.county[index])
            people = draw_households(group, world.streams.generator("households", groups.ids[index]))
            share = people.land_mu * people.yield_factor * people.weight
            income = produce[index] * people.land_mu * people.yield_factor / share.sum()
            name = layout.counties[county]
            line = scenario.counties[name].poverty_line or poverty_line(scenario.start.year)
            world.record(
                Welfare(
                    group=index,
                    weight=people.weight,
                    persons=people.persons,
                    land_mu=people.land_mu,
                    produce_income=income,
                    wages=np.full(len(income), float(wages[county])),
                    cash_cost=people.land_mu * group.cash_cost_per_mu,
                    other_income=people.other_income,
                    poverty_line=line,
                )
            )

    def _produce_incomes(self) -> Floats:
        """What each group got for its produce, less its part of what growers paid for programmes."""
        world, layout, accounts = self.world, self.model.layout, self.model.accounts
        flows, groups = world.money.flows, layout.groups
        paid = flows["door"] + flows["surplus"] + flows["guarantee"] + flows["subsidy"] - flows["clawback"]
        delivered = self.books.delivered_kg
        part = delivered / np.maximum(delivered.sum(axis=1, keepdims=True), 1e-300)
        whose = groups.of_offer
        mine = whose >= 0
        income = sum_by(whose[mine], (paid[:, None] * part)[mine], minlength=len(groups.ids))
        counties = len(layout.counties)
        grown = self.crop.kg.sum(axis=1)
        grown_there = sum_by(groups.county, grown, minlength=counties)
        processing = world.money.singles["processing"][accounts.growers_of]
        income += (processing / np.maximum(grown_there, 1e-300))[groups.county] * grown
        homes = np.array([float(g.households) for g in groups.blocks])
        homes_there = sum_by(groups.county, homes, minlength=counties)
        programmes = self.books.treasury.paid[accounts.growers_of]
        return np.asarray(income - (programmes / homes_there)[groups.county] * homes)
