"""Normal quantiles by parabolas, on which the counts of large expectation rest."""

import numpy as np
from scipy import special

from farmsim.domain.expansion import quick_normals

EVEN = (np.arange(1_000_000) + 0.5) / 1_000_000
DEEP = 2.0 ** -np.linspace(1, 53, 100_001)


def test_quick_normals_are_right_to_4e_9_down_to_the_least_uniform_number():
    for u in (EVEN, DEEP, 1 - DEEP):
        np.testing.assert_allclose(quick_normals(u), special.ndtri(u), rtol=0, atol=4e-9)


def test_quick_normals_are_odd_and_grow():
    for u in (EVEN, np.sort(DEEP)):
        assert (np.diff(quick_normals(u)) >= 0).all()
    np.testing.assert_array_equal(quick_normals(1 - DEEP), -quick_normals(1 - (1 - DEEP)))


def test_quick_normals_grow_where_parabolas_meet():
    seams = ((np.arange(52 * 128) + (970 << 7)) << 45).view(np.float64)[1:]
    before, after = np.nextafter(seams, 0), np.nextafter(seams, 1)
    np.testing.assert_allclose(quick_normals(before), quick_normals(seams), rtol=0, atol=1e-14)
    np.testing.assert_allclose(quick_normals(after), quick_normals(seams), rtol=0, atol=1e-14)


def test_numbers_below_the_least_uniform_number_stay_finite():
    tiny = quick_normals(np.array([1e-300, 2.0**-53]))
    assert -9 < tiny[0] < tiny[1] < -8
