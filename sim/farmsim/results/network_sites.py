"""The metrics of sites in a supply network: stock, service, masses and costs, each function one metric."""

from farmsim.domain.network_records import SiteSeen
from farmsim.results.network_metrics import Rule, catalogue, metric, ratio

SITE_RULES: dict[str, Rule] = {}


@metric(SITE_RULES, "kg")
def site_mean_stock_kg(seen: SiteSeen, days: float) -> float:
    """Mean stock on hand: over time, or over the counts of the periods."""
    return seen.stock / days


@metric(SITE_RULES, "kg")
def site_mean_backorders_kg(seen: SiteSeen, days: float) -> float:
    """Mean demand that waits, of customers and of sites that ordered here."""
    return seen.backlog / days


@metric(SITE_RULES, "kg")
def site_mean_transit_kg(seen: SiteSeen, days: float) -> float:
    """Mean kilograms on the way here from the supplier."""
    return seen.way / days


@metric(SITE_RULES, "share")
def site_stocked_share(seen: SiteSeen, days: float) -> float:
    """Share of the time, or of the counts, with something on hand."""
    return seen.stocked_days / days


@metric(SITE_RULES, "share")
def site_fill_rate(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """Share of the kilograms demanded here that were there at once."""
    return ratio(seen.at_once_kg, seen.demand_kg)


@metric(SITE_RULES, "share")
def site_full_orders_share(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """Share of the orders placed here that were served whole at once."""
    return ratio(seen.full_at_once, seen.demands)


@metric(SITE_RULES, "kg")
def site_end_stock_kg(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms on hand at the horizon."""
    return seen.on_hand


@metric(SITE_RULES, "days")
def site_sale_age_days(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """Mean days since the produce was brought in or bought, when it is issued; 0 for what keeps."""
    return ratio(seen.age_days_kg, seen.shipped_kg)


@metric(SITE_RULES, "share")
def site_outdated_share(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """Kilograms whose life ended here over kilograms received."""
    return ratio(seen.outdated_kg, seen.received_kg)


def _site_total(field: str, definition: str) -> None:
    """Enter what is summed up from the warm-up on, also as a mean a day."""

    def total(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
        return float(getattr(seen, field))

    def daily(seen: SiteSeen, days: float) -> float:
        return float(getattr(seen, field)) / days

    mass = field.endswith("_kg")
    for rule, name, unit, text in (
        (total, f"site_{field}", "kg" if mass else "orders", definition),
        (daily, f"site_{field}_per_day", "kg/day" if mass else "orders/day", f"{definition[:-1]}, a day."),
    ):
        rule.__name__, rule.__doc__ = name, text
        metric(SITE_RULES, unit)(rule)


SUMS = {
    "demand_kg": "Kilograms demanded here by customers and by sites.",
    "at_once_kg": "Kilograms of that demand that were there at once.",
    "lost_kg": "Kilograms of demand that were lost because they were not there.",
    "outdated_kg": "Kilograms whose life ended here.",
    "turned_away_kg": "Kilograms that did not fit and were turned away.",
    "received_kg": "Kilograms received.",
    "ordered_kg": "Kilograms ordered from the supplier.",
    "shipped_kg": "Kilograms issued to customers and to sites.",
    "orders": "Orders placed with the supplier.",
    "receipts": "Shipments and loads received.",
    "demands": "Orders placed here by customers and by sites.",
}

for _field, _definition in SUMS.items():
    _site_total(_field, _definition)

COSTS = {
    "purchase": "Price and freight of what was received.",
    "ordering": "Fixed costs of orders.",
    "holding": "Cost of holding stock.",
    "transit": "Cost of holding what is on the way here.",
    "backorder": "Cost of demand that waits.",
    "shortage": "Cost of demand that was not there at once.",
    "outdating": "Cost of what was thrown away.",
    "delivery": "Cost of serving customers' orders.",
}


def _site_cost(item: str, definition: str) -> None:
    def cost(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
        return seen.costs.get(item, 0.0)

    cost.__name__, cost.__doc__ = f"site_{item}_cost", definition
    metric(SITE_RULES, "CNY")(cost)


for _item, _definition in COSTS.items():
    _site_cost(_item, _definition)


@metric(SITE_RULES, "CNY")
def site_revenue(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """What customers paid."""
    return seen.costs.get("revenue", 0.0)


@metric(SITE_RULES, "CNY")
def site_total_cost(seen: SiteSeen, days: float) -> float:  # noqa: ARG001
    """All costs of the site."""
    return sum(seen.costs.get(item, 0.0) for item in COSTS)


@metric(SITE_RULES, "CNY/day")
def site_cost_per_day(seen: SiteSeen, days: float) -> float:
    """All costs of the site, a day."""
    return site_total_cost(seen, days) / days


@metric(SITE_RULES, "CNY")
def site_profit(seen: SiteSeen, days: float) -> float:
    """Revenue less all costs of the site."""
    return site_revenue(seen, days) - site_total_cost(seen, days)


@metric(SITE_RULES, "CNY/day")
def site_profit_per_day(seen: SiteSeen, days: float) -> float:
    """Revenue less all costs of the site, a day."""
    return site_profit(seen, days) / days


SITE_METRICS = catalogue(SITE_RULES)
