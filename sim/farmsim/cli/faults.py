"""What is said when a command was called in a way that cannot work: one message a key, in either language."""

from typing import Any

from farmsim.errors import UsageError
from farmsim.report.messages import mark
from farmsim.report.messages import translate as _

MESSAGES = {
    "unknown-command": mark("There is no command {name}."),
    "unknown-option": mark("There is no option {name}."),
    "missing-argument": mark("{name} is missing."),
    "missing-value": mark("Option {name} needs a value."),
    "needless-value": mark("Option {name} takes no value."),
    "extra-argument": mark("{name} is one argument too many."),
    "not-a-number": mark("{option} needs a whole number, not {value}."),
    "not-a-real": mark("{option} needs a number, not {value}."),
    "no-number": mark("{key} is no number; break-even varies a single number of the scenario."),
    "no-range": mark("The source of {key} tells no range: give both --from and --to."),
    "empty-range": mark("--from must be less than --to; {low} is not less than {high}."),
    "not-by-channel": mark("{name} is not known by channel; --against must be a scenario."),
    "not-a-share": mark("{option} needs a share such as 2% or 0.02, not {value}."),
    "share-out-of-range": mark("{option} must lie between 0.01% and 50%; {value} does not."),
    "unknown-metric": mark("There is no metric {name}."),
    "out-of-range": mark("{option} must lie between {low} and {high}; {value} does not."),
    "unknown-choice": mark("{option} must be one of {choices}; {value} is not."),
    "no-equals-sign": mark(
        "--set needs KEY=VALUE, for example channels.taobao.sells.melon.price_per_kg=12, not {value}."
    ),
    "one-document": mark("--json and --csv - would both be printed: give one of them a file."),
    "unknown-name": mark("Nothing is called {name}."),
    "file-exists": mark("{path} exists already; give another name with --out, or --force to overwrite it."),
    "not-a-terminal": mark("Which county? For example: farmsim new {example}"),
    "one-scenario": mark("compare needs two scenarios or more: farmsim compare bachu-trader bachu-matrix"),
    "other-counties": mark("{scenario} and {baseline} have other counties: nothing to compare."),
    "nothing-spent": mark("{scenario} spends no more public money than {baseline}: give --cost."),
    "no-growers": mark("{scenario} has no growers, so no family: give a scenario with counties.ID.growers."),
    "needs-season": mark(
        "{name} describes a supply network; this command needs a season of counties, such as bachu-matrix."
    ),
    "no-warm-up-of-seasons": mark(
        "{name} is a season of counties: it starts and ends, all of it counts, and it has no warm-up."
    ),
    "no-warm-up": mark(
        "{name} asks about a run that ends: all of it counts, and it has no warm-up. If the long run is "
        "meant, give steady_state: true."
    ),
    "mixed-kinds": mark(
        "{network} describes a supply network and {season} a season of counties: compare scenarios of one "
        "kind."
    ),
    "no-daily-tables": mark(
        "{name} is for seasons of counties; of a supply network --out writes result.json, replications.csv "
        "and, with sample_days in the file, series.csv: leave {name} out."
    ),
    "no-season-part": mark("{name} is for seasons of counties, not for supply networks: leave it out."),
    "metric-needed": mark(
        "--precision needs --precision-metric for a supply network, one of {names}, or PLACE.METRIC."
    ),
    "not-with": mark("{name} does not go with {option}."),
    "only-with": mark("{name} goes only with {option}."),
    "no-parquet": mark(
        "--tables parquet needs pyarrow, which is not installed: pip install 'farmsim[parquet]', or use npz."
    ),
    "nothing-varied": mark(
        "{name} is a scenario, not a sweep file: say what to vary with --over KEY=a,b,c or KEY=lo:hi:step."
    ),
    "nothing-begun": mark("There is nothing to resume: {path} holds no sweep; leave out --resume to begin."),
    "other-sweep": mark(
        "{path} holds another sweep, of {name}: give another folder with --out, or none to have one made."
    ),
    "other-versions": mark(
        "The sweep in {path} was begun with {name} {old}, this is {new}: numbers may differ. Begin anew with "
        "--out, or go on with --mixed."
    ),
    "no-scipy": mark("This design needs scipy, which is not installed: pip install 'farmsim[sweeps]'."),
    "no-cluster": mark(
        "--cluster needs Dask, which is not installed: pip install 'farmsim[cluster]', on all machines."
    ),
    "worker-versions": mark(
        "The worker {worker} has {theirs}, and here is {ours}: numbers may differ. Install the same there."
    ),
    "cluster-address": mark(
        "--cluster needs tcp://HOST:PORT, tls://HOST:PORT, slurm or local:N, not {value}."
    ),
    "cluster-not-tls": mark("Certificates go only with --cluster tls://HOST:PORT, not with {address}."),
    "cluster-setting": mark("--cluster-option knows {choices}; {name} is none of them."),
    "cluster-value": mark("--cluster-option {name} cannot be {value}."),
    "cluster-certificates": mark(
        "{address} needs certificates: give --tls-ca and --tls-cert (and --tls-key), or name them in Dask's "
        "own configuration."
    ),
    "no-optimiser": mark("The search needs Optuna, which is not installed: pip install 'farmsim[optimise]'."),
    "objective-needed": mark("--objective is needed for a supply network, one of {names}, or PLACE.METRIC."),
    "not-a-constraint": mark("--constraint needs METRIC<=NUMBER or METRIC>=NUMBER, not {value}."),
    "not-countable": mark("--method selection needs lists or ranges with steps: give each key a step."),
    "changed-since": mark(
        "{name} is no longer what it was when the sweep in {path} was played: it cannot be replayed."
    ),
    "never-played": mark("Replication {replication} of point {point} was never played."),
    "not-a-run": mark("--run needs POINT.REPLICATION, for example 3.0, not {value}."),
    "parquet-missing": mark("Parquet needs pyarrow, which is not installed: pip install 'farmsim[parquet]'."),
    "no-option-value": mark("--cluster-option needs NAME=VALUE, for example memory=2GB, not {value}."),
    "not-ascii": mark("{value} is not a name: use letters a to z, digits and hyphens."),
}


