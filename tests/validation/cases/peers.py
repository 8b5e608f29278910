"""Cross-checks with other simulators, number by number: I25 to I32."""

from validation.plays import Run, scenario_case


def over_sites(name):
    """A figure summed over all sites."""
    return lambda outcome: sum(site[name] for site in outcome.sites.values())


def over_customers(name):
    """A figure summed over all customers."""
    return lambda outcome: sum(who[name] for who in outcome.customers.values())


def transport(outcome):
    """What orders of sites and of customers cost."""
    return over_sites("ordering_cost")(outcome) + over_sites("delivery_cost")(outcome)


READS = {
    "end inventory": over_sites("end_stock_kg"),
    "customer orders placed / units": [over_customers("orders"), over_customers("wanted_kg")],
    "replenishment orders placed / units": [over_sites("orders"), over_sites("ordered_kg")],
    "units received from supplier": over_sites("received_kg"),
    "customer deliveries completed / units": [over_customers("deliveries"), over_customers("delivered_kg")],
    "holding cost": over_sites("holding_cost"),
    "replenishment spend": over_sites("purchase_cost"),
    "transport cost": transport,
    "revenue": over_sites("revenue"),
    "total cost": "metrics.total_cost",
    "profit": "metrics.profit",
}

CASES = [
    *(
        scenario_case(case_id, READS, runs={"": Run(file=f"{case_id}.yaml")}, replications=1, fast=True)
        for case_id in ("I25", "I26", "I27", "I30")
    ),
    scenario_case(
        "I32",
        {
            "orders placed / units": [over_sites("orders"), over_sites("ordered_kg")],
            "receipts / units": [over_sites("receipts"), over_sites("received_kg")],
            "demand / served": [over_customers("wanted_kg"), over_customers("sold_kg")],
            "end stock": over_sites("end_stock_kg"),
            "time-integral of stock": lambda o: o.sites["d1"]["mean_stock_kg"] * 20.0,
            "holding cost": over_sites("holding_cost"),
            "spend": over_sites("purchase_cost"),
            "transport (5 replenishments x 5)": transport,
            "revenue": over_sites("revenue"),
            "profit": "metrics.profit",
        },
        replications=1,
        fast=True,
    ),
]
