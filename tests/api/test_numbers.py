"""The interface gives the numbers of the command line, for both kinds of scenarios."""

import json
import math

import pytest

import farmsim as fs
from farmsim.cli import main

FEW = ["--replications", "3", "--workers", "1"]


def document(capsys, *arguments):
    assert main([*arguments, "--json"]) in (0, 1)
    return json.loads(capsys.readouterr().out)


def same(figure, form):
    ends = [figure.mean, *figure.ci95]
    ends += [figure.sd]
    told = [form["mean"], *form["ci95"], form["sd"]]
    assert [None if math.isnan(one) else one for one in ends] == told
    assert figure.n == form["n"]
    assert form.get("unit", figure.unit) == figure.unit


def same_all(named, forms):
    assert set(named) == set(forms)
    for name, form in forms.items():
        same(named[name], form)


@pytest.mark.parametrize("name", ["bachu-trader", "bachu-order-programme", "bachu-matrix"])
def test_a_season_has_the_figures_of_the_command(name, capsys):
    told = document(capsys, "run", name, *FEW)
    result = fs.run(name, replications=3, workers=1)
    same_all(result.metrics, told["metrics"])
    same_all(result.destinations, told["destinations"])
    for group in ("channels", "counties", "provinces", "kinds", "operators"):
        named = getattr(result, group)
        assert set(named) == set(told[group])
        for part, forms in told[group].items():
            same_all(named[part], forms)
    assert result.warnings == tuple(warning["message"] for warning in told["warnings"])
    assert json.loads(result.to_json()) == told
    assert result.origins["harvested"].mean == pytest.approx(told["balance"]["kg"]["in"])


def test_a_network_has_the_figures_of_the_command(capsys):
    told = document(capsys, "run", "melon-network", *FEW)
    result = fs.run("melon-network", replications=3, workers=1)
    same_all(result.metrics, told["metrics"])
    same_all(result.destinations, told["balance"]["kg"]["destinations"])
    same_all(result.origins, told["balance"]["kg"]["origins"])
    for group in ("sources", "stations", "lanes", "sites", "customers"):
        named = getattr(result, group)
        for part, forms in told[group].items():
            same_all(named[part], forms)
    states = result.to_pandas("states")
    assert states["mean"].tolist() == [form["mean"] for form in told["states"]["packing"]]
    assert states["loads"].tolist() == list(range(len(states)))
    assert json.loads(result.to_json()) == told


def test_settings_and_random_seed_are_those_of_the_command(capsys):
    key = "channels.trader.sells.melon.price_per_kg"
    told = document(capsys, "run", "bachu-trader", *FEW, "--random-seed", "7", "--set", f"{key}=1.5")
    scenario = fs.load("bachu-trader", set={key: 1.5})
    result = fs.run(scenario, replications=3, random_seed=7, workers=1)
    assert json.loads(result.to_json()) == told
    same_all(result.metrics, told["metrics"])
    other = fs.run(fs.load("bachu-trader"), replications=3, random_seed=7, workers=1)
    assert other.metrics["sales_revenue"].mean < result.metrics["sales_revenue"].mean


@pytest.mark.parametrize(
    ("baseline", "other"), [("bachu-trader", "bachu-matrix"), ("melon-network", "melon-network-reefer")]
)
def test_a_comparison_has_the_differences_of_the_command(baseline, other, capsys):
    told = document(capsys, "compare", baseline, other, *FEW)
    found = fs.compare(baseline, other, replications=3, workers=1)
    assert json.loads(found.to_json()) == told
    assert found.baseline == told["baseline"]
    forms = told["differences"][other]
    same_all(found.differences[other], forms)
    for metric, form in forms.items():
        one = found.differences[other][metric]
        decided = (one.wins, one.losses, one.verdict, one.more_replications)
        assert decided == tuple(form[key] for key in ("wins", "losses", "verdict", "more_replications"))
    for part, form in told.get("parts", {}).get(other, {}).items():
        same(found.parts[other][part], form)
    for name, run in found.runs.items():
        metrics = told["scenarios"][name]["metrics"]
        for metric, figure in run.metrics.items():
            same(figure, metrics[metric])


def test_a_precision_stops_where_the_command_stops(capsys):
    options = ["--precision", "20%", "--replications", "40", "--workers", "1"]
    told = document(capsys, "run", "bachu-trader", *options)
    result = fs.run("bachu-trader", precision=0.2, replications=40, workers=1)
    assert result.replications == told["replications"]
    assert result.stop.reason == told["precision"]["reason"]
    same_all(result.metrics, told["metrics"])
    told = document(capsys, "run", "melon-network", *options, "--precision-metric", "profit")
    result = fs.run("melon-network", precision=0.2, precision_metric="profit", replications=40, workers=1)
    assert result.replications == told["replications"]


def test_a_comparison_to_a_precision_stops_for_a_reason():
    found = fs.compare("bachu-trader", "bachu-order-programme", precision=0.5, replications=12, workers=1)
    assert found.stop.reason in ("reached", "most")
    assert found.replications == found.stop.stages[-1]


def test_scenarios_of_one_name_are_numbered_and_the_same_scenario_differs_by_nothing():
    found = fs.compare("bachu-trader", fs.load("bachu-trader"), replications=2, workers=1)
    assert found.names == ("bachu-trader", "bachu-trader-2")
    assert {one.verdict for one in found.differences["bachu-trader-2"].values()} <= {"equal", "unknown"}
