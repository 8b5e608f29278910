"""The books: what each movement of produce means in yuan, and how growers are paid.

Growers get a price at the door when produce leaves for a channel, and a share of the channel's surplus when
its receipts exceed its costs. The cooperative runs the shops, pays the costs and keeps the rest.
"""

from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.ledger import Payment
from farmsim.domain.records import Dispatched, Paid
from farmsim.domain.sums import sum_by
from farmsim.engine.packhouse import Yard
from farmsim.engine.treasury import Treasury
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Cost = Literal["packaging", "packing", "packing_wage", "ads", "operation"]
"""What a parcel shop pays for, as an item of the ledger."""


class Books:
    """Payments of one season."""

    def __init__(self, world: World, yard: Yard) -> None:
        self._world = world
        self._yard = yard
        layout, scenario = world.layout, world.layout.scenario
        size = len(layout.offers.ids)
        houses = [county.packhouse for county in scenario.counties.values()]
        self._packhouse_cost = np.array([house.cost_per_kg if house else 0.0 for house in houses])
        self._unit_charge = self._packhouse_cost[layout.offers.county]
        """Packhouse cost per kg, [offer]."""
        self._packhouse_wages = np.array([house.wage_share if house else 0.0 for house in houses])
        self._charge = np.zeros(size)
        """Packhouse cost of what left for each offer; the packhouse itself was paid when it packed."""
        self.delivered_kg = np.zeros(layout.groups.of_offer.shape)
        """Kilograms that left for each offer, by whose they were, [offer, place of the group]."""
        self._delay = np.zeros(size)
        self._delayed = np.zeros(size)
        self.wages = np.zeros(len(layout.counties))
        """Wages paid to growers' households, [county]."""
        self.treasury = Treasury(world)
        self.left_kg = np.zeros(size)
        """Kilograms that left for each offer and did not come back."""
        self._back_kg = np.zeros(len(layout.goods.ids))
        """Consigned goods that came back: growers had their price at the door already, [good]."""
        self._day_growers = np.zeros(size)
        self._day_delay = np.zeros(size)
        takes = [layout.blocks[c].take for c in layout.offers.channel]
        self._commission = np.array([take.commission_share for take in takes])
        self._back_margin = np.array([take.back_margin_share for take in takes])
        self._takes_commission = bool(np.count_nonzero(self._commission))
        self._takes_margin = bool(np.count_nonzero(self._back_margin))
        self._surplus_share = layout.offers.surplus_share
        self._shares_surplus = bool(np.count_nonzero(self._surplus_share))
        self._open_season()
        world.daily(world.clock.settlement, self.settle, beyond=True)

    def left(self, day: int, line: Indices, column: Indices, kg: Floats) -> Floats:
        """Produce has left the county: growers are paid at the door; returns kg by offer."""
        world, layout = self._world, self._world.layout
        size = len(layout.offers.ids)
        offer, good = layout.lines.offer[line], layout.lines.good[line]
        by_offer = sum_by(offer, kg, minlength=size)
        harvest_day = day - (world.column(day) - column) % layout.columns
        whose = self._yard.by_group[np.maximum(harvest_day, 0), good]
        whose = whose / np.maximum(np.add.reduce(whose, axis=1, keepdims=True), 1e-300)
        for place in range(whose.shape[1]):
            self.delivered_kg[:, place] += sum_by(offer, kg * whose[:, place], minlength=size)
        self._charge += by_offer * self._unit_charge
        accounts = world.accounts
        door = self._unpaid(offer, good, kg) * layout.offers.door_price
        if np.count_nonzero(door):
            world.money.post("door", accounts.cooperative, accounts.growers, door)
            self._day_growers += door
        self.left_kg += by_offer
        self._day_growers += self.treasury.subsidise(by_offer)
        if world.wants is None or Dispatched in world.wants:
            world.record(Dispatched(day, by_offer))
        return by_offer

    def freight(self, line: Indices, amount: Floats) -> None:
        """Freight of a shipment, by lot part."""
        size = len(self._world.layout.offers.ids)
        self.freight_by_offer(sum_by(self._world.layout.lines.offer[line], amount, minlength=size))

    def freight_by_offer(self, amount: Floats) -> None:
        """The cooperative pays carriers; a freight subsidy comes back from its payer."""
        world, accounts = self._world, self._world.accounts
        world.money.post("freight", accounts.cooperative, accounts.carriers, amount)
        self.treasury.subsidise_freight(amount)

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
            self.wages += sum_by(self._world.layout.offers.county, amount, minlength=len(self.wages))

    def owe_receipt(self, due: float, left_day: float | Floats, value: Floats) -> None:
        """Channels owe the cooperative `value` by offer, and take commission and back margin off.

        `left_day` is when the produce left the county: it counts for the days until growers are paid.
        """
        world, accounts = self._world, self._world.accounts
        day = ceil(due - 1e-9)
        world.money.owe(day, Payment("receipt", accounts.channel, accounts.cooperative, value))
        if self._takes_commission:
            fee = value * self._commission
            world.money.owe(day, Payment("commission", accounts.cooperative, accounts.channel, fee))
        if self._takes_margin:
            margin = value * self._back_margin
            world.money.owe(day, Payment("back_margin", accounts.cooperative, accounts.channel, margin))
        self._delay += value * (day - left_day)
        self._delayed += value

    def came_back(self, offer: Indices, good: Indices, kg: Floats) -> None:
        """Consigned goods are back in the county; they have been paid at the door."""
        self._back_kg += sum_by(good, kg, minlength=len(self._back_kg))
        self.left_kg -= sum_by(offer, kg, minlength=len(self.left_kg))

    def close_season(self) -> None:
        """When all debts are paid: guaranteed prices are made up."""
        paid = self._world.money.flows
        received = paid["door"] + paid["surplus"] + paid["subsidy"] - paid["clawback"]
        made_up = self.treasury.guarantee(self.left_kg, received)
        if np.count_nonzero(made_up):
            self._day_growers += made_up
            self._record(self._world.days)

    def claw_back(self, amount: Floats) -> None:
        """Growers pay the contract buyer for what it could not sell, by offer."""
        accounts = self._world.accounts
        self._world.money.post("clawback", accounts.growers, accounts.channel, amount)

    def settle(self, day: int) -> None:
        """Due payments, the packhouse's day, programmes that start, and growers' share of the surplus."""
        world = self._world
        if day < world.days:
            self._pay_packhouse()
            self.treasury.start(day)
        if (world.money.settle(day) or day < world.days) and self._shares_surplus:
            self._share_surplus()
        world.money.note_lowest()
        if np.count_nonzero(self._day_growers):
            self._record(day)

    def _record(self, day: int) -> None:
        """Write down what growers got."""
        self._world.record(Paid(day, self._day_growers.copy(), self._day_delay.copy()))
        self._day_growers[:] = 0.0
        self._day_delay[:] = 0.0

    def _unpaid(self, offer: Indices, good: Indices, kg: Floats) -> Floats:
        """Kilograms by offer for which growers had nothing yet: goods that came back were paid before."""
        size = len(self._world.layout.offers.ids)
        if not np.count_nonzero(self._back_kg):
            return sum_by(offer, kg, minlength=size)
        leaving = sum_by(good, kg, minlength=len(self._back_kg))
        repaid = np.minimum(self._back_kg, leaving)
        self._back_kg -= repaid
        part = np.divide(repaid, leaving, out=np.zeros_like(leaving), where=leaving > 0.0)
        return sum_by(offer, kg * (1.0 - part[good]), minlength=size)

    def _share_surplus(self) -> None:
        """Pay growers their share of every offer's surplus so far, beyond what they had of it."""
        world, flows = self._world, self._world.money.flows
        costs = (
            flows["commission"] + flows["ads"] + flows["operation"] + flows["back_margin"] + flows["fee"]
            + flows["freight"] + flows["packaging"] + flows["packing"] + flows["packing_wage"] + flows["door"]
            + self._charge
        )  # fmt: skip
        surplus = flows["receipt"] + flows["freight_subsidy"] - costs
        due = np.maximum(self._surplus_share * surplus - flows["surplus"], 0.0)
        if np.count_nonzero(due):
            world.money.post("surplus", world.accounts.cooperative, world.accounts.growers, due)
            self._day_growers += due
            mean = np.divide(self._delay, self._delayed, out=np.zeros_like(due), where=self._delayed > 0.0)
            self._day_delay += due * mean

    def _pay_packhouse(self) -> None:
        """Running cost of what was packed today; part of it are wages of the growers' households."""
        world, accounts = self._world, self._world.accounts
        costs = self._yard.packed_kg * self._packhouse_cost
        if np.count_nonzero(costs):
            wages = costs * self._packhouse_wages
            workers = np.full(len(costs), accounts.names.index("workers"), dtype=np.intp)
            world.money.post_many("packhouse", accounts.cooperative_of, workers, costs - wages)
            world.money.post_many("packhouse_wage", accounts.cooperative_of, accounts.growers_of, wages)
            self.wages += wages
        self._yard.packed_kg[:] = 0.0

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
