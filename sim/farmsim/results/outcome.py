"""What one run comes to: one number a metric, by channel and in total, and where kilograms and yuan went."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """One replication in numbers. Masses in kg, money in CNY."""

    metrics: dict[str, float]
    channels: dict[str, dict[str, float]]
    counties: dict[str, dict[str, float]]
    """Metrics by county; nothing where there is only one."""
    provinces: dict[str, dict[str, float]]
    """Figures by the buyers' province (`results.provinces`); nothing where consumers do not buy."""
    kinds: dict[str, dict[str, float]]
    """Metrics by kind of produce; products without one are left out."""
    destinations: dict[str, float]
    """Kilograms that were not sold, by destination."""
    weekly: dict[str, list[float]]
    """Kilograms by week: each channel, "harvested" and "lost"."""
    waterfall: dict[str, dict[str, float]]
    """By channel: where the consumer's yuan went."""
    operators: dict[str, dict[str, float]]
    """Own account of each contract buyer."""
    families: dict[str, float]
    """What the slogan of three mu asks of households (`results.families`)."""
    kg_in: float
    kg_out: float
    money_difference: float
    """Sum of all accounts over the money that moved."""
