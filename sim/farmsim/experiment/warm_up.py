"""How long a supply network takes to forget that it started empty."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from farmsim.experiment.gather import Progress
from farmsim.experiment.network import NetworkResult, run_network
from farmsim.results.warm_up import WarmUp, advise

if TYPE_CHECKING:
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.network_schema import NetworkScenario

LOOKS = 2000
"""Looks at the network over the horizon, where the file asks for none."""
WATCHED = ("loads", "stock_kg", "backorders_kg", "in_transit_kg")
"""What is looked at: contents, which a start from empty disturbs most."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The rule's answer for every place, and for the network."""

    result: NetworkResult
    step_days: float
    """Distance between two looks."""
    series: dict[str, WarmUp]
    """By "PLACE.what"."""

    @property
    def days(self) -> float | None:
        """The longest warm-up that any place needs, in whole days; None where a run was too short to tell."""
        looks = [advice.looks for advice in self.series.values()]
        known = [look for look in looks if look is not None]
        return None if len(known) < len(looks) else float(math.ceil(max(known, default=0) * self.step_days))


def advise_warm_up(
    loaded: "Loaded[NetworkScenario]",
    *,
    replications: int | None = None,
    random_seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Advice:
    """Play the network from its start, without a warm-up, and put the rule to what was seen."""
    scenario = loaded.scenario
    step = scenario.sample_days or scenario.horizon_days / LOOKS
    looked = replace(loaded, scenario=scenario.model_copy(update={"warm_up_days": 0.0, "sample_days": step}))
    result = run_network(
        looked, replications=replications, random_seed=random_seed, workers=workers, progress=progress
    )
    names = [name for name in result.outcomes[0].series if name.rpartition(".")[2] in WATCHED]
    series = {name: result.series(name) for name in names}
    moving = {name: values for name, values in series.items() if values.any()}
    return Advice(result, step, {name: advise(values) for name, values in moving.items()})
