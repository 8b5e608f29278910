"""Every order of events against a small model that goes day by day through the file's order."""

from itertools import permutations

import pytest

from engine.network.network_runs import play

DEMAND = [3.0, 5.0, 0.0, 7.0, 2.0, 2.0, 6.0, 1.0, 4.0, 4.0]
ORDERS = list(permutations(["receive", "expire", "demand", "order", "count"]))
LEVEL, LEAD, LIFE, DAYS = 9.0, 2, 3, len(DEMAND)


def by_days(order_of_events, *, backorder):  # noqa: C901
    """Day by day: lots as [kg, day on which they expire], first to expire first."""
    lots, owed, due, counted = [[4.0, LIFE]], 0.0, {}, []
    sold = outdated = lost = 0.0

    def give(wanted):
        given = 0.0
        for lot in sorted(lots, key=lambda one: one[1]):
            part = min(lot[0], wanted - given)
            lot[0] -= part
            given += part
        return given

    for day in range(DAYS):
        for event in order_of_events:
            if event == "receive":
                kg, born = due.pop(day, (0.0, 0))
                if kg and (born + LIFE > day or (born + LIFE == day and before(order_of_events, "receive"))):
                    lots.append([kg, born + LIFE])
                else:
                    outdated += kg
                given = give(owed)
                owed -= given
                sold += given
            elif event == "expire":
                outdated += sum(kg for kg, ends in lots if ends <= day)
                lots = [lot for lot in lots if lot[1] > day]
            elif event == "demand":
                given = 0.0 if owed else give(DEMAND[day])
                sold += given
                if backorder:
                    owed += DEMAND[day] - given
                else:
                    lost += DEMAND[day] - given
            elif event == "order":
                position = sum(kg for kg, _ in lots) + sum(kg for kg, _ in due.values()) - owed
                if position < LEVEL:
                    due[day + LEAD] = (LEVEL - position, day)
            else:
                counted.append((sum(kg for kg, _ in lots), owed))
    return sold, outdated, lost, counted


def before(order_of_events, event):
    return order_of_events.index(event) < order_of_events.index("expire")


@pytest.mark.parametrize("backorder", [False, True])
@pytest.mark.parametrize("order_of_events", ORDERS)
def test_every_order_of_events(order_of_events, backorder):
    rule = {
        "supplier": "unlimited",
        "review_days": 1,
        "lead_days": LEAD,
        "policy": {"policy": "base-stock", "level_kg": LEVEL},
    }
    customers = {
        "at": "shop",
        "arrivals": {"kind": "trace", "kg_by_day": DEMAND},
        "unmet": "backorder" if backorder else "lost",
    }
    network = {
        "order_of_events": list(order_of_events),
        "sites": {"shop": {"opening_kg": 4.0, "replenishment": rule}},
        "customers": {"all": customers},
    }
    outcome = play(network, DAYS, products={"fruit": {"life_days": LIFE}})
    sold, outdated, lost, counted = by_days(order_of_events, backorder=backorder)
    shop = outcome.sites["shop"]
    assert (outcome.metrics["sold_kg"], shop["outdated_kg"], shop["lost_kg"]) == (sold, outdated, lost)
    assert shop["mean_stock_kg"] == pytest.approx(sum(stock for stock, _ in counted) / DAYS)
    assert shop["mean_backorders_kg"] == pytest.approx(sum(owed for _, owed in counted) / DAYS)
