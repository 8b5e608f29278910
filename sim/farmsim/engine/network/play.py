"""One run of a network: everything is built and linked, the clock runs, the books are closed."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from farmsim.domain.network_records import (
    CustomersSeen,
    NetworkClosed,
    Sampled,
    SiteSeen,
    SourceSeen,
    StationSeen,
    TrucksSeen,
)
from farmsim.domain.supply import UNLIMITED
from farmsim.engine.network.agenda import LAST, Agenda, Call
from farmsim.engine.network.kilograms import Accounts, Books, Kilograms
from farmsim.engine.network.lots import NEVER, Lot
from farmsim.engine.network.orders import Replenished
from farmsim.engine.network.sites import Stock
from farmsim.engine.network.stations import Onward, Queue, stream
from farmsim.engine.network.ways import Harvest, Shoppers, Trucks, Workshop
from farmsim.scenario.network_schema import NetworkProduct, NetworkScenario
from farmsim.streams import Streams

PERIOD = 1.0
"""Days between two counts."""
Record = Callable[[Any], None]


def simulate_network(
    scenario: NetworkScenario, replication: int, record: Record, *, random_seed: int | None = None
) -> None:
    """Play one replication; `record` gets every row."""
    seed = scenario.random_seed if random_seed is None else random_seed
    Run(scenario, Streams(seed, replication), record).play()


class Run:
    """All places of one replication."""

    def __init__(self, scenario: NetworkScenario, streams: Streams, record: Record) -> None:
        self.scenario, self._streams, self._record = scenario, streams, record
        self._counts = self._looks = 0
        network = scenario.network
        self.agenda = agenda = Agenda(network.order_of_events)
        self.books = books = Books(agenda, Kilograms(), Accounts(), scenario.warm_up_days)
        self.queues = {name: self._queue(name) for name in network.stations}
        self.sites = {name: self._site(name) for name in network.sites}
        self.trucks = {name: self._lane(name) for name in network.lanes}
        places: dict[str, Queue | Trucks | Stock] = {**self.queues, **self.trucks, **self.sites}
        self._link(places)
        self.sources = [
            Harvest(
                name, block, books,
                block.units(self._draws("arrivals", name), self._draws("sizes", name)),
                self._life(block.product, "source", name), places[block.to].come,
            )
            for name, block in network.sources.items()
        ]  # fmt: skip
        self.shoppers = [
            Shoppers(
                name, block, books,
                block.units(self._draws("arrivals", name), self._draws("sizes", name)),
                self.sites[block.at],
            )
            for name, block in network.customers.items()
        ]  # fmt: skip

    def play(self) -> None:
        """Run to the horizon, just before what happens then, and close the books."""
        agenda, scenario = self.agenda, self.scenario
        for site in self.sites.values():
            site.open()
        for site in self.sites.values():
            if isinstance(site, Replenished):
                site.begin()
        for source in self.sources:
            source.open()
        for shoppers in self.shoppers:
            shoppers.open()
        if agenda.counts:
            agenda.call(0.0, agenda.rank["count"], self._count)
        if scenario.sample_days is not None:
            agenda.call(0.0, LAST, self._sample)
        agenda.env.run(until=float(scenario.horizon_days))
        self._close()

    def _count(self, _: Call) -> None:
        """Stock, backlog and transit of all sites are counted and paid for."""
        self.agenda.call(PERIOD, self.agenda.rank["count"], self._count)
        if self.agenda.now >= self.books.warm_up:
            self._counts += 1
            for site in self.sites.values():
                site.count()

    def _sample(self, _: Call) -> None:
        values: dict[str, float] = {}
        for name, queue in self.queues.items():
            values[f"{name}.loads"] = queue.content.value
        for name, site in self.sites.items():
            values[f"{name}.stock_kg"] = site.on_hand
            values[f"{name}.backorders_kg"] = site.backlog.value
            values[f"{name}.in_transit_kg"] = site.way.value
            values |= {f"{name}.{what}_kg": kg for what, kg in site.ever.items()}
        self._record(Sampled(self.agenda.now, values))
        assert self.scenario.sample_days is not None, "only then it is called"
        self._looks += 1
        self.agenda.call_at(self._looks * self.scenario.sample_days, LAST, self._sample)

    def _draws(self, what: str, name: str) -> Any:
        return self._streams.generator("network", what, name)

    def _product(self, name: str | None) -> NetworkProduct | None:
        products = self.scenario.products
        return products[name] if name is not None else next(iter(products.values()), None)

    def _rate(self, product: str | None) -> Callable[[float | None], float]:
        """Ageing speed of a product by temperature; 1 at the reference one, and where none is given."""
        found = self._product(product)
        if found is None or found.keeping is None:
            return lambda _: 1.0
        keeping = found.keeping
        return lambda celsius: 1.0 if celsius is None else float(keeping.rate(celsius))

    def _rates(self, celsius: float | None) -> dict[str | None, float]:
        """Ageing speeds at a temperature, by product; None is the only one."""
        return {product: self._rate(product)(celsius) for product in (None, *self.scenario.products)}

    def _life(self, product: str | None, *who: str) -> Callable[[], float]:
        """Draws the lives of fresh lots, thermal days."""
        found = self._product(product)
        if found is None or found.life_days is None:
            return lambda: NEVER
        lives: Iterator[float] = stream(found.life_days, self._streams.generator("network", "life", *who))
        return lambda: next(lives)

    def _queue(self, name: str) -> Queue:
        block = self.scenario.network.stations[name]
        draws = (self._draws("service", name), self._draws("patience", name))
        return Queue(name, block, self.books, draws, self._rates(block.celsius))

    def _site(self, name: str) -> Stock:
        block = self.scenario.network.sites[name]
        rate, life = self._rate(block.product), self._life(block.product, "site", name)
        if block.replenishment is None:
            return Stock(name, block, self.books, rate, life)
        site = Replenished(name, block, self.books, rate, life)
        site.lead = stream(block.replenishment.lead_days, self._draws("lead", name)).__next__
        return site

    def _lane(self, name: str) -> Trucks:
        block = self.scenario.network.lanes[name]
        days = stream(block.days, self._draws("transit", name))
        return Trucks(name, block, self.books, days, self._rates(block.celsius))

    def _link(self, places: dict[str, Queue | Trucks | Stock]) -> None:
        """Loads find their way on, sites their suppliers, and how far from the customers they are."""
        network = self.scenario.network
        for name, queue in self.queues.items():
            to = network.stations[name].to
            queue.onward = _to_owner_or(queue.onward if to is None else places[to].come)
        for name, truck in self.trucks.items():
            truck.onward = places[network.lanes[name].to].come
        for site in self.sites.values():
            rule = site.block.replenishment
            if not isinstance(site, Replenished) or rule is None or rule.supplier == UNLIMITED:
                continue
            if rule.supplier in self.queues:
                site.supplier = Workshop(self.queues[rule.supplier], self.books)
            else:
                site.supplier = self.sites[rule.supplier]
        for name in network.sites:
            depth, block = 0, network.sites[name]
            while block.replenishment is not None and block.replenishment.supplier in network.sites:
                depth += 1
                upstream = self.sites[block.replenishment.supplier]
                upstream.depth = max(upstream.depth, depth)
                block = upstream.block

    def _close(self) -> None:
        now = float(self.scenario.horizon_days)
        books, kilograms = self.books, self.books.kilograms
        for name, site in self.sites.items():
            on_hand, way = site.close(now)
            kilograms.out("on_hand", on_hand)
            kilograms.out("in_transit", way)
            self._charge(name, site)
            seen = _site_seen(site, on_hand, dict(books.accounts.items[name]))
            self._record(self._by_days(seen) if self.agenda.counts else seen)
        for queue in self.queues.values():
            kilograms.out("at_stations", queue.close(now))
            self._record(_station_seen(queue, books.accounts.items[queue.name]["working"]))
        for truck in self.trucks.values():
            kilograms.out("in_transit", truck.kg)
            freight = books.accounts.items[truck.name]["freight"]
            self._record(
                TrucksSeen(
                    truck.name, truck.trips, truck.loads, truck.wait_days,
                    truck.gaps, truck.gap_sum, truck.gap_square, freight,
                )
            )  # fmt: skip
        for source in self.sources:
            self._record(SourceSeen(source.name, source.loads, source.kg, source.finished, source.days))
        for who in self.shoppers:
            self._record(
                CustomersSeen(
                    who.name, who.orders, who.wanted_kg, who.sold_kg, who.deliveries, who.delivered_kg
                )
            )
        moved = sum(abs(balance) for balance in books.accounts.balance.values())
        difference = sum(books.accounts.balance.values()) / moved if moved else 0.0
        self._record(
            NetworkClosed(now - books.warm_up, dict(kilograms.entered), dict(kilograms.gone), difference)
        )
        total, gone = sum(kilograms.entered.values()), sum(kilograms.gone.values())
        assert abs(total - gone) <= 1e-9 * max(total, 1.0), (
            f"kilograms do not balance: {total} in, {gone} out"
        )

    def _by_days(self, seen: SiteSeen) -> SiteSeen:
        """Sums of counts as if there had been one count a day, where the measured time is no whole number."""
        days = float(self.scenario.horizon_days) - self.books.warm_up
        scale = days / self._counts if self._counts else math.nan
        return seen._replace(
            stock=seen.stock * scale,
            stocked_days=seen.stocked_days * scale,
            backlog=seen.backlog * scale,
            way=seen.way * scale,
        )

    def _charge(self, name: str, site: Stock) -> None:
        """Costs that run with time or are counted each period."""
        block, cost = site.block, self.books.accounts.cost
        for item, amount in (
            ("holding", site.stock.area * block.holding_per_kg_day),
            ("backorder", site.backlog.area * block.shortage_per_kg_day),
            (
                "transit",
                site.way.area * (block.replenishment.transit_per_kg_day if block.replenishment else 0.0),
            ),
        ):
            if amount:
                cost(name, item, amount)


def _to_owner_or(onward: Onward) -> Onward:
    """Loads that a site ordered set out to it, made just now; the others go onward."""

    def go(lot: Lot) -> None:
        if lot.owner is not None:
            made = lot.owner.fresh(lot.kg)
            lot.owner.get([made], made.kg, last=True)
        else:
            onward(lot)

    return go


def _site_seen(site: Stock, on_hand: float, costs: dict[str, float]) -> SiteSeen:
    return SiteSeen(
        name=site.name, stock=site.stock.area, stocked_days=site.stock.positive, backlog=site.backlog.area,
        way=site.way.area, on_hand=on_hand, demand_kg=site.demand_kg, at_once_kg=site.at_once_kg,
        demands=site.demands, full_at_once=site.full_at_once, lost_kg=site.lost_kg,
        outdated_kg=site.outdated_kg, turned_away_kg=site.turned_away_kg, received_kg=site.received_kg,
        ordered_kg=site.ordered_kg, orders=site.orders, receipts=site.receipts, shipped_kg=site.shipped_kg,
        age_days_kg=site.age_days_kg, costs=costs,
    )  # fmt: skip


def _station_seen(queue: Queue, working: float) -> StationSeen:
    return StationSeen(
        name=queue.name, servers=queue.block.servers, loads=queue.arrived, turned_away=queue.turned_away,
        discarded=queue.discarded, found_idle=queue.found_idle, begun=queue.begun, waited=queue.waited,
        wait_days=queue.wait_days, longest_days=queue.longest_days, last_wait_days=queue.last_wait,
        times_days=list(queue.times), content=(queue.content.area, queue.content.square),
        queue=queue.queue.area, busy=queue.busy.area, states=queue.states, ended=queue.ended,
        first_end=queue.first_end, last_end=queue.last_end, gap_variation=queue.gap_variation(),
        worked_kg=queue.worked_kg, turned_away_kg=queue.turned_away_kg, discarded_kg=queue.discarded_kg,
        working=working,
    )  # fmt: skip
