"""Sweeps that were begun: where they are, and how one is taken up with nothing but its folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from farmsim.errors import FileError
from farmsim.experiment.sweeps.plan import Wishes
from farmsim.experiment.sweeps.stages import Stages
from farmsim.experiment.sweeps.sweep import RUNS
from farmsim.results.store.faults import NO_STORE
from farmsim.results.store.reader import open_reader
from farmsim.results.store.schema import NAME
from farmsim.scenario.sweeps.load import QUICK, SweepSource, quick_sweep, sweep_of_text


def sweep_folders(place: Path) -> Iterator[Path]:
    """The folders of sweeps in a folder, itself included, the oldest first."""
    found = [path.parent for path in place.glob(f"*/{NAME}")] if place.is_dir() else []
    if (place / NAME).is_file():
        found.append(place)
    yield from sorted(found, key=lambda folder: ((folder / NAME).stat().st_mtime, folder.name))


def newest_sweep(place: Path = Path(RUNS)) -> Path:
    """The folder of the sweep that was written last; FileError if there is none."""
    folders = list(sweep_folders(place))
    if not folders:
        raise FileError(str(place), NO_STORE)
    return folders[-1]


def taken_up(folder: Path, wishes: Wishes) -> tuple[SweepSource, Wishes]:
    """The sweep that was begun in a folder, as it was asked for then unless other wishes are given now."""
    if not (folder / NAME).is_file():
        raise FileError(str(folder), NO_STORE)
    with open_reader(folder) as reader:
        about = reader.about
        told = cast("dict[str, Any]", reader.recall("wishes") or {})
        stages = cast("dict[str, Any] | None", reader.recall("stages"))
    before = Wishes(
        overrides=tuple(told.get("overrides", ())),
        random_seed=told.get("random_seed"),
        metric=told.get("metric"),
        minimise=bool(told.get("minimise")),
        base=told.get("base"),
        stages=None if stages is None else Stages(**stages),
    )
    shown = str(about.sweep["file"])
    text = about.sources[shown]
    if shown == QUICK:
        given = cast("dict[str, Any]", about.sweep["given"])
        source = quick_sweep(str(about.sweep["scenario"]), text.split("\n"), given.get("design"))
    else:
        source = sweep_of_text(text, shown, Path(shown).parent)
    return source, _merged(wishes, before)


def _merged(now: Wishes, before: Wishes) -> Wishes:
    """The wishes of now, and those of then where now says nothing."""
    return replace(
        now,
        overrides=now.overrides or before.overrides,
        random_seed=before.random_seed if now.random_seed is None else now.random_seed,
        metric=now.metric or before.metric,
        minimise=now.minimise or before.minimise,
        base=now.base or before.base,
        stages=before.stages,
    )
