"""What the screen of a break-even says of differences that cross zero more than once, or at an end."""

import numpy as np
import pytest

from farmsim.experiment.break_even import BreakEven, Question
from farmsim.report.break_even_screen import method, shown_value, verdict
from farmsim.results.threshold import find_threshold
from farmsim.scenario.load import load_scenario


def answer_of(curve, tried, near):
    """An answer about a made-up curve."""
    question = Question("one", "desk.x", "other", "household_net_income")
    found = find_threshold(lambda x: np.array([-0.01, 0.0, 0.01]) + curve(x), tried, near=near)
    ends = (tried[0], tried[-1])
    return BreakEven(question, ends, near, False, found, 7, 3, 1.0, load_scenario("bachu-trader"), None)  # noqa: FBT003


@pytest.mark.parametrize(("near", "side"), [(0.2, "below it"), (4.5, "above it")])
def test_of_two_crossings_the_nearest_is_told_with_its_own_direction(near, side):
    answer = answer_of(lambda x: (x - 1.0) * (x - 4.0), [0.0, 2.0, 5.0], near)
    assert side in verdict(answer)
    assert "changes 2 times" in method(answer)


@pytest.mark.parametrize(("slope", "side"), [(1.0, "above it"), (-1.0, "below it")])
@pytest.mark.parametrize("tried", [[1.0, 3.0], [-1.0, 1.0]])
def test_a_break_even_at_an_end_has_a_direction_and_an_open_interval(slope, side, tried):
    answer = answer_of(lambda x: slope * (x - 1.0), tried, None)
    assert side in verdict(answer)
    assert ("below 1 .." if tried[0] == 1.0 else ".. above 1") in verdict(answer)


def test_values_are_shown_without_idle_noughts():
    assert [shown_value(x) for x in (0.6, 30.0, 0.12345, 1e7)] == ["0.6", "30", "0.1235", "10.00 M"]
