"""Metrics of produce: harvest, sales, losses, orders, quality, the packhouse."""

from farmsim.results.scope import NAN, Scope, metric, ratio


@metric("kg")
def harvested_kg(run: Scope) -> float:
    """Everything that was picked."""
    return float(run.tally.books.kg_harvested.sum())


@metric("kg", per_channel=True)
def sold_kg(run: Scope) -> float:
    """Produce that a buyer kept: parcels kept, packs from shops, sales to market, contract and trader."""
    return run.arrivals("kept", mass=True) + run.traded("kg")


@metric("kg")
def lost_kg(run: Scope) -> float:
    """Harvest that reached no buyer: culled, damaged, spoiled, unsold, refused or lost on the way."""
    returned = sum(
        float(kg.sum()) for name, kg in run.tally.books.kg_destinations.items() if name.startswith("returned")
    )
    return sum(run.tally.lost.values()) + returned


@metric("share")
def lost_share(run: Scope) -> float:
    """Share of the harvest that reached no buyer (unsold, spoiled, damaged, refused)."""
    return ratio(lost_kg(run), harvested_kg(run))


@metric("share")
def spoiled_share(run: Scope) -> float:
    """Share of the harvest that spoiled or grew too old to sell, at any place."""
    rotten = sum(kg for name, kg in run.tally.lost.items() if name.split(":")[0] in ("spoiled", "unsold"))
    return ratio(rotten, harvested_kg(run))


@metric("share")
def shrink_share(run: Scope) -> float:
    """Mass lost in shops over mass that left them: spoilage, handling, theft (by mass, not by value)."""
    gone = sum(
        kg for name, kg in run.tally.lost.items() if name.endswith(":shop") and not name.startswith("refused")
    )
    shops = [c for c, kind in enumerate(run.tally.shape.kinds) if kind == "stocked"]
    sold = sum(Scope(run.tally, channel).traded("kg") for channel in shops)
    return ratio(gone, gone + sold)


@metric("kg", per_channel=True)
def demand_kg(run: Scope) -> float:
    """What consumers ordered or wanted to buy, served or not."""
    return run.orders("wanted")


@metric("kg", per_channel=True)
def lost_sales_kg(run: Scope) -> float:
    """Orders that were lost or cancelled; in total without those who were served by another offer instead."""
    unserved = run.orders("lost") + run.orders("cancelled")
    return unserved - run.orders("switched_in") if run.channel is None else unserved


@metric("share", per_channel=True)
def fill_rate(run: Scope) -> float:
    """Share of the ordered mass that was served on the day of the order (type-2 service level)."""
    return ratio(run.orders("at_once"), run.orders("wanted"))


@metric("orders", per_channel=True)
def orders(run: Scope) -> float:
    """Consumers' orders of packs, served or not."""
    return run.orders("wanted", mass=False)


@metric("share", per_channel=True)
def refund_share(run: Scope) -> float:
    """Share of dispatched parcels that led to a refund: bad (refused or partly paid back) or lost."""
    sent = run.arrivals("kept") + run.arrivals("refused") + run.arrivals("lost")
    return ratio(run.arrivals("bad") + run.arrivals("lost"), sent)


@metric("days", per_channel=True)
def delivery_days(run: Scope) -> float:
    """Mean days from order to door of parcels that arrived."""
    return ratio(run.arrivals("days_sum"), run.arrivals("kept") + run.arrivals("refused"))


@metric("share", per_channel=True)
def freshness_on_arrival(run: Scope) -> float:
    """Mean freshness (1 = just picked, 0 = end of life) at the moment the buyer gets the produce, by mass."""
    parcels = run.arrivals("kept", mass=True) + run.arrivals("refused", mass=True)
    fresh = run.arrivals("freshness_sum", mass=True) + run.traded("freshness_kg")
    return ratio(fresh, parcels + run.traded("kg"))


@metric("kg")
def spoiled_at_consumer_kg(run: Scope) -> float:
    """Bad fruit in parcels that were kept against a partial refund; it counts as sold."""
    return run.arrivals("spoiled_kg")


@metric("points", per_channel=True)
def rating(run: Scope) -> float:
    """Store rating at the end of the season, 0 to 5, over parcel shops by parcels."""
    return run.mean_rating()


@metric("share")
def packhouse_utilisation(run: Scope) -> float:
    """Share of the packing lines' shift time that they worked."""
    return ratio(
        sum(p.busy_line_days for p in run.tally.packed), sum(p.open_line_days for p in run.tally.packed)
    )


@metric("hours")
def packhouse_wait_hours(run: Scope) -> float:
    """Mean time that a load waits before and between work, shift breaks included."""
    loads = sum(p.loads for p in run.tally.packed)
    return 24.0 * ratio(sum(p.queue_days_sum for p in run.tally.packed), loads) if loads else NAN


@metric("trips")
def lane_trips(run: Scope) -> float:
    """Vehicles that left for shops and markets."""
    return float(run.tally.books.lane_trips)


@metric("kg/kg")
def co2_per_kg(run: Scope) -> float:
    """Emissions of bulk transport, kg of CO2 per kg sent, over lanes that give a rate."""
    return ratio(run.tally.books.co2_kg, run.tally.books.bulk_kg)
