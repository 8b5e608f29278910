"""Strategies for whole supply networks: any depth, any policy, perishable or not."""

from hypothesis import strategies as st

EVENTS = ["receive", "expire", "demand", "order"]
MASSES = st.sampled_from([0.1, 1.0, 2.5, 7.0, 40.3])
TIMES = st.one_of(
    st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0]),
    st.builds(lambda mean: {"distribution": "exponential", "mean": mean}, st.sampled_from([0.2, 2.0])),
    st.just({"distribution": "choice", "values": [0.5, 1.0, 4.0], "weights": [1.0, 1.0, 1.0]}),
)
SIZES = st.one_of(
    MASSES,
    st.builds(
        lambda mean, cv: {"distribution": "lognormal", "mean": mean, "cv": cv},
        MASSES,
        st.sampled_from([0.2, 1.0]),
    ),
    st.just({"distribution": "poisson", "mean": 3.0}),
)
ARRIVALS = st.one_of(
    st.builds(
        lambda rate, wave: {"kind": "poisson", "per_day": rate, "wave_share": wave},
        st.sampled_from([0.3, 2.0, 8.0]),
        st.sampled_from([0.0, 0.9]),
    ),
    st.builds(lambda days: {"kind": "even", "every_days": days}, st.sampled_from([0.1, 0.5, 1.0, 3.0])),
    st.just({"kind": "renewal", "days_between": {"distribution": "gamma", "mean": 0.6, "cv": 0.5}}),
    st.lists(st.sampled_from([0.0, 1.0, 0.3, 12.5]), min_size=1, max_size=20).map(
        lambda kg: {"kind": "trace", "kg_by_day": kg}
    ),
)
CELSIUS = st.sampled_from([None, 2.0, 20.0, 35.0])
COSTS = st.sampled_from([0.0, 0.5, 3.0])
POLICIES = st.one_of(
    st.builds(lambda kg: {"policy": "base-stock", "level_kg": kg, "expiring_above_kg": 1.0}, MASSES),
    st.builds(lambda kg, more: {"policy": "base-stock", "level_kg": kg + more}, MASSES, MASSES),
    st.builds(
        lambda kg, more, only: {
            "policy": "order-up-to", "reorder_kg": kg, "level_kg": kg + more, "only_below": only,
        },
        MASSES, MASSES, st.booleans(),
    ),
    st.builds(
        lambda kg, size: {"policy": "fixed-quantity", "reorder_kg": kg, "quantity_kg": size}, MASSES, MASSES
    ),
    st.just({
        "policy": "newsvendor", "shortage_per_kg": 3.0, "leftover_per_kg": 1.0,
        "demand_kg": {"distribution": "normal", "mean": 9.0, "sd": 2.0},
    }),
    st.builds(lambda kg: {"policy": "planned", "kg_by_review": kg}, st.lists(MASSES, min_size=1, max_size=9)),
    st.builds(
        lambda periods, days: {
            "policy": "cover", "periods": periods, "average_of": days, "first_guess_kg": 2.0,
        },
        st.sampled_from([0.5, 2.0]), st.integers(1, 8),
    ),
)  # fmt: skip


def without_none(**block):
    return {key: value for key, value in block.items() if value is not None}


@st.composite
def units(draw):
    arrivals = draw(ARRIVALS)
    return without_none(
        arrivals=arrivals,
        kg=draw(SIZES),
        whole_kg=draw(st.booleans()),
        at_once=draw(st.integers(1, 3)),
        most=draw(st.sampled_from([None, None, 7])),
    )


@st.composite
def replenishments(draw, suppliers):
    review = draw(st.sampled_from([None, 0.1, 1.0, 2.5]))
    standing = draw(st.booleans())
    return without_none(
        supplier=draw(st.sampled_from(suppliers)),
        order_days=draw(st.sampled_from([0.0, 0.3, 2.0])),
        lead_days=draw(TIMES),
        celsius=draw(CELSIUS),
        cost_per_order=draw(COSTS),
        cost_per_kg=draw(COSTS),
        transit_per_kg_day=draw(COSTS),
        review_days=review,
        first_review_day=draw(st.sampled_from([0.0, 0.1, 4.0])),
        policy=draw(POLICIES),
        standing_kg=draw(MASSES) if standing else None,
        standing_reviews=3 if standing else None,
        under_way_kg=draw(st.lists(MASSES, max_size=3)),
        ordered_kg=draw(st.lists(MASSES, max_size=3)),
    )


