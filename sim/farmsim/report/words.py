"""Names on the screens for what has a fixed identifier: metrics, destinations, parts of a price, units.

Identifiers themselves are never translated; an identifier without a name here is shown as it stands.
"""

from datetime import date

from farmsim.report.messages import mark, plural, translate

METRICS = {
    "harvested_kg": mark("Harvested"),
    "sold_kg": mark("Sold"),
    "sent_kg": mark("Sent to buyers"),
    "lost_kg": mark("Lost"),
    "lost_share": mark("Harvest lost"),
    "fill_rate": mark("Fill rate"),
    "demand_kg": mark("Demand"),
    "lost_sales_kg": mark("Lost sales"),
    "orders": mark("Shoppers' orders"),
    "refund_share": mark("Parcels refunded"),
    "sales_revenue": mark("Sales revenue"),
    "grower_receipts": mark("Growers receive"),
    "netback_per_kg": mark("Netback"),
    "grower_price_per_kg": mark("Growers' price"),
    "grower_share": mark("Growers' share"),
    "grower_share_online": mark("Growers' share online"),
    "gross_per_mu": mark("Growers' gross / mu"),
    "gross_per_household": mark("Gross / household"),
    "income_per_mu": mark("Income / mu"),
    "grower_net_income": mark("Growers' net income"),
    "household_net_income": mark("Net income / household"),
    "households_above_line_share": mark("Households above line"),
    "headcount_ratio": mark("People below line (P0)"),
    "poverty_gap": mark("Poverty gap (P1)"),
    "poverty_severity": mark("Poverty severity (P2)"),
    "gini": mark("Gini coefficient"),
    "days_until_paid": mark("Days until paid"),
    "delivery_days": mark("Delivery time"),
    "sold_out_share": mark("Days sold out"),
    "sold_out_hour": mark("Sold out at, hour of the day"),
    "spoiled_at_consumer_kg": mark("Spoiled at consumers"),
    "freshness_on_arrival": mark("Freshness on arrival"),
    "rating": mark("Store rating"),
    "packhouse_utilisation": mark("Packhouse in use"),
    "packhouse_wait_hours": mark("Wait at packhouse"),
    "public_cost": mark("Public cost"),
    "peak_borrowing": mark("Peak borrowing"),
    "cooperative_surplus": mark("Cooperatives' surplus"),
    "operator_surplus": mark("Operator's surplus"),
    "lane_trips": mark("Trips of vehicles"),
    "co2_per_kg": mark("CO2 of transport"),
    "spoiled_share": mark("Spoiled"),
    "shrink_share": mark("Shrink"),
    "county_sales_gini": mark("Gini of counties' sales"),
}

DESTINATIONS = {
    "own_use": mark("Own use"),
    "field_loss": mark("Lost in the field"),
    "spoiled": mark("Spoiled"),
    "damaged": mark("Damaged"),
    "unsold": mark("Unsold"),
    "spoiled_on_road": mark("Spoiled on the road"),
    "lost_in_shops": mark("Lost in shops"),
    "processed": mark("Processed"),
    "feed": mark("Animal feed"),
    "returned": mark("Returned"),
    "lost_in_transit": mark("Lost in transit"),
    "in_transit": mark("Still in transit"),
    "on_hand": mark("Still in stock"),
}

PRICE_PARTS = {
    "consumer": mark("Buyer pays"),
    "platform": mark("Fees"),
    "freight": mark("Freight"),
    "packaging": mark("Packaging"),
    "packing": mark("Packing"),
    "loss": mark("Refunds"),
    "operation": mark("Shop's running cost"),
    "buyer": mark("Contract buyer"),
    "retail": mark("Retailer"),
    "cooperative": mark("Cooperative"),
    "growers": mark("Growers"),
    "public": mark("Public money"),
}

DIFFERENCE_PARTS = {
    "price": mark("Price that buyers pay"),
    "channels": mark("Better or worse channels"),
    "volume": mark("Volume of the harvest"),
    "loss": mark("Loss of kilograms, refunds"),
    "uses": mark("Kept, processed, left over"),
    "fees": mark("Fees of platforms"),
    "retail": mark("Retailers' margin"),
    "freight": mark("Freight"),
    "packing": mark("Boxes and packing"),
    "operation": mark("Shop's running cost"),
    "buyer": mark("Clawed back by the buyer"),
    "cooperative": mark("Cooperative"),
    "public": mark("Public money"),
    "processing": mark("Processing, programmes"),
    "cash_cost": mark("Growers' cash cost"),
    "wages": mark("Wages and other income"),
}

