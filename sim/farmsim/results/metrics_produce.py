"""Metrics of produce: harvest, sales, losses, orders, quality, the packhouse."""

import numpy as np

from farmsim.results.scope import COUNTY, GROWN, OFFERS, Floats, Scope, metric, ratio


@metric("kg", by=GROWN)
def harvested_kg(run: Scope) -> Floats:
    """Everything that was picked."""
    return np.asarray(run.tally.books.kg_harvested.sum()) if run.is_whole else run.harvest()


@metric("kg", by=OFFERS)
def sold_kg(run: Scope) -> Floats:
    """Produce that a buyer kept: parcels kept, packs from shops, sales to market, contract and trader."""
    return run.arrivals("kept", mass=True) + run.traded("kg")


@metric("kg", by=OFFERS)
def sent_kg(run: Scope) -> Floats:
    """Produce that went to buyers: parcels sent, kept or not; sales by shops, to market, contract, trader."""
    parcels = sum(run.arrivals(field, mass=True) for field in ("kept", "refused", "lost"))
    return np.asarray(parcels + run.traded("kg"))


@metric("kg")
def lost_kg(run: Scope) -> float:
    """Harvest that reached no buyer: culled, damaged, spoiled, unsold, refused or lost on the way."""
    returned = sum(
        float(kg.sum()) for name, kg in run.tally.books.kg_destinations.items() if name.startswith("returned")
    )
    return sum(run.tally.lost.values()) + returned


@metric("share")
def lost_share(run: Scope) -> Floats:
    """Share of the harvest that reached no buyer (unsold, spoiled, damaged, refused)."""
    return ratio(lost_kg(run), harvested_kg(run))


@metric("share")
def spoiled_share(run: Scope) -> Floats:
    """Share of the harvest that spoiled or grew too old to sell, at any place."""
    rotten = sum(kg for name, kg in run.tally.lost.items() if name.split(":")[0] in ("spoiled", "unsold"))
    return ratio(rotten, harvested_kg(run))


@metric("share")
def shrink_share(run: Scope) -> Floats:
    """Mass lost in shops over mass that left them: spoilage, handling, theft (by mass, not by value)."""
    gone = sum(
        kg for name, kg in run.tally.lost.items() if name.endswith(":shop") and not name.startswith("refused")
    )
    return ratio(gone, gone + run.traded("kg", in_shops=True))


@metric("kg", by=OFFERS)
def demand_kg(run: Scope) -> Floats:
    """What consumers ordered or wanted to buy, served or not."""
    return run.orders("wanted")


@metric("kg", by=OFFERS)
def lost_sales_kg(run: Scope) -> Floats:
    """Orders that were lost or cancelled; in total without those who were served by another offer instead."""
    unserved = run.orders("lost") + run.orders("cancelled")
    return unserved - run.orders("switched_in") if run.is_whole else unserved


@metric("share", by=OFFERS)
def fill_rate(run: Scope) -> Floats:
    """Share of the ordered mass that was served on the day of the order (type-2 service level)."""
    return ratio(run.orders("at_once"), run.orders("wanted"))


@metric("orders", by=OFFERS)
def orders(run: Scope) -> Floats:
    """Consumers' orders of packs, served or not."""
    return run.orders("wanted", mass=False)


@metric("share", by=OFFERS)
def refund_share(run: Scope) -> Floats:
    """Share of dispatched parcels that led to a refund: bad (refused or partly paid back) or lost."""
    sent = run.arrivals("kept") + run.arrivals("refused") + run.arrivals("lost")
    return ratio(run.arrivals("bad") + run.arrivals("lost"), sent)


@metric("share", by=OFFERS)
def sold_out_share(run: Scope) -> Floats:
    """Share of days with orders on which an offer sold out before its last customer (grain: hour or each)."""
    return ratio(run.sold_out("days"), run.sold_out("open_days"))


@metric("hour", by=OFFERS)
def sold_out_hour(run: Scope) -> Floats:
    """Mean hour of the day at which an offer that sold out sold its last pack (grain: hour or each)."""
    return ratio(run.sold_out("hours"), run.sold_out("days"))


@metric("days", by=OFFERS)
def delivery_days(run: Scope) -> Floats:
    """Mean days from order to door of parcels that arrived."""
    return ratio(run.arrivals("days_sum"), run.arrivals("kept") + run.arrivals("refused"))


@metric("share", by=OFFERS)
def freshness_on_arrival(run: Scope) -> Floats:
    """Mean freshness (1 = just picked, 0 = end of life) at the moment the buyer gets the produce, by mass."""
    parcels = run.arrivals("kept", mass=True) + run.arrivals("refused", mass=True)
    fresh = run.arrivals("freshness_sum", mass=True) + run.traded("freshness_kg")
    return ratio(fresh, parcels + run.traded("kg"))


@metric("kg", by=OFFERS)
def spoiled_at_consumer_kg(run: Scope) -> Floats:
    """Bad fruit in parcels that were kept against a partial refund; it counts as sold."""
    return run.arrivals("spoiled_kg")


@metric("points", by=OFFERS)
def rating(run: Scope) -> Floats:
    """Store rating at the end of the season, 0 to 5, over parcel shops by parcels."""
    return run.mean_rating()


@metric("share", by=COUNTY)
def packhouse_utilisation(run: Scope) -> Floats:
    """Share of the packing lines' shift time that they worked."""
    return ratio(run.packhouses("busy_line_days"), run.packhouses("open_line_days"))


@metric("hours", by=COUNTY)
def packhouse_wait_hours(run: Scope) -> Floats:
    """Mean time that a load waits before and between work, shift breaks included."""
    return 24.0 * ratio(run.packhouses("queue_days_sum"), run.packhouses("loads"))


@metric("trips")
def lane_trips(run: Scope) -> float:
    """Vehicles that left for shops and markets."""
    return float(run.tally.books.lane_trips)


@metric("kg/kg")
def co2_per_kg(run: Scope) -> Floats:
    """Emissions of bulk transport, kg of CO2 per kg sent, over lanes that give a rate."""
    return ratio(run.tally.books.co2_kg, run.tally.books.bulk_kg)
