"""`farmsim compare`: play several scenarios on the same seasons and print by how much they differ."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farmsim.cli.precision import PairedPrecisionShare, PrecisionMetric, asked_precision
from farmsim.cli.run import (
    MOST_REPLICATIONS,
    MOST_SEED,
    MOST_WORKERS,
    Csv,
    Json,
    Quiet,
    RandomSeed,
    Replications,
    Times,
    Wanted,
    Workers,
    checked_overrides,
    prepare,
    scenario_names,
)
from farmsim.cli.shared import Screen, optional_number, presented, write_file
from farmsim.errors import UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.compare import Comparison
    from farmsim.experiment.precision import Precision
    from farmsim.scenario.kinds import Either
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.network_schema import NetworkScenario
    from farmsim.scenario.schema import Scenario

ScenarioArguments = Annotated[
    list[str],
    typer.Argument(
        metavar="A B [C ...]",
        autocompletion=scenario_names,
        help=mark("Files or names of bundled scenarios; the first one is the baseline."),
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help=mark("Change one value in every scenario; may be repeated.")
    ),
]
Out = Annotated[
    str | None,
    typer.Option("--out", metavar="DIR", help=mark("Folder for result.json and replications.csv.")),
]
Full = Annotated[bool, typer.Option("--full", help=mark("All metrics, by the names that JSON uses."))]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain", help=mark("Split the differences of growers' income: price, volume, loss, fees, ...")
    ),
]


@presented
def compare(  # noqa: PLR0913 (the options of a command)
    screen: Screen,
    *,
    scenarios: ScenarioArguments,
    replications: Replications = None,
    precision: PairedPrecisionShare = None,
    precision_metric: PrecisionMetric = None,
    random_seed: RandomSeed = None,
    overrides: Overrides = None,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = 0,
    full: Full = False,
    explain: Explain = False,
) -> int:
    """Play scenarios on the same seasons and compare them with the first."""
    if len(scenarios) < 2:
        raise UsageError("one-scenario")
    changes = checked_overrides(overrides)
    if as_json and csv == "-":
        raise UsageError("one-document")
    asked_for = asked_precision(precision, precision_metric, replications, MOST_REPLICATIONS)
    times = Times(
        optional_number("--replications", replications, 1, MOST_REPLICATIONS),
        optional_number("--random-seed", random_seed, 0, MOST_SEED),
        optional_number("--workers", workers, 1, MOST_WORKERS),
        asked_for,
    )
    loaded = load_all(scenarios, changes)
    networks = networks_of(loaded)
    if networks:
        from farmsim.cli.networks import compare_network_files

        wanted = Wanted(" ".join(scenarios), changes, out, csv, as_json=as_json, quiet=quiet, full=full)
        return compare_network_files(screen, networks, scenarios, wanted, times, explain=explain)
    prepare(out, csv)
    comparison = _play(screen, seasons_of(loaded), times)
    saved = _save(comparison, out, csv, changes)

    from farmsim.report.compare_screen import Asked, compare_screen, quiet_line

    if as_json:
        from farmsim.report.compare_form import compare_json

        screen.write(compare_json(comparison, changes))
    elif csv == "-":
        from farmsim.report.compare_form import printed_compare_csv

        screen.write(printed_compare_csv(comparison))
    elif quiet == 1:
        screen.write(quiet_line(comparison))
    elif quiet == 0:
        asked = Asked(tuple(scenarios), changes, saved, full=full, explain=explain)
        screen.show(compare_screen(comparison, screen.look, asked))
    return 0


def play_all(  # noqa: PLR0913 (what the command was given)
    screen: Screen,
    sources: list[str],
    overrides: tuple[str, ...],
    *,
    replications: int | None,
    random_seed: int | None,
    workers: int | None,
    precision: "Precision | None" = None,
) -> "Comparison":
    """Load and play all scenarios, which must be seasons, so often or to a precision."""
    loaded = seasons_of(load_all(sources, overrides))
    return _play(screen, loaded, Times(replications, random_seed, workers, precision))


def _play(screen: Screen, loaded: "dict[str, Loaded[Scenario]]", times: Times) -> "Comparison":
    """Play what was loaded, with warnings and a progress bar on stderr."""
    import sys

    from farmsim.experiment.compare import compare_scenarios
    from farmsim.report.console import progress_bar

    screen.warn_of(*loaded.values())
    with progress_bar(sys.stderr, screen.look, _("replications")) as progress:
        return compare_scenarios(
            loaded,
            replications=times.replications,
            random_seed=times.random_seed,
            workers=times.workers,
            progress=progress,
            precision=times.precision,
        )


def load_all(sources: list[str], overrides: tuple[str, ...]) -> "dict[str, Either]":
    """What all files say, of whichever kind, by distinct names."""
    from farmsim.scenario.kinds import load_either

    pairs = zip(distinct_names(sources), sources, strict=True)
    return {name: load_either(source, overrides) for name, source in pairs}


def networks_of(loaded: "dict[str, Either]") -> "dict[str, Loaded[NetworkScenario]]":
    """All of them if they are supply networks, none if they are seasons; a mixture is refused."""
    from farmsim.scenario.kinds import network_of

    found = {name: network for name, one in loaded.items() if (network := network_of(one)) is not None}
    others = [name for name in loaded if name not in found]
    if found and others:
        raise UsageError("mixed-kinds", (("network", next(iter(found))), ("season", others[0])))
    return found


def seasons_of(loaded: "dict[str, Either]") -> "dict[str, Loaded[Scenario]]":
    """All of them, which must be seasons of counties."""
    from farmsim.scenario.kinds import season_of

    return {name: season_of(one, name) for name, one in loaded.items()}


def distinct_names(sources: list[str]) -> list[str]:
    """What the scenarios are called: file names without folder and ending, numbered where they repeat.

    >>> distinct_names(["bachu-trader", "mine/bachu-trader.yaml", "other.yaml"])
    ['bachu-trader', 'bachu-trader-2', 'other']
    """
    names: list[str] = []
    for source in sources:
        path = Path(source)
        plain = path.stem if path.suffix in (".yaml", ".yml") else path.name or source
        name, number = plain, 1
        while name in names:
            number += 1
            name = f"{plain}-{number}"
        names.append(name)
    return names


def _save(
    comparison: "Comparison", out: str | None, csv: str | None, settings: tuple[str, ...]
) -> tuple[str, ...]:
    """Write what was asked for; the paths written."""
    from farmsim.report.compare_form import compare_csv, compare_json

    files: dict[Path, str] = {}
    if out is not None:
        files[Path(out) / "result.json"] = compare_json(comparison, settings) + "\n"
        files[Path(out) / "replications.csv"] = compare_csv(comparison)
    if csv is not None and csv != "-":
        files[Path(csv)] = compare_csv(comparison)
    for path, text in files.items():
        write_file(path, text)
    return tuple(map(str, files))
