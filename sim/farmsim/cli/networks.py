"""Supply networks at the commands that play them: `run` and `compare`."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs, so that the help is quick)

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from farmsim.cli.run import Times, Wanted, prepare
from farmsim.cli.shared import Screen, write_file
from farmsim.errors import UsageError
from farmsim.report.messages import translate as _

if TYPE_CHECKING:
    from farmsim.experiment.network import NetworkResult
    from farmsim.scenario.load import Loaded
    from farmsim.scenario.network_schema import NetworkScenario


def run_network_file(
    screen: Screen,
    loaded: "Loaded[NetworkScenario]",
    wanted: Wanted,
    times: Times,
    *,
    chosen_metric: str | None,
) -> int:
    """Play a network and tell what came of it; the exit code is 1 if one of its expectations failed."""
    from farmsim.experiment.network import run_network
    from farmsim.report.console import progress_bar
    from farmsim.report.network_screen import checks

    if times.precision is not None:
        check_metric(loaded.scenario, chosen_metric)
    prepare(wanted.out, wanted.csv)
    screen.warn_of(loaded)
    with progress_bar(sys.stderr, screen.look, _("replications")) as progress:
        result = run_network(
            loaded,
            replications=times.replications,
            random_seed=times.random_seed,
            workers=times.workers,
            progress=progress,
            precision=times.precision,
        )
    _show(screen, result, wanted, _save(result, wanted))
    return 0 if all(check.holds for check in checks(result)) else 1


def compare_network_files(
    screen: Screen,
    networks: "dict[str, Loaded[NetworkScenario]]",
    sources: list[str],
    wanted: Wanted,
    times: Times,
    *,
    explain: bool,
) -> int:
    """Play networks on the same replications and tell by how much they differ from the first."""
    from farmsim.experiment.network_comparison import compare_networks
    from farmsim.report import network_compare as report
    from farmsim.report.compare_screen import Asked
    from farmsim.report.console import progress_bar

    for option, is_given in (("--explain", explain), ("--precision", times.precision is not None)):
        if is_given:
            raise UsageError("no-season-part", (("name", option),))
    prepare(wanted.out, wanted.csv)
    screen.warn_of(*networks.values())
    with progress_bar(sys.stderr, screen.look, _("replications")) as progress:
        comparison = compare_networks(
            networks,
            replications=times.replications,
            random_seed=times.random_seed,
            workers=times.workers,
            progress=progress,
        )
    document = report.network_compare_json(comparison, wanted.changes)
    table = report.network_compare_csv(comparison)
    saved = _write(wanted, document, {"replications.csv": table}, table)
    if wanted.as_json:
        screen.write(document)
    elif wanted.csv == "-":
        screen.write(table.removeprefix("\ufeff").replace("\r\n", "\n"))
    elif wanted.quiet == 1:
        screen.write(report.quiet_line(comparison))
    elif wanted.quiet == 0:
        asked = Asked(tuple(sources), wanted.changes, saved, full=wanted.full)
        screen.show(report.network_compare_screen(comparison, screen.look, asked))
    return 0


def check_metric(scenario: "NetworkScenario", name: str | None) -> None:
    """Refuse a metric that this network does not have: neither one of the whole nor one of a place."""
    from farmsim.results.network import TOTAL_METRICS
    from farmsim.results.network_catalogue import metric_names
    from farmsim.scenario.hints import did_you_mean

    if name is None:
        raise UsageError("metric-needed", (("names", ", ".join(TOTAL_METRICS)),))
    known = metric_names(scenario.network)
    if name not in known:
        meant = ", ".join(did_you_mean(name, known, 2))
        raise UsageError("unknown-metric", (("name", name), ("meant", meant)))


def _show(screen: Screen, result: "NetworkResult", wanted: Wanted, saved: tuple[str, ...]) -> None:
    """Print a result as it was wanted."""
    if wanted.as_json:
        from farmsim.report.network_form import network_json

        screen.write(network_json(result, wanted.changes))
    elif wanted.csv == "-":
        from farmsim.report.network_form import printed_network_csv

        screen.write(printed_network_csv(result))
    elif wanted.quiet == 1:
        from farmsim.report.network_screen import quiet_line

        screen.write(quiet_line(result))
    elif wanted.quiet == 0:
        from farmsim.report.network_screen import network_screen
        from farmsim.report.run_screen import Invocation

        invocation = Invocation(wanted.source, wanted.changes, saved, wanted.full)
        screen.show(network_screen(result, screen.look, invocation))


def _save(result: "NetworkResult", wanted: Wanted) -> tuple[str, ...]:
    """Write what was asked for; the paths written."""
    if wanted.out is None and wanted.csv in (None, "-"):
        return ()
    from farmsim.report.network_form import network_csv, network_json, series_csv

    table = network_csv(result)
    tables = {"replications.csv": table}
    if result.outcomes[0].series:
        tables["series.csv"] = series_csv(result)
    return _write(wanted, network_json(result, wanted.changes), tables, table)


def _write(wanted: Wanted, document: str, tables: dict[str, str], table: str) -> tuple[str, ...]:
    """A document and tables into the folder, and the table of `--csv`; the paths written."""
    files: dict[Path, str] = {}
    if wanted.out is not None:
        files[Path(wanted.out) / "result.json"] = document + "\n"
        files |= {Path(wanted.out) / name: text for name, text in tables.items()}
    if wanted.csv is not None and wanted.csv != "-":
        files[Path(wanted.csv)] = table
    for path, text in files.items():
        write_file(path, text)
    return tuple(map(str, files))
