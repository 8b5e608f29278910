"""The books: what each movement of produce means in yuan, and how growers are paid.

Growers get a price at the door when produce leaves for a channel, and a share of the channel's surplus when
its receipts exceed its costs. The cooperative runs the shops, pays the costs and keeps the rest.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.interventions import PriceGuarantee, Subsidy
from farmsim.domain.ledger import Payment
from farmsim.domain.records import Dispatched, Paid
from farmsim.engine.packhouse import Yard
from farmsim.engine.programmes import programme_costs
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Cost = Literal["packaging", "packing", "packing_wage", "ads", "operation"]
"""What a parcel shop pays for, as an item of the ledger."""


class Books:
    """Payments of one season."""

    def __init__(self, world: World, yard: Yard, groups: int) -> None:
        self._world = world
        self._yard = yard
        layout, scenario = world.layout, world.layout.scenario
        size = len(layout.offers.ids)
        houses = [county.packhouse for county in scenario.counties.values()]
        self._packhouse_cost = np.array([house.cost_per_kg if house else 0.0 for house in houses])
        self._packhouse_wages = np.array([house.wage_share if house else 0.0 for house in houses])
        self._charge = np.zeros(size)
        """Packhouse cost of what left for each offer; the packhouse itself was paid when it packed."""
        self.delivered_kg = np.zeros((size, groups))
        """Kilograms that left for each offer, by whose they were."""
        self._delay = np.zeros(size)
        self._delayed = np.zeros(size)
        self.wages = np.zeros(len(layout.counties))
        """Wages paid to growers' households, [county]."""
        self.public = np.zeros(len(world.accounts.names))
        """What each account paid for programmes."""
        self._guarantees = [
            p for p in scenario.interventions.values() if isinstance(p, PriceGuarantee) and p.enabled
        ]
        self._subsidies = [p for p in scenario.interventions.values() if isinstance(p, Subsidy) and p.enabled]
        self._spent = {id(p): 0.0 for p in (*self._guarantees, *self._subsidies)}
        self._covered = {
            id(p): np.isin(layout.offers.channel, [layout.channels.index(c) for c in p.channels]).astype(
                np.float64
            )
            for p in (*self._guarantees, *self._subsidies)
        }
        """1 for offers of the channels that a programme covers, [offer]."""
        self._costs = programme_costs(scenario)
        self._day_growers = np.zeros(size)
        self._day_delay = np.zeros(size)
        takes = [layout.blocks[c].take for c in layout.offers.channel]
        self._commission = np.array([take.commission_share for take in takes])
        self._back_margin = np.array([take.back_margin_share for take in takes])
        self._open_season()
        world.daily(world.clock.settlement, self.settle, beyond=True)

    def left(self, day: int, line: Indices, column: Indices, kg: Floats) -> Floats:
        """Produce has left the county: growers are paid at the door; returns kg by offer."""
        world, layout = self._world, self._world.layout
        size = len(layout.offers.ids)
        offer, good = layout.lines.offer[line], layout.lines.good[line]
        by_offer = np.bincount(offer, kg, minlength=size)
        harvest_day = day - (world.column(day) - column) % layout.columns
        whose = self._yard.by_group[np.maximum(harvest_day, 0), good]
        whose = whose / np.maximum(whose.sum(axis=1, keepdims=True), 1e-300)
        np.add.at(self.delivered_kg, offer, kg[:, None] * whose)
        self._charge += by_offer * self._packhouse_cost[layout.offers.county]
        accounts = world.accounts
        door = by_offer * layout.offers.door_price
        if np.count_nonzero(door):
            world.money.post("door", accounts.cooperative, accounts.growers, door)
            self._day_growers += door
        if self._guarantees:
            self._guarantee(by_offer, layout.offers.door_price)
        if self._subsidies:
            self._subsidise(by_offer)
        if world.wants is None or Dispatched in world.wants:
            world.record(Dispatched(day, by_offer))
        return by_offer

    def freight(self, line: Indices, amount: Floats) -> None:
        """Freight of a shipment, by lot part."""
        size = len(self._world.layout.offers.ids)
        self.freight_by_offer(np.bincount(self._world.layout.lines.offer[line], amount, minlength=size))

    def freight_by_offer(self, amount: Floats) -> None:
        """The cooperative pays carriers; a freight subsidy comes back from its payer."""
        world, accounts = self._world, self._world.accounts
        world.money.post("freight", accounts.cooperative, accounts.carriers, amount)
        for programme in self._subsidies:
            if programme.freight_share > 0.0:
                paid = amount * self._covered[id(programme)] * programme.freight_share
                self._pay_programme(programme, "freight_subsidy", paid, accounts.cooperative)

    def cost(self, item: Cost, amount: Floats) -> None:
        """Costs of the shop by offer: boxes to suppliers, packing to workers or growers' homes, traffic."""
        if not np.count_nonzero(amount):
            return
        accounts = self._world.accounts
        payee = {
            "packaging": accounts.suppliers,
            "packing": accounts.workers,
            "packing_wage": accounts.growers,
            "ads": accounts.channel,
            "operation": accounts.workers,
        }[item]
        self._world.money.post(item, accounts.cooperative, payee, amount)
        if item == "packing_wage":
            self.wages += np.bincount(self._world.layout.offers.county, amount, minlength=len(self.wages))

    def owe_receipt(self, due: float, left_day: float | Floats, value: Floats) -> None:
        """Channels owe the cooperative `value` by offer, and take commission and back margin off.

        `left_day` is when the produce left the county: it counts for the days until growers are paid.
        """
        world, accounts = self._world, self._world.accounts
        day = int(np.ceil(due - 1e-9))
        world.money.owe(day, Payment("receipt", accounts.channel, accounts.cooperative, value))
        if np.count_nonzero(self._commission):
            fee = value * self._commission
            world.money.owe(day, Payment("commission", accounts.cooperative, accounts.channel, fee))
        if np.count_nonzero(self._back_margin):
            margin = value * self._back_margin
            world.money.owe(day, Payment("back_margin", accounts.cooperative, accounts.channel, margin))
        self._delay += value * (day - left_day)
        self._delayed += value

    def top_up(self, kg: Floats, price: Floats) -> None:
        """Guarantees on prices that are only known at the sale, by offer."""
        if self._guarantees:
            self._guarantee(kg, price)

    def claw_back(self, amount: Floats) -> None:
        """Growers pay the contract buyer for what it could not sell, by offer."""
        accounts = self._world.accounts
        self._world.money.post("clawback", accounts.growers, accounts.channel, amount)

    def settle(self, day: int) -> None:
        """Due payments, the packhouse's day, programmes that start, and growers' share of the surplus."""
        world = self._world
        if day < world.days:
            self._pay_packhouse()
            self._pay_programmes(day)
        if world.money.settle(day) or day < world.days:
            self._share_surplus()
        if np.count_nonzero(self._day_growers):
            world.record(Paid(day, self._day_growers.copy(), self._day_delay.copy()))
            self._day_growers[:] = 0.0
            self._day_delay[:] = 0.0

    def _share_surplus(self) -> None:
        """Pay growers their share of every offer's surplus so far, beyond what they had of it."""
        world, flows = self._world, self._world.money.flows
        costs = (
            flows["commission"] + flows["ads"] + flows["operation"] + flows["back_margin"] + flows["fee"]
            + flows["freight"] + flows["packaging"] + flows["packing"] + flows["packing_wage"] + flows["door"]
            + self._charge
        )  # fmt: skip
        surplus = flows["receipt"] + flows["freight_subsidy"] - costs
        due = np.maximum(world.layout.offers.surplus_share * surplus - flows["surplus"], 0.0)
        if np.count_nonzero(due):
            world.money.post("surplus", world.accounts.cooperative, world.accounts.growers, due)
            self._day_growers += due
            mean = np.divide(self._delay, self._delayed, out=np.zeros_like(due), where=self._delayed > 0.0)
            self._day_delay += due * mean

    def _guarantee(self, kg: Floats, price: Floats) -> None:
        for programme in self._guarantees:
            gap = np.maximum(programme.price_per_kg - price, 0.0)
            gap = np.where((price > 0.0) & np.isfinite(price), gap, 0.0)
            self._pay_programme(programme, "guarantee", kg * gap * self._covered[id(programme)], None)

    def _subsidise(self, kg: Floats) -> None:
        for programme in self._subsidies:
            if programme.per_kg > 0.0:
                amount = kg * programme.per_kg * self._covered[id(programme)]
                self._pay_programme(programme, "subsidy", amount, None)

    def _pay_programme(
        self, programme: PriceGuarantee | Subsidy, item: str, amount: Floats, payee: Indices | None
    ) -> None:
        """Pay by rule until the budget is spent; to growers unless another payee is named."""
        total = float(amount.sum())
        if total <= 0.0:
            return
        if programme.budget is not None:
            left = programme.budget - self._spent[id(programme)]
            amount = amount * min(1.0, max(left, 0.0) / total)
            total = float(amount.sum())
        self._spent[id(programme)] += total
        world, accounts = self._world, self._world.accounts
        county = world.layout.offers.county
        payer = np.array([accounts.payer(programme.payer, int(c)) for c in county], dtype=np.intp)
        if payee is None:
            payee = accounts.growers
            self._day_growers += amount
        world.money.post(item, payer, payee, amount)  # type: ignore[arg-type]
        self.public += np.bincount(payer, amount, minlength=len(self.public))

    def _pay_packhouse(self) -> None:
        """Running cost of what was packed today; part of it are wages of the growers' households."""
        world, accounts = self._world, self._world.accounts
        for county in np.flatnonzero(self._yard.packed_kg * self._packhouse_cost > 0.0).tolist():
            cost = float(self._yard.packed_kg[county] * self._packhouse_cost[county])
            wage = cost * float(self._packhouse_wages[county])
            payer = int(accounts.cooperative_of[county])
            workers = accounts.names.index("workers")
            world.money.post_one("packhouse", payer, workers, cost - wage)
            world.money.post_one("packhouse_wage", payer, int(accounts.growers_of[county]), wage)
            self.wages[county] += wage
        self._yard.packed_kg[:] = 0.0

    def _pay_programmes(self, day: int) -> None:
        world, accounts = self._world, self._world.accounts
        for cost in self._costs:
            if cost.day == day:
                payer = accounts.payer(cost.payer, cost.county)
                world.money.post_one("programme", payer, accounts.names.index("suppliers"), cost.amount)
                self.public[payer] += cost.amount

    def _open_season(self) -> None:
        """Listing fees are paid, deposits laid down; deposits come back after the last day."""
        world, accounts, layout = self._world, self._world.accounts, self._world.layout
        takes = [layout.blocks[c].take for c in layout.offers.channel]
        fees = np.array([take.listing_fee for take in takes])
        deposits = np.array([take.deposit for take in takes])
        if np.count_nonzero(fees):
            world.money.post("fee", accounts.cooperative, accounts.channel, fees)
        self._pay_sessions()
        if np.count_nonzero(deposits):
            world.money.post("deposit", accounts.cooperative, accounts.channel, deposits)
            world.money.owe(world.days, Payment("deposit", accounts.channel, accounts.cooperative, deposits))

    def _pay_sessions(self) -> None:
        """Slot fees of livestream sessions inside the horizon."""
        layout = self._world.layout
        fees = np.zeros(len(layout.offers.ids))
        for offer, (channel, _, product) in enumerate(layout.offers.ids):
            sessions = getattr(layout.scenario.channels[channel].sells[product], "sessions", None)
            if sessions is not None:
                days = [(when - layout.scenario.start).days for when in sessions.days]
                fees[offer] = sessions.fee * sum(0 <= day < layout.scenario.horizon_days for day in days)
        if np.count_nonzero(fees):
            self._world.money.post(
                "fee", self._world.accounts.cooperative, self._world.accounts.channel, fees
            )
