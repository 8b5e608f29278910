"""Payments of programmes: by rule (subsidies, guaranteed prices) or once (training, cold chain, promotion).

A guaranteed price is a deficiency payment: when every receipt of the season is in, the payer makes up what
growers got per kilogram that left for the covered channels to the guarantee.
"""

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.interventions import PriceGuarantee, Subsidy
from farmsim.domain.ledger import Item
from farmsim.domain.sums import sum_by
from farmsim.engine.programmes import programme_costs
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Treasury:
    """What the fund, the county and other payers spend on programmes in one season."""

    def __init__(self, world: World) -> None:
        self._world = world
        layout, scenario = world.layout, world.layout.scenario
        self._guarantees: list[tuple[PriceGuarantee, Floats]] = []
        self._subsidies: list[tuple[Subsidy, Floats]] = []
        """Programmes with 1 for the offers that they cover, [offer]."""
        for programme in scenario.interventions.values():
            if programme.enabled and isinstance(programme, PriceGuarantee | Subsidy):
                named = [layout.channels.index(channel) for channel in programme.channels]
                covered = np.isin(layout.offers.channel, named).astype(np.float64)
                if isinstance(programme, PriceGuarantee):
                    self._guarantees.append((programme, covered))
                else:
                    self._subsidies.append((programme, covered))
        self._spent: dict[int, float] = {}
        self._costs = programme_costs(scenario)
        self.paid = np.zeros(len(world.accounts.names))
        """What each account paid for programmes."""

    def start(self, day: int) -> None:
        """Pay for what begins today."""
        world, accounts = self._world, self._world.accounts
        for cost in self._costs:
            if cost.day == day:
                payer = accounts.payer(cost.payer, cost.county)
                world.money.post_one("programme", payer, accounts.names.index("suppliers"), cost.amount)
                self.paid[payer] += cost.amount

    def subsidise(self, kg: Floats) -> Floats:
        """Growers get the subsidy on what left today, `kg` by offer; returns what they got, by offer."""
        total = np.zeros(len(kg))
        for programme, covered in self._subsidies:
            if programme.per_kg > 0.0:
                amount = kg * programme.per_kg * covered
                total += self._pay(programme, "subsidy", amount, self._world.accounts.growers)
        return total

    def subsidise_freight(self, freight: Floats) -> None:
        """The cooperatives get a share of today's freight back, by offer."""
        for programme, covered in self._subsidies:
            if programme.freight_share > 0.0:
                amount = freight * covered * programme.freight_share
                self._pay(programme, "freight_subsidy", amount, self._world.accounts.cooperative)

    def guarantee(self, kg: Floats, received: Floats) -> Floats:
        """Make up growers' receipts to the guaranteed price at the end of the season, all by offer."""
        total = np.zeros(len(kg))
        for programme, covered in self._guarantees:
            gap = np.maximum(programme.price_per_kg * kg - received - total, 0.0) * covered
            total += self._pay(programme, "guarantee", gap, self._world.accounts.growers)
        return total

    def _pay(self, programme: PriceGuarantee | Subsidy, item: Item, amount: Floats, payee: Indices) -> Floats:
        """Pay by offer until the programme's budget is spent; returns what was paid."""
        total = float(amount.sum())
        if total <= 0.0:
            return np.zeros(len(amount))
        spent = self._spent.get(id(programme), 0.0)
        if programme.budget is not None:
            amount = amount * min(1.0, max(programme.budget - spent, 0.0) / total)
        self._spent[id(programme)] = spent + float(amount.sum())
        world, accounts = self._world, self._world.accounts
        counties = world.layout.offers.county.tolist()
        payer = np.array([accounts.payer(programme.payer, county) for county in counties], dtype=np.intp)
        world.money.post(item, payer, payee, amount)
        self.paid += sum_by(payer, amount, minlength=len(self.paid))
        return amount
