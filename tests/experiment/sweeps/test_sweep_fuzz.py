"""Mutated sweep files and quick forms: clean errors with places and remedies, never anything else."""

import random
import time

import pytest

from farmsim.errors import FileError, ScenarioError, UsageError
from farmsim.experiment.sweeps.plan import Wishes, make_plan
from farmsim.report.file_screens import problem_lines
from farmsim.scenario.sweeps.load import quick_sweep, read_sweep
from scenario.test_load import mutated

GOOD = (
    b"""farmsim_sweep: 1
scenario: bachu-trader
vary:
  channels.trader.sells.melon.price_per_kg: [0.4, 0.6]
  counties.bachu.growers.open-field.households: {from: 100, to: 300, step: 100, integer: true}
exclude:
  - {channels.trader.sells.melon.price_per_kg: 0.6, counties.bachu.growers.open-field.households: 100}
replications: {min: 5, max: 40, batch: 5, metric: lost_share, relative_half_width: 0.05}
metrics: [household_net_income, lost_share]
compare: {metric: household_net_income, goal: maximise, base: scenario}
max_runs: 1000
""",
    b"""farmsim_sweep: 1
scenario: bachu-trader
design: {method: morris, trajectories: 3}
vary:
  channels.trader.sells.melon.price_per_kg: {from: 0.4, to: 2, scale: log}
  channels.trader.payment_days: {from: 0, to: 20, integer: true}
random_seed: 7
""",
    b"""farmsim_sweep: 1
scenario: bachu-trader
cases:
  - {label: today}
  - {label: dear, channels.trader.sells.melon.price_per_kg: 2}
replications: 3
""",
)
QUICK = ("channels.trader.sells.melon.price_per_kg=0.4,0.6", "horizon_days=40:60:10", "grain=day,hour")


def check_files(folder, files, random_seed):
    """How many of so many mutated files are valid all the same; the longest that one took."""
    chance = random.Random(random_seed)
    valid, longest = 0, 0.0
    path = folder / "sweep.yaml"
    told = []
    for _ in range(files):
        path.write_bytes(mutated(chance.choice(GOOD), chance))
        began = time.perf_counter()
        try:
            make_plan(read_sweep(path), Wishes(replications=chance.choice([None, 3])))
            valid += 1
        except ScenarioError as error:
            told.append(problem_lines(error.problems))
        except (FileError, UsageError):
            pass
        longest = max(longest, time.perf_counter() - began)
    assert all(told)
    return valid, longest


def test_mutated_sweep_files_give_clean_errors(tmp_path):
    valid, _ = check_files(tmp_path, 300, random_seed=1)
    assert 0 < valid < 150


@pytest.mark.long
def test_twenty_thousand_mutated_sweep_files(tmp_path):
    valid, longest = check_files(tmp_path, 20_000, random_seed=2)
    assert valid < 10_000
    print(f"{valid} of 20 000 valid, the slowest took {longest:.2f} s")


def test_mutated_quick_forms_give_clean_errors():
    chance = random.Random(3)
    told = []
    for _ in range(300):
        over = [mutated(text.encode(), chance).decode("utf-8", "replace") for text in QUICK]
        try:
            make_plan(quick_sweep("bachu-trader", over), Wishes(replications=2))
        except ScenarioError as error:
            told.append(problem_lines(error.problems))
        except (FileError, UsageError):
            pass
    assert all(told)
