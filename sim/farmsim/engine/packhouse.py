"""The packhouse: loads queue for lines, are sorted, pre-cooled and put into store. A real SimPy queue.

Counties without one sort by hand at the gate. Produce that waits outside ages at ambient temperature.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from farmsim.domain.distributions import draw
from farmsim.domain.network import Packhouse, worked_until
from farmsim.domain.records import Packed
from farmsim.engine.world import World

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Sorted(NamedTuple):
    """Lots that left the packing lines."""

    good: Indices
    column: Indices
    kg: Floats
    age: Floats


class _Lines:
    """One county's packing lines and what they have done."""

    __slots__ = (
        "block",
        "busy_days",
        "env",
        "kg",
        "loads",
        "queue_days",
        "resource",
        "wait_days",
        "waiting_kg",
    )

    def __init__(self, env: simpy.Environment, block: Packhouse) -> None:
        self.env = env
        self.block = block
        self.resource = simpy.Resource(env, capacity=block.lines)
        self.loads = 0
        self.wait_days = 0.0
        self.queue_days = 0.0
        self.busy_days = 0.0
        self.kg = 0.0
        self.waiting_kg = 0.0


class Yard:
    """The ground before the packhouse doors of all counties, and the sorting behind them."""

    def __init__(
        self, world: World, names: list[str], groups: list[tuple[int, int]], shares: list[Floats]
    ) -> None:
        """`names` and `groups` (county, product) are by grower group, `shares` this season's grade shares."""
        self._world = world
        self._names = names
        self._groups = groups
        self._shares = shares
        scenario, goods = world.layout.scenario, world.layout.goods
        self._lines = [
            _Lines(world.env, c.packhouse) if c.packhouse else None for c in scenario.counties.values()
        ]
        self._first_good = [
            int(np.flatnonzero((goods.county == county) & (goods.product == product))[0])
            for county, product in groups
        ]
        self._damage = [p.packhouse_damage_share for p in scenario.products.values()]
        self._lives = [(p.keeping.median_days, p.keeping.shape) for p in scenario.products.values()]
        self._waiting_kg = np.zeros(len(groups))
        self._outside: dict[_Load, None] = {}
        """Loads on their way, before the door or on a line, in the order of setting out."""
        self._damaged_kg = np.zeros(len(scenario.products))
        self._spoiled_kg = np.zeros(len(scenario.products))
        """Thrown out at sorting since it was last counted, [product]."""
        self._sorted: dict[tuple[int, int], list[float]] = {}
        self.by_group = np.zeros((world.days, len(goods.ids), len(groups)))
        """Sorted kilograms by (harvest day, good, grower group): whose fruit is in a lot."""
        self.packed_kg = np.zeros(len(self._lines))
        """Kilograms sorted since the books were last kept, [county]."""

    def bring(self, day: int, kg: Floats) -> None:
        """Marketable kilograms by grower group arrive at the packhouse door, or are sorted by hand."""
        for group in np.flatnonzero(kg > 0.0).tolist():
            lines = self._lines[self._groups[group][0]]
            if lines is None:
                self._finish(group, day, float(kg[group]), 0.0)
            else:
                self._arrivals(group, day, float(kg[group]), lines)

    def intake_kg(self) -> Floats:
        """What is expected to be sorted by evening, [good]: queue and today's pick, as far as lines allow."""
        expected = np.zeros(len(self._world.layout.goods.ids))
        for group in np.flatnonzero(self._waiting_kg > 0.0).tolist():
            lines = self._lines[self._groups[group][0]]
            assert lines is not None, "only a packhouse has a queue"
            block = lines.block
            able = block.lines * block.kg_per_hour * block.shift_hours
            first, shares = self._first_good[group], self._shares[group]
            part = min(1.0, able / max(lines.waiting_kg, 1e-300))
            expected[first : first + len(shares)] += part * self._waiting_kg[group] * shares
        return expected

    def sorted_lots(self) -> Sorted | None:
        """What was sorted since the last call, each (good, column) once; None if nothing was."""
        if not self._sorted:
            return None
        self._throw_out()
        today = int(self._world.env.now)
        parts: dict[tuple[int, int], list[float]] = {}
        now = self._world.env.now
        for (group, day), (kg, age_kg, time_kg) in self._sorted.items():
            county, product = self._groups[group]
            age_kg += (kg * now - time_kg) * self._world.ambient_rate(product, county, today)  # noqa: PLW2901
            if kg <= 0.0:
                continue
            first, shares = self._first_good[group], self._shares[group]
            self.by_group[day, first : first + len(shares), group] += kg * shares
            column = self._world.column(day)
            for grade, share in enumerate(shares.tolist()):
                if share > 0.0:
                    part = parts.setdefault((first + grade, column), [0.0, 0.0])
                    part[0] += kg * share
                    part[1] += age_kg * share
        self._sorted.clear()
        if not parts:
            return None
        table = np.array(list(parts.values()))
        where = np.array(list(parts), dtype=np.intp)
        return Sorted(where[:, 0], where[:, 1], table[:, 0], table[:, 1] / table[:, 0])

    def _failed_share(self, product: int, age: float) -> float:
        """Share of the units that fail until a thermal age."""
        median, shape = self._lives[product]
        return float(1.0 - 2.0 ** -min((age / median) ** shape, 1000.0))

    def rot_outside(self) -> None:
        """At the end of the run: what has failed before the doors is thrown out."""
        now, days = self._world.env.now, self._world.days
        for load in self._outside:
            county, product = self._groups[load.group]
            waited = now - load.came if load.came is not None else 0.0
            failed = load.kg * self._failed_share(
                product, waited * self._world.ambient_rate(product, county, days - 1)
            )
            self._spoiled_kg[product] += failed
            self._waiting_kg[load.group] -= failed
        self._throw_out()

    def _throw_out(self) -> None:
        """Count what was thrown out since the last time."""
        products = np.arange(len(self._damaged_kg))
        today = min(int(self._world.env.now), self._world.days - 1)
        self._world.lose(today, "packhouse", "damaged", products, self._damaged_kg)
        self._world.lose(today, "packhouse", "spoiled", products, self._spoiled_kg)
        self._damaged_kg[:] = 0.0
        self._spoiled_kg[:] = 0.0

    def unsorted_kg(self) -> Floats:
        """Kilograms before the doors or on the lines, [product]."""
        waiting = np.zeros(len(self._world.layout.products))
        for group, (_, product) in enumerate(self._groups):
            waiting[product] += self._waiting_kg[group]
        for (group, _), (kg, *_) in self._sorted.items():
            waiting[self._groups[group][1]] += kg
        return waiting

    def close(self) -> None:
        """Write down how the lines were used."""
        for index, lines in enumerate(self._lines):
            if lines is None:
                continue
            open_days = self._world.days * lines.block.lines * lines.block.shift_hours / 24.0
            self._world.record(
                Packed(
                    index,
                    lines.loads,
                    lines.wait_days,
                    lines.queue_days,
                    lines.busy_days,
                    open_days,
                    lines.kg,
                )
            )

    def _arrivals(self, group: int, day: int, kg: float, lines: _Lines) -> None:
        """The day's loads of one group set out for the door."""
        world, block = self._world, lines.block
        generator = world.streams.generator("packhouse", self._names[group], day)
        if block.arrivals == "poisson":
            count = max(1, int(generator.poisson(kg / block.load_kg)))
            when = np.sort(generator.random(count))
        else:
            count = max(1, round(kg / block.load_kg))
            when = (np.arange(count) + generator.random(count)) / count * (world.clock.picking_hours / 24.0)
        size = kg / count
        hours = block.load_kg / block.kg_per_hour * draw(block.service, generator, count)
        if block.arrivals == "even":
            hours *= size / block.load_kg
        self._waiting_kg[group] += kg
        lines.waiting_kg += kg
        for wait, work in zip(when.tolist(), hours.tolist(), strict=True):
            load = _Load(lines, (group, day), (size, work), self._sort)
            self._outside[load] = None
            world.env.timeout(wait).callbacks.append(load.come)

    def _sort(self, load: "_Load", lines: _Lines, stayed: float) -> None:
        """A load leaves the lines."""
        del self._outside[load]
        if self._world.env.now <= self._world.days:
            lines.loads += 1
            lines.kg += load.kg
            lines.wait_days += stayed
            lines.queue_days += stayed - load.hours / 24.0
            lines.busy_days += load.hours / 24.0
        lines.waiting_kg -= load.kg
        self._waiting_kg[load.group] -= load.kg
        self._finish(load.group, load.day, load.kg, stayed)

    def _finish(self, group: int, day: int, kg: float, waited_days: float) -> None:
        """A load is sorted: what failed in the open and what is bruised is thrown out."""
        county, product = self._groups[group]
        today = min(int(self._world.env.now), self._world.days - 1)
        age = waited_days * self._world.ambient_rate(product, county, today)
        failed = kg * self._failed_share(product, age)
        damaged = (kg - failed) * self._damage[product]
        self._spoiled_kg[product] += failed
        self._damaged_kg[product] += damaged
        kg -= failed + damaged
        self.packed_kg[county] += kg
        part = self._sorted.setdefault((group, day), [0.0, 0.0, 0.0])
        part[0] += kg
        part[1] += kg * age
        part[2] += kg * self._world.env.now


