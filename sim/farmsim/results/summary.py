"""From a tally to an outcome: metrics, destinations of kilograms, weeks, the way of the buyer's yuan."""

import numpy as np

from farmsim.results.families import measure_families
from farmsim.results.metrics import measure, measure_by
from farmsim.results.outcome import Outcome
from farmsim.results.provinces import measure_provinces
from farmsim.results.scope import Scope, division
from farmsim.results.tables import Tally

DESTINATIONS = {
    "own_use": ("own_use",),
    "field_loss": ("culled:field",),
    "damaged": ("damaged:packhouse", "damaged:road"),
    "spoiled": ("spoiled:packhouse", "spoiled:gate", "spoiled:cold"),
    "unsold": ("unsold:gate", "unsold:cold"),
    "spoiled_on_road": ("spoiled:road",),
    "lost_in_shops": ("spoiled:shop", "unsold:shop", "shrink:shop", "refused:shop"),
    "returned": ("returned:consumer",),
    "lost_in_transit": ("lost_in_transit:parcel",),
    "processed": ("processed",),
    "feed": ("feed",),
    "in_transit": ("in_transit",),
    "on_hand": ("on_hand",),
}
"""What the screens call a destination, and the entries of the ledger that it gathers."""


def summarise(tally: Tally) -> Outcome:
    """One run in numbers."""
    books = tally.books
    totals = {name: float(kg.sum()) for name, kg in books.kg_destinations.items()}
    known = {entry for entries in DESTINATIONS.values() for entry in entries}
    strange = [name for name in totals if name not in known and not name.startswith("sold:")]
    assert not strange, f"destinations without a name on the screens: {strange}"
    return Outcome(
        metrics=measure(tally),
        channels=measure_by(tally, "channel"),
        counties=measure_by(tally, "county") if len(tally.shape.counties) > 1 else {},
        provinces=measure_provinces(tally),
        kinds=measure_by(tally, "kind"),
        destinations={
            name: sum(totals.get(entry, 0.0) for entry in entries) for name, entries in DESTINATIONS.items()
        },
        weekly=_weekly(tally),
        waterfall=_waterfalls(tally),
        operators=books.operator,
        families=measure_families(tally.homes),
        kg_in=float(books.kg_harvested.sum()),
        kg_out=sum(totals.values()),
        money_difference=books.money_difference,
    )


def _weekly(tally: Tally) -> dict[str, list[float]]:
    weeks = tally.weeks
    table = {"harvested": tally.weekly_harvest[:weeks].tolist(), "lost": tally.weekly_lost[:weeks].tolist()}
    for index, channel in enumerate(tally.shape.channels):
        table[channel] = tally.weekly_kg[:weeks, index].tolist()
    return table


def _waterfalls(tally: Tally) -> dict[str, dict[str, float]]:
    """Where the buyer's yuan of each channel went; the items add up to what buyers and public money paid."""
    scope = Scope(tally, division(tally.shape, "channel"))
    loss = scope.flow("refund")
    paid = scope.spending() + loss
    margin = scope.flow("back_margin")
    retail = np.where(tally.shape.is_stocked, scope.spending() - scope.flow("receipt") + margin, margin)
    public = scope.flow("guarantee", "subsidy", "freight_subsidy")
    spent = {
        "loss": loss,
        "platform": scope.flow("commission", "ads", "fee"),
        "retail": retail,
        "freight": scope.flow("freight"),
        "packaging": scope.flow("packaging"),
        "packing": scope.flow("packing", "packing_wage"),
        "operation": scope.flow("operation"),
        "buyer": scope.flow("clawback"),
        "growers": scope.growers(),
    }
    rest = paid + public - sum(spent.values())
    parts = {"consumer": paid, "public": public, **spent, "cooperative": rest}
    return {
        channel: {part: float(amounts[place]) for part, amounts in parts.items()}
        for place, channel in enumerate(tally.shape.channels)
    }