@st.composite
def sites(draw, suppliers):
    orders = draw(st.booleans()) or draw(st.booleans())
    return without_none(
        opening_kg=draw(st.one_of(st.just(0.0), MASSES)),
        capacity_kg=draw(st.sampled_from([None, None, 3.0, 50.0])),
        celsius=draw(CELSIUS),
        issue=draw(st.sampled_from(["fefo", "fifo", "lifo"])),
        rationing=draw(st.sampled_from(["first-come", "proportional"])),
        replenishment=draw(replenishments(suppliers)) if orders else None,
        holding_per_kg_day=draw(COSTS),
        shortage_per_kg_day=draw(COSTS),
        shortage_per_kg=draw(COSTS),
        outdated_per_kg=draw(COSTS),
    )


@st.composite
def stations(draw, onward, *, to_order):
    return without_none(
        hours=draw(TIMES),
        servers=draw(st.integers(0, 3)),
        waiting_places=None if to_order else draw(st.sampled_from([None, 0, 2])),
        patience_hours=None if to_order else draw(st.sampled_from([None, 1.0, 9.0])),
        celsius=draw(CELSIUS),
        cost_per_kg=draw(COSTS),
        to=draw(st.sampled_from([None, *onward])),
    )


@st.composite
def networks(draw):
    """A mapping for the key `network`: sites order from those before them, loads go on to those behind."""
    site_names = [f"site-{i}" for i in range(draw(st.integers(1, 6)))]
    lane_names = [f"lane-{i}" for i in range(draw(st.integers(0, 2)))]
    station_names = [f"station-{i}" for i in range(draw(st.integers(0, 3)))]
    made = {"stations": {}, "lanes": {}, "sites": {}}
    onward = list(site_names)
    for name in lane_names:
        made["lanes"][name] = without_none(
            to=draw(st.sampled_from(onward)), days=draw(TIMES), leaves_with=draw(st.integers(1, 4)),
            celsius=draw(CELSIUS), cost_per_trip=draw(COSTS),
        )  # fmt: skip
        onward.append(name)
    for name in station_names:
        made["stations"][name] = draw(stations(onward, to_order=name == "station-0"))
        onward.append(name)
    suppliers = ["unlimited", *station_names[:1]]
    for name in site_names:
        made["sites"][name] = draw(sites(suppliers))
        suppliers.append(name)
    made["sources"] = {
        f"source-{i}": {
            **draw(units()),
            "to": draw(st.sampled_from(onward)),
            "priority": draw(st.integers(0, 2)),
        }
        for i in range(draw(st.integers(0, 2)))
    }
    made["customers"] = {
        f"customers-{i}": {
            **draw(units()), "at": draw(st.sampled_from(site_names)),
            "unmet": draw(st.sampled_from(["lost", "backorder"])), "partial": draw(st.booleans()),
            "price_per_kg": draw(COSTS), "delivery_days": draw(st.sampled_from([0.0, 0.7])),
            "cost_per_order": draw(COSTS),
        }
        for i in range(draw(st.integers(1, 3)))
    }  # fmt: skip
    events = draw(st.permutations([*EVENTS, "count"] if draw(st.booleans()) else EVENTS))
    return {"order_of_events": events, **made}


LIVES = st.sampled_from([
    None,
    3.0,
    {"distribution": "uniform", "low": 0.5, "high": 9.0},
    {"distribution": "lognormal", "mean": 4.0, "cv": 0.4},
])  # fmt: skip
KEEPING = {"life_days": 5.0}


@st.composite
def files(draw):
    """Keys of a file with a random network, played for some days."""
    life = draw(LIVES)
    product = {} if life is None else {"life_days": life, "keeping": KEEPING}
    warm_up = draw(st.sampled_from([0.0, 0.0, 4.5]))
    return {
        "network": draw(networks()),
        "days": draw(st.sampled_from([5.0, 12.0])),
        "products": {"fruit": product},
        "sample_days": 0.5,
        "random_seed": draw(st.integers(0, 2**32)),
        **({"warm_up_days": warm_up} if warm_up else {}),
    }
