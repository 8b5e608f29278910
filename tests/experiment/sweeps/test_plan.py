"""The points of a sweep: which there are, and where a sweep file is told what is wrong with one."""

import pytest

from farmsim.errors import ScenarioError, UsageError
from farmsim.experiment.sweeps.plan import BASE, Wishes, make_plan
from farmsim.experiment.sweeps.sweep import identity
from farmsim.scenario.sweeps.load import quick_sweep, read_sweep

PRICE = "channels.trader.sells.melon.price_per_kg"
HOMES = "counties.bachu.growers.open-field.households"


@pytest.fixture
def write(tmp_path):
    def write(text, name="sweep.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def planned(path, **wishes):
    return make_plan(read_sweep(path), Wishes(**wishes))


def problems_of(path, **wishes):
    with pytest.raises(ScenarioError) as caught:
        planned(path, **wishes)
    return caught.value.problems


HEAD = "farmsim_sweep: 1\nscenario: bachu-trader\n"
LHS = {"method": "latin-hypercube", "points": 8}
GRID = f"{HEAD}vary:\n  {PRICE}: [0.4, 0.6]\n  {HOMES}: {{from: 100, to: 300, step: 100, integer: true}}\n"


def test_a_grid_has_every_combination_with_the_last_key_fastest(write):
    plan = planned(write(GRID))
    assert [tuple(point.parameters.values()) for point in plan.points] == [
        (0.4, 100),
        (0.4, 200),
        (0.4, 300),
        (0.6, 100),
        (0.6, 200),
        (0.6, 300),
    ]
    assert plan.places == (0, 1, 2, 3, 4, 5)


def test_a_range_is_of_whole_numbers_where_the_scenario_has_one(write):
    plan = planned(write(f"{HEAD}vary:\n  {HOMES}: {{from: 100, to: 300, step: 100}}\n"))
    assert [point.parameters[HOMES] for point in plan.points] == [100, 200, 300]
    assert all(isinstance(point.parameters[HOMES], int) for point in plan.points)
    prices = make_plan(quick_sweep("bachu-trader", [f"{PRICE}=1:3"], LHS), Wishes())
    assert any(point.parameters[PRICE] % 1 for point in prices.points)


def test_excluded_points_are_left_out(write):
    plan = planned(
        write(
            f"{HEAD}vary:\n  {PRICE}: [0.4, 0.6]\n  {HOMES}: [100, 200]\nexclude:\n"
            f"  - {{{PRICE}: 0.6, {HOMES}: 100}}\n"
        )
    )
    assert len(plan.points) == 3


def test_a_point_that_says_what_the_scenario_says_is_the_scenario(write):
    written = planned(write(f"{HEAD}vary:\n  {HOMES}: [350, 400]\n"))
    assert written.aim.base == 0, "350 households is what bachu-trader has"
    default = planned(write(f"{HEAD}vary:\n  grain: [hour, day]\n"))
    assert default.aim.base == 1, "day is what a file means that says nothing"
    assert default.points[1].key == written.points[0].key


def test_the_base_scenario_can_be_added_for_comparison(write):
    plan = planned(write(f"{HEAD}vary:\n  {HOMES}: [100, 400]\n"), base=BASE)
    assert len(plan.points) == 3
    assert plan.aim.base == 2
    assert plan.points[2].parameters == {}
    assert plan.places == (0, 1)


def test_cases_have_labels_and_the_first_is_the_base(write):
    plan = planned(
        write(
            f"{HEAD}cases:\n  - {{label: today}}\n  - {{label: dear, {PRICE}: 2}}\n"
            "compare: {metric: lost_share, goal: minimise}\n"
        )
    )
    assert [point.label for point in plan.points] == ["today", "dear"]
    assert plan.aim == ("lost_share", "share", False, 0)


def test_morris_points_that_repeat_are_played_once(write):
    plan = planned(
        write(
            f"{HEAD}design: {{method: morris, trajectories: 20}}\nvary:\n  {PRICE}: {{from: 0.4, to: 2}}\n"
            f"  {HOMES}: {{from: 100, to: 400, integer: true}}\n"
        )
    )
    assert len(plan.places) == 60
    assert len(plan.points) < 20
    assert set(plan.places) == set(range(len(plan.points)))


def test_a_value_that_is_out_of_bounds_is_shown_in_the_sweep_file_with_the_field_of_the_scenario(write):
    path = write(f"{HEAD}vary:\n  {PRICE}: [0.4, -3]\n  {HOMES}: [100, 200]\n")
    (problem,) = problems_of(path)
    assert problem.file == str(path)
    assert (problem.line, problem.column) == (4, 51)
    assert problem.code == "E025"
    assert dict(problem.arguments)["path"] == PRICE


def test_an_unknown_key_is_shown_where_it_is_varied(write):
    path = write(f"{HEAD}vary:\n  channels.trader.sells.melon.price: [1, 2]\n")
    (problem,) = problems_of(path)
    assert problem.code in {"E014", "E022"}
    assert (problem.line, problem.file) == (4, str(path))


def test_a_fault_elsewhere_in_the_scenario_names_the_point_too(write):
    path = write(f"{HEAD}vary:\n  clock.trader_hour: [18.0, 19.0]\n")
    found = problems_of(path)
    assert any(problem.file == str(path) and problem.line == 4 for problem in found)


def test_a_base_scenario_beside_the_sweep_file_is_found_there(write, tmp_path):
    write("extends: bachu-trader\nname: Mine\n", "mine.yaml")
    plan = planned(write("farmsim_sweep: 1\nscenario: mine.yaml\nvary:\n  horizon_days: [60, 79]\n"))
    assert plan.variants.base.scenario.name == "Mine"


def test_a_missing_base_scenario_is_shown_where_it_is_named(write):
    (problem,) = problems_of(write(f"farmsim_sweep: 1\nscenario: bachu-tradr\nvary:\n  {PRICE}: [1]\n"))
    assert (problem.code, problem.line) == ("E084", 2)
    assert problem.remedies[0] == ("did-you-mean", (("guess", "bachu-trader"),))


def test_too_many_runs_are_refused_before_points_are_made(write):
    path = write(
        f"{HEAD}vary:\n  {PRICE}: {{from: 0.1, to: 1000, step: 0.000001}}\n"
        f"  {HOMES}: {{from: 1, to: 400, step: 1}}\n"
    )
    (problem,) = problems_of(path)
    assert problem.code == "E083"


def test_unknown_metrics_are_shown_where_they_are_named(write):
    path = write(f"{HEAD}vary:\n  {PRICE}: [1]\nmetrics: [lost_shar]\nchannel_metrics: [gini]\n")
    assert [(p.code, p.line) for p in problems_of(path)] == [("E091", 5), ("E091", 6)]
    with pytest.raises(UsageError):
        planned(write(f"{HEAD}vary:\n  {PRICE}: [1]\n"), metric="nonsense")


def test_replications_come_from_the_command_line_the_file_or_the_scenario(write):
    text = f"{HEAD}vary:\n  {PRICE}: [1]\n"
    assert planned(write(text)).stages.least == 30
    assert planned(write(text + "replications: 7\n")).stages == (7, 7, 1, None, None, None)
    assert planned(write(text + "replications: 7\n"), replications=3).stages.least == 3
    until = planned(write(text + "replications: {min: 5, max: 50, relative_half_width: 0.1}\n")).stages
    assert until == (5, 50, 10, "household_net_income", 0.1, None)


def test_the_identity_of_a_sweep_is_its_points_and_random_seed_not_how_often_it_is_played(write):
    text = f"{HEAD}vary:\n  {PRICE}: [1, 2]\n"
    one = identity(planned(write(text)))
    assert identity(planned(write(text + "replications: 7\n"))) == one
    assert identity(planned(write(text), random_seed=5)) != one
    assert identity(planned(write(f"{HEAD}vary:\n  {PRICE}: [1, 3]\n"))) != one


def test_the_quick_form_means_what_the_file_means(write):
    file = planned(write(GRID))
    quick = make_plan(quick_sweep("bachu-trader", [f"{PRICE}=0.4,0.6", f"{HOMES}=100:300:100"]), Wishes())
    assert [point.key for point in quick.points] == [point.key for point in file.points]
    assert identity(quick) == identity(file)


def test_a_network_is_varied_alike_and_keeps_its_own_metrics():
    key = "network.sites.pudong.replenishment.policy.level_kg"
    plan = make_plan(quick_sweep("melon-network", [f"{key}=8000,9000"]), Wishes(minimise=True))
    assert plan.kind == "network"
    assert plan.aim == ("cost_per_day", "CNY/day", False, 1)
    about = make_plan(quick_sweep("melon-network", [f"{key}=8000,9000"]), Wishes(metric="pudong.fill_rate"))
    assert about.aim.metric == "pudong.fill_rate"
    assert "pudong.fill_rate" in dict(about.kept.metrics)