def usage_text(error: UsageError) -> str:
    """The message of a usage error, with what may have been meant."""
    arguments = dict(error.arguments)
    meant = arguments.pop("meant", "")
    text = _(MESSAGES.get(error.key, error.key)).format(**arguments)
    return _("{text} Did you mean {meant}?").format(text=text, meant=meant) if meant else text


def from_typer(error: Any) -> UsageError:
    """Typer's own complaint as one of ours; known by the name of its class, since its module moves."""
    option = str(getattr(error, "option_name", ""))
    match type(error).__name__:
        case "NoSuchOption":
            meant = ", ".join(sorted(error.possibilities or ()))
            return UsageError("unknown-option", (("name", option), ("meant", meant)))
        case "MissingParameter":
            return UsageError("missing-argument", (("name", parameter_name(error.param)),))
        case "BadOptionUsage":
            key = "needless-value" if "not take" in error.message else "missing-value"
            return UsageError(key, (("name", option),))
        case _:
            return _other(error)


def parameter_name(parameter: Any) -> str:
    """What the help calls a parameter: its longest option, or the argument in capitals."""
    if parameter.param_type_name == "option":
        return max((str(option) for option in parameter.opts), key=len)
    return str(parameter.metavar or parameter.name.upper())


def _other(error: Any) -> UsageError:
    """Too many arguments, or a message that stays as Typer words it."""
    words = str(error.format_message())
    if "unexpected extra argument" in words:
        return UsageError("extra-argument", (("name", words.rpartition("(")[2].rstrip(").")),))
    return UsageError(words)