class _Load:
    """One load: comes, waits for a line, is sorted while the shift works, leaves.

    It is told by its events rather than by a process, which would take twice as many.
    """

    __slots__ = ("_lines", "_sorted", "_turn", "came", "day", "group", "hours", "kg")

    def __init__(
        self, lines: _Lines, whose: tuple[int, int], size: tuple[float, float], is_sorted: "_Sorting"
    ) -> None:
        """`whose` is (grower group, harvest day), `size` (kg, hours of work)."""
        self._lines, self._sorted = lines, is_sorted
        self.group, self.day = whose
        self.kg, self.hours = size
        self.came: float | None = None

    def come(self, _: simpy.Event) -> None:
        """It is at the door and queues."""
        self.came = self._lines.env.now
        self._turn = self._lines.resource.request()
        self._turn.callbacks.append(self._begin)

    def _begin(self, _: simpy.Event) -> None:
        """A line is free."""
        env, block = self._lines.env, self._lines.block
        done = worked_until(env.now, self.hours, block.opens_hour, block.shift_hours)
        env.timeout(done - env.now).callbacks.append(self._leave)

    def _leave(self, _: simpy.Event) -> None:
        """The work is done; the line is free for the next one."""
        assert self.came is not None, "a load comes before it leaves"
        self._lines.resource.release(self._turn)
        self._sorted(self, self._lines, self._lines.env.now - self.came)


_Sorting = Callable[[_Load, _Lines, float], None]
