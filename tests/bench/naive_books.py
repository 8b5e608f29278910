"""Money of the reference model: dictionaries of what flowed, by channel and item, and of what is owed."""

import math
from collections import defaultdict

from farmsim.domain.interventions import PriceGuarantee, Subsidy

FEES = ("commission", "ads", "operation", "back_margin", "fee")
COSTS = (*FEES, "freight", "packaging", "packing", "door", "charge")


class Books:
    """Receipts, costs and what growers get."""

    def __init__(self, season):
        self.season = season
        scenario = season.scenario
        self.flow = defaultdict(float)
        """(channel, item) -> money"""
        self.due = defaultdict(list)
        """Day -> debts of channels to the cooperative as (channel, value)."""
        house = season.county.packhouse
        self.charge_per_kg = house.cost_per_kg if house else 0.0
        self.terms = {
            name: block.sells[season.product_id].growers or block.growers
            for name, block in scenario.channels.items()
        }
        programmes = [p for p in scenario.interventions.values() if p.enabled]
        self.guarantees = [p for p in programmes if isinstance(p, PriceGuarantee)]
        self.subsidies = [p for p in programmes if isinstance(p, Subsidy)]
        self.spent = defaultdict(float)
        for name, block in scenario.channels.items():
            self.flow[name, "fee"] += block.take.listing_fee
            sessions = getattr(block.sells[season.product_id], "sessions", None)
            if sessions:
                inside = [0 <= (d - scenario.start).days < scenario.horizon_days for d in sessions.days]
                self.flow[name, "fee"] += sessions.fee * sum(inside)
        season.daily(season.clock.settlement, self.settle)

    def left(self, channel, kg):
        """Fruit leaves the county: growers are paid at the door, the packhouse's work is charged."""
        door = self.terms[channel].door_price_per_kg
        self.flow[channel, "door"] += kg * door
        self.flow[channel, "charge"] += kg * self.charge_per_kg
        self.top_up(channel, kg, door)
        for programme in self.subsidies:
            if channel in programme.channels:
                self.pay(programme, channel, "subsidy", kg * programme.per_kg)

    def freight(self, channel, amount):
        """Carriers are paid; a subsidy brings part of it back."""
        self.flow[channel, "freight"] += amount
        for programme in self.subsidies:
            if channel in programme.channels:
                self.pay(programme, channel, "freight_subsidy", amount * programme.freight_share)

    def top_up(self, channel, kg, price):
        """Guaranteed prices, where one was paid at all."""
        for programme in self.guarantees:
            if channel in programme.channels and price > 0.0:
                gap = max(programme.price_per_kg - price, 0.0)
                self.pay(programme, channel, "guarantee", kg * gap)

    def pay(self, programme, channel, item, amount):
        """Pay by rule until the budget is spent."""
        if programme.budget is not None:
            amount = min(amount, max(programme.budget - self.spent[id(programme)], 0.0))
        self.spent[id(programme)] += amount
        self.flow[channel, item] += amount

    def owe(self, channel, due, value):
        """The channel will pay at the settlement of the first day that is not before `due`."""
        self.due[math.ceil(due - 1e-9)].append((channel, value))

    def trade(self, channel, day, kg, price):
        """A sale to a market, a trader or a contract buyer."""
        block = self.season.scenario.channels[channel]
        self.season.count(channel, "sold_kg", kg)
        self.flow[channel, "sale"] += kg * price
        self.owe(channel, day + block.payment_days, kg * price)
        if self.terms[channel].door_price_per_kg == 0.0:
            self.top_up(channel, kg, price * (1.0 - block.take.commission_share))

    def settle(self, day):
        """Debts of the day are paid, fees taken off, and growers get their share of each surplus so far."""
        flow = self.flow
        for channel, value in self.due.pop(day, ()):
            take = self.season.scenario.channels[channel].take
            flow[channel, "receipt"] += value
            flow[channel, "commission"] += value * take.commission_share
            flow[channel, "back_margin"] += value * take.back_margin_share
        for channel, terms in self.terms.items():
            costs = sum(flow[channel, item] for item in COSTS)
            surplus = flow[channel, "receipt"] + flow[channel, "freight_subsidy"] - costs
            due = terms.surplus_share * surplus - flow[channel, "surplus"]
            flow[channel, "surplus"] += max(due, 0.0)

    def close(self):
        """What is still owed after the season is paid day by day."""
        while self.due:
            self.settle(min(self.due))

    def growers(self, channel):
        """What growers received through a channel."""
        return sum(self.flow[channel, item] for item in ("door", "surplus", "guarantee", "subsidy"))

    def spending(self, channel):
        """What buyers paid, refunds off."""
        return self.flow[channel, "sale"] - self.flow[channel, "refund"]
