"""Which metrics a supply network has: of the whole and of each kind of place, with their units."""

from typing import Literal

from farmsim.domain.supply import SupplyNetwork
from farmsim.results.network import TOTAL_METRICS
from farmsim.results.network_metrics import (
    CUSTOMER_METRICS,
    LANE_METRICS,
    SOURCE_METRICS,
    STATION_METRICS,
)
from farmsim.results.network_sites import SITE_METRICS
from farmsim.results.scope import Metric

Places = Literal["sources", "stations", "lanes", "sites", "customers"]
"""The tables of an outcome, by kind of place."""
CATALOGUES: dict[Places, dict[str, Metric]] = {
    "sources": SOURCE_METRICS,
    "stations": STATION_METRICS,
    "lanes": LANE_METRICS,
    "sites": SITE_METRICS,
    "customers": CUSTOMER_METRICS,
}
"""The metrics of each kind of place."""


def metric_names(network: SupplyNetwork) -> list[str]:
    """Every metric that a run of this network has: of the whole, then `PLACE.metric`."""
    places = [
        f"{place}.{metric}"
        for table, catalogue in CATALOGUES.items()
        for place in getattr(network, table)
        for metric in catalogue
    ]
    return [*TOTAL_METRICS, *places]


def metric_unit(name: str) -> str:
    """The unit of a metric of the whole network, or of `PLACE.metric`."""
    if name in TOTAL_METRICS:
        return TOTAL_METRICS[name].unit
    last = name.rpartition(".")[2]
    return next((metrics[last].unit for metrics in CATALOGUES.values() if last in metrics), "")
