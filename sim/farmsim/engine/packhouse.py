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
from farmsim.domain.sums import sum_by
from farmsim.engine.world import World
from farmsim.streams import Turns, uniforms_at

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Sorted(NamedTuple):
    """Lots that left the packing lines."""

    good: Indices
    column: Indices
    kg: Floats
    age: Floats


class _Batch(NamedTuple):
    """Fruit that has been sorted but not put away, by part: whose, of which harvest, and how old it was."""

    group: Indices
    day: Indices
    kg: Floats
    age: Floats
    """Thermal age when it was sorted."""
    sorted_at: Floats


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


class Yard:
    """The ground before the packhouse doors of all counties, and the sorting behind them."""

    def __init__(self, world: World, shares: Floats) -> None:
        """`shares` are this season's grade shares, [group, grade], 0 beyond the product's last grade."""
        self._world = world
        self._shares = shares
        scenario, layout = world.layout.scenario, world.layout
        groups = layout.groups
        self._lines = [
            _Lines(world.env, c.packhouse) if c.packhouse else None for c in scenario.counties.values()
        ]
        has_lines = np.array([lines is not None for lines in self._lines], dtype=np.bool_)
        self._by_hand = ~has_lines[groups.county]
        """Groups whose fruit is sorted at the gate."""
        houses = [lines.block if lines else None for lines in self._lines]
        self._able_kg = np.array([h.lines * h.kg_per_hour * h.shift_hours if h else 0.0 for h in houses])
        """What the lines of a county can sort in a day, [county]."""
        self._load_kg = np.array([h.load_kg if h else 1.0 for h in houses])[groups.county]
        self._load_hours = np.array([h.load_kg / h.kg_per_hour if h else 0.0 for h in houses])[groups.county]
        self._plain = np.array([h is not None and _plain(h) for h in houses])[groups.county]
        """Groups whose loads come evenly and take equally long, so that only the jitter is drawn."""
        self._county, self._product = groups.county.tolist(), groups.product.tolist()
        self._first_good = groups.goods[:, 0].tolist()
        self._damage = [p.packhouse_damage_share for p in scenario.products.values()]
        self._damage_of = np.array(self._damage)[groups.product]
        self._lives = [(p.keeping.median_days, p.keeping.shape) for p in scenario.products.values()]
        self._waiting_kg = np.zeros(len(groups.ids))
        self._queue_kg = np.zeros(len(self._lines))
        """Before the doors or on the lines, by group and by county."""
        self._outside: dict[_Load, None] = {}
        """Loads on their way, before the door or on a line, in the order of setting out."""
        self._keys = world.streams.keys("packhouse", groups.ids)
        self._turns = Turns(self._keys)
        self._damaged_kg = np.zeros(len(scenario.products))
        self._spoiled_kg = np.zeros(len(scenario.products))
        """Thrown out at sorting since it was last counted, [product]."""
        self._loads: list[tuple[int, int, float, float, float]] = []
        self._hand_sorted: list[_Batch] = []
        """Sorted since it was last put away: group, harvest day, kg, age when sorted, time of sorting."""
        self.by_group = np.zeros((world.days, *groups.of_good.shape))
        """Sorted kilograms by (harvest day, good, place of the group): whose fruit is in a lot."""
        self.packed_kg = np.zeros(len(self._lines))
        """Kilograms sorted since the books were last kept, [county]."""

    def bring(self, day: int, kg: Floats) -> None:
        """Marketable kilograms by grower group arrive at the packhouse door, or are sorted by hand."""
        self._sort_by_hand(day, np.flatnonzero((kg > 0.0) & self._by_hand), kg)
        coming = np.flatnonzero((kg > 0.0) & ~self._by_hand)
        if not len(coming):
            return
        self._waiting_kg[coming] += kg[coming]
        self._queue_kg += sum_by(
            self._world.layout.groups.county[coming], kg[coming], minlength=len(self._queue_kg)
        )
        self._set_out(day, coming[self._plain[coming]], kg)
        for group in coming[~self._plain[coming]].tolist():
            self._draw_loads(day, group, float(kg[group]))

    def intake_kg(self) -> Floats:
        """What is expected to be sorted by evening, [good]: queue and today's pick, as far as lines allow."""
        groups = self._world.layout.groups
        part = np.minimum(1.0, self._able_kg / np.maximum(self._queue_kg, 1e-300))[groups.county]
        expected = (part * self._waiting_kg)[:, None] * self._shares
        there = groups.goods >= 0
        return sum_by(groups.goods[there], expected[there], minlength=len(self._world.layout.goods.ids))

    def sorted_lots(self) -> Sorted | None:
        """What was sorted since the last call, each (good, column) once; None if nothing was."""
        if not self._loads and not self._hand_sorted:
            return None
        self._throw_out()
        batch = self._collected()
        world, groups = self._world, self._world.layout.groups
        now = world.env.now
        rates = world.air_rates(int(now))[groups.goods[batch.group, 0]]
        age = batch.age + rates * (now - batch.sorted_at)
        good = groups.goods[batch.group]
        kg = batch.kg[:, None] * self._shares[batch.group]
        part, grade = (kg > 0.0).nonzero()
        good, kg = good[part, grade], kg[part, grade]
        np.add.at(self.by_group, (batch.day[part], good, groups.place[batch.group[part]]), kg)
        columns = world.layout.columns
        lot, which = np.unique(good * columns + batch.day[part] % columns, return_inverse=True)
        if not len(lot):
            return None
        mass = sum_by(which, kg)
        return Sorted(lot // columns, lot % columns, mass, sum_by(which, kg * age[part]) / mass)

    def _collected(self) -> "_Batch":
        """What was sorted since it was last put away, as one batch."""
        batches, self._hand_sorted = self._hand_sorted, []
        if self._loads:
            group, day, kg, age, sorted_at = zip(*self._loads, strict=True)
            self._loads = []
            batches.append(
                _Batch(np.array(group), np.array(day), np.array(kg), np.array(age), np.array(sorted_at))
            )
        return _Batch._make(np.concatenate(column) for column in zip(*batches, strict=True))

    def _failed_share(self, product: int, age: float) -> float:
        """Share of the units that fail until a thermal age."""
        median, shape = self._lives[product]
        return float(1.0 - 2.0 ** -min((age / median) ** shape, 1000.0))

    def rot_outside(self) -> None:
        """At the end of the run: what has failed before the doors is thrown out."""
        now, days = self._world.env.now, self._world.days
        for load in self._outside:
            product = self._product[load.group]
            waited = now - load.came if load.came is not None else 0.0
            failed = load.kg * self._failed_share(
                product, waited * float(self._world.air_rates(days - 1)[self._first_good[load.group]])
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
        groups = self._world.layout.groups
        waiting = self._waiting_kg.copy()
        for group, _, kg, *_ in self._loads:
            waiting[group] += kg
        for batch in self._hand_sorted:
            waiting[batch.group] += batch.kg
        return sum_by(groups.product, waiting, minlength=len(self._world.layout.products))

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

    def _set_out(self, day: int, group: Indices, kg: Floats) -> None:
        """The day's loads of plain groups set out for the door, spread over the picking hours with jitter."""
        if not len(group):
            return
        brought = kg[group]
        count = np.maximum(np.rint(brought / self._load_kg[group]), 1.0).astype(np.intp)
        owner = np.repeat(np.arange(len(group)), count)
        turn = np.arange(len(owner)) - np.repeat(np.add.accumulate(count) - count, count)
        jitter = uniforms_at(self._keys[group[owner]], turn.astype(np.uint64) + np.uint64(day << 24))
        wait = (turn + jitter) / count[owner] * (self._world.clock.picking_hours / 24.0)
        size = brought / count
        work = self._load_hours[group] * size / self._load_kg[group]
        loads = zip(
            group[owner].tolist(), wait.tolist(), size[owner].tolist(), work[owner].tolist(), strict=True
        )
        for whose, *how in loads:
            self._send(whose, day, *how)

    def _draw_loads(self, day: int, group: int, kg: float) -> None:
        """The same for a group whose loads come or are sorted at random."""
        lines = self._lines[self._county[group]]
        assert lines is not None, "a county without lines sorts by hand"
        block, generator = lines.block, self._turns.at(group, day)
        if block.arrivals == "poisson":
            count = max(1, int(generator.poisson(kg / block.load_kg)))
            when = np.sort(generator.random(count))
        else:
            count = max(1, round(kg / block.load_kg))
            hours_open = self._world.clock.picking_hours / 24.0
            when = (np.arange(count) + generator.random(count)) / count * hours_open
        size = kg / count
        hours = block.load_kg / block.kg_per_hour * draw(block.service, generator, count)
        if block.arrivals == "even":
            hours *= size / block.load_kg
        for wait, work in zip(when.tolist(), hours.tolist(), strict=True):
            self._send(group, day, wait, size, work)

    def _send(self, group: int, day: int, wait: float, kg: float, hours: float) -> None:
        """A load sets out: it comes to the door after `wait` days."""
        lines = self._lines[self._county[group]]
        assert lines is not None, "only a packhouse has a door"
        load = _Load(lines, (group, day), (kg, hours), self._sort)
        self._outside[load] = None
        self._world.env.timeout(wait).callbacks.append(load.come)

    def _sort(self, load: "_Load", lines: _Lines, stayed: float) -> None:
        """A load leaves the lines."""
        del self._outside[load]
        if self._world.env.now <= self._world.days:
            lines.loads += 1
            lines.kg += load.kg
            lines.wait_days += stayed
            lines.queue_days += stayed - load.hours / 24.0
            lines.busy_days += load.hours / 24.0
        self._queue_kg[self._county[load.group]] -= load.kg
        self._waiting_kg[load.group] -= load.kg
        self._finish(load.group, load.day, load.kg, stayed)

    def _finish(self, group: int, day: int, kg: float, waited_days: float) -> None:
        """A load is sorted: what failed in the open and what is bruised is thrown out."""
        county, product = self._county[group], self._product[group]
        now = self._world.env.now
        age = waited_days * float(self._world.air_rates(int(now))[self._first_good[group]])
        failed = kg * self._failed_share(product, age)
        damaged = (kg - failed) * self._damage[product]
        self._spoiled_kg[product] += failed
        self._damaged_kg[product] += damaged
        kg -= failed + damaged
        self.packed_kg[county] += kg
        if kg > 0.0:
            self._loads.append((group, day, kg, age, now))

    def _sort_by_hand(self, day: int, group: Indices, kg: Floats) -> None:
        """Fruit of counties without a packhouse is sorted at once; what is bruised is thrown out."""
        if not len(group):
            return
        groups, brought = self._world.layout.groups, kg[group]
        damaged = brought * self._damage_of[group]
        self._damaged_kg += sum_by(groups.product[group], damaged, minlength=len(self._damaged_kg))
        left = brought - damaged
        self.packed_kg += sum_by(groups.county[group], left, minlength=len(self.packed_kg))
        at = np.full(len(group), self._world.env.now)
        self._hand_sorted.append(_Batch(group, np.full(len(group), day), left, np.zeros(len(group)), at))


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


def _plain(block: Packhouse) -> bool:
    """Whether nothing but the jitter of its loads is left to chance."""
    return block.arrivals == "even" and block.service == 1.0
