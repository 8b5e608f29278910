"""What shape the ties with the best have in a grid of two numbers: a peak, a ridge, a plateau, or islands."""

from typing import Literal, NamedTuple

from farmsim.report.sweeps.heatmap import Lattice
from farmsim.report.sweeps.standing import is_number

Shape = Literal["peak", "ridge", "plateau", "apart"]
LEAST_SPAN = 3
"""A ridge runs over at least so many values of one of the parameters."""
LEAST_PLATEAU = 4
"""Cells of the smallest plateau."""

Cell = tuple[int, int]


class Ridge(NamedTuple):
    """The ties in a grid."""

    shape: Shape
    ends: tuple[int, int] | None
    """Places of the two points of a ridge that lie farthest apart."""


def ridge_of(lattice: Lattice, tied: set[int]) -> Ridge | None:
    """The shape of the ties; None where a parameter is no number, so that there are no neighbours.

    Cells are neighbours if they touch, corners included. A connected set is a ridge if it runs over at least
    three values of a parameter and has fewer than twice as many cells as that: it is long and narrow. Of the
    others two or three cells are still a peak, more a plateau.
    """
    if not all(map(is_number, [*lattice.rows, *lattice.columns])):
        return None
    rows, columns = _ranks(lattice.rows), _ranks(lattice.columns)
    cells = {
        (rows[row], columns[column]): point
        for (row, column), point in lattice.cells.items()
        if point in tied
    }  # fmt: skip
    if len(cells) < 2:
        return Ridge("peak", None)
    if not _is_connected(set(cells)):
        return Ridge("apart", None)
    span = max(max(cell[side] for cell in cells) - min(cell[side] for cell in cells) for side in (0, 1)) + 1
    if span < LEAST_SPAN and len(cells) < LEAST_PLATEAU:
        return Ridge("peak", None)
    if span < LEAST_SPAN or len(cells) >= 2 * span:
        return Ridge("plateau", None)
    one, other = max(
        ((a, b) for a in sorted(cells) for b in sorted(cells)),
        key=lambda pair: abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1]),
    )
    return Ridge("ridge", (cells[one], cells[other]))


def _ranks(values: tuple[object, ...]) -> list[int]:
    """The place of each value among all in rising order."""
    order = sorted(range(len(values)), key=lambda place: float(values[place]))  # type: ignore[arg-type]
    return [order.index(place) for place in range(len(values))]


def _is_connected(cells: set[Cell]) -> bool:
    """Whether one gets from each cell to each other by neighbours."""
    open_cells, left = [min(cells)], set(cells) - {min(cells)}
    while open_cells:
        row, column = open_cells.pop()
        near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
        left -= near
        open_cells += near
    return not left
