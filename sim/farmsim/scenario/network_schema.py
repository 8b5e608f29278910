"""What a file says that describes a supply network instead of a county's season."""

from typing import Annotated

from pydantic import Field

from farmsim.domain.distributions import Distribution
from farmsim.domain.produce import Keeping
from farmsim.domain.supply import SupplyNetwork
from farmsim.params import Id, Label, NonNegative, Params, Positive
from farmsim.scenario.schema import Expectation


class NetworkProduct(Params):
    """Produce in a network: each lot lasts for its own life, counted at the reference temperature."""

    label: Label | None = Field(default=None, description="Display name in both languages.")
    life_days: Distribution | None = Field(
        default=None, description="Life of a lot at the reference temperature, days; without it, it keeps."
    )
    keeping: Keeping | None = Field(
        default=None, description="How fast it ages at other temperatures; without it, equally fast at all."
    )


class NetworkScenario(Params):
    """A supply network: everything that decides a run, except the replication."""

    farmsim: Annotated[int, Field(ge=1, le=1)] = Field(default=1, description="Version of the file format.")
    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(description="What the screens call it.")
    label: Label | None = Field(default=None, description="The same in both languages.")
    note: dict[str, Annotated[str, Field(max_length=400)]] = Field(
        default={}, description="What a reader must know, by language (en, zh); printed with the results."
    )
    horizon_days: Annotated[float, Field(gt=0, le=1e7)] = Field(
        description="Length of the run, days; what happens at its very end is not played."
    )
    warm_up_days: NonNegative = Field(
        default=0.0, description="Days at the start that are played but not measured (steady state)."
    )
    steady_state: bool = Field(
        default=False,
        description="Whether it asks about the long run rather than about a season with an end.",
    )
    sample_days: Positive | None = Field(
        default=None,
        description="Distance between two looks at all places, days; without it, there are none.",
    )
    random_seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(default=1, description="Master random seed.")
    replications: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=30, description="Replications of a run."
    )
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$", description="The one currency of the file.")
    products: dict[Id, NetworkProduct] = Field(default={}, description="What moves through it.")
    network: SupplyNetwork = Field(description="Sources, stations, lanes, sites and customers.")
    expect: dict[str, Expectation] = Field(default={}, description="Conditions on metrics.")
