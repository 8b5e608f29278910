"""Prices that follow quantities: the wholesale session and the trader at the gate."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def session_price(level: Floats, own_kg: Floats, market_kg: Floats, elasticity: float) -> Floats:
    """Wholesale price of a session, per kg: level x (Q/Qbar)^(-1/eps).

    Qbar is the mean volume of the market without the county, Q that volume plus what the county sent.
    """
    return level * np.power(1.0 + own_kg / market_kg, -1.0 / elasticity)


def trader_price(normal: Floats, floor: Floats, glut_ratio: Floats, elasticity: float) -> Floats:
    """What the trader pays, per kg: his normal price, in a glut x ratio^(-1/eps), but not below the floor.

    `glut_ratio` is what waits over what he calls a glut; up to 1 he pays his normal price.
    """
    return np.maximum(
        normal * np.power(np.maximum(glut_ratio, 1.0), -1.0 / elasticity), np.minimum(floor, normal)
    )