OPERATOR_ITEMS = {
    "bought_kg": mark("Bought, kg"),
    "resold_kg": mark("Sold on, kg"),
    "spoiled_kg": mark("Spoiled, kg"),
    "on_hand_kg": mark("Left over, kg"),
    "paid": mark("Paid, CNY"),
    "resale_value": mark("Resale, CNY"),
    "clawed_back": mark("Clawed back, CNY"),
    "surplus": mark("Surplus, CNY"),
}

UNITS = {
    "CNY": mark("CNY"),
    "CNY/kg": mark("CNY/kg"),
    "CNY/mu": mark("CNY/mu"),
    "CNY/household": mark("CNY/household"),
    "kg": mark("kg"),
    "days": mark("days"),
    "hour": mark("o'clock"),
    "hours": mark("hours"),
    "orders": mark("orders"),
    "parcels": mark("parcels"),
    "trips": mark("trips"),
    "points": mark("points"),
    "h": mark("h"),
    "loads": mark("loads"),
    "loads^2": mark("loads^2"),
    "loads/day": mark("loads/day"),
    "orders/day": mark("orders/day"),
    "kg/day": mark("kg/day"),
    "CNY/day": mark("CNY/day"),
}

BY = {"channel": mark("channel"), "county": mark("county"), "kind": mark("kind of produce")}
"""Parts of a run for which metrics are given."""

PRODUCE = {
    "fruit": mark("Fruit"),
    "vegetable": mark("Vegetables"),
    "grain": mark("Grain"),
    "bean": mark("Beans"),
    "nut": mark("Nuts"),
    "mushroom": mark("Mushrooms"),
    "tea": mark("Tea"),
    "honey": mark("Honey"),
    "meat": mark("Meat"),
    "spice": mark("Spices"),
    "herb": mark("Herbs"),
    "oil": mark("Oil"),
}

CHANNEL_KINDS = {
    "parcel": mark("parcels from the county"),
    "stocked": mark("shop with its own stock"),
    "wholesale": mark("wholesale market"),
    "order": mark("contract buyer"),
    "trader": mark("trader at the farm gate"),
}

LANE_KINDS = {
    "parcel": mark("parcel courier"),
    "truck": mark("truck"),
    "reefer": mark("refrigerated truck"),
    "rail": mark("rail"),
}

INTERVENTION_KINDS = {
    "training": mark("training"),
    "cold-chain": mark("cold chain"),
    "promotion": mark("promotion"),
    "price-guarantee": mark("price guarantee"),
    "subsidy": mark("subsidy"),
}

CHANNEL_COLORS = {"parcel": 166, "stocked": 25, "wholesale": 74, "trader": 178, "order": 36}
"""Colours of the bars by kind of channel, told apart by colour-blind readers too (256-colour numbers)."""


def metric_label(name: str) -> str:
    """What the screens call a metric."""
    return translate(METRICS.get(name, name))


def produce_label(name: str) -> str:
    """What the screens call a kind of produce."""
    return translate(PRODUCE.get(name, name))


def destination_label(name: str) -> str:
    """What the screens call a place where unsold produce went."""
    return translate(DESTINATIONS.get(name, name))


def price_part_label(name: str) -> str:
    """What the screens call a part of the consumer's yuan."""
    return translate(PRICE_PARTS.get(name, name))


def difference_part_label(name: str) -> str:
    """What the screens call a part of a difference of incomes."""
    return translate(DIFFERENCE_PARTS.get(name, name))


def operator_item_label(name: str) -> str:
    """What the screens call an item of a contract buyer's own account."""
    return translate(OPERATOR_ITEMS.get(name, name))


def season(days: int, start: date) -> str:
    """How long a run lasts, and from when."""
    return plural("{days} day from {start}", "{days} days from {start}", days).format(
        days=days, start=start.isoformat()
    )


def unit_label(unit: str) -> str:
    """A unit as shown beside a number; shares are shown in percent."""
    return "%" if is_share(unit) else translate(UNITS.get(unit, unit))


def is_share(unit: str) -> bool:
    """Whether a metric with this unit runs from 0 to 1 and is shown in percent."""
    return unit == "share"
