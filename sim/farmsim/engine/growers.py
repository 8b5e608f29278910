"""Growers: the season's crop, its shocks, and the pick of each day on its way to the packhouse door."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from farmsim.domain.distributions import lognormal_factor
from farmsim.domain.households import GrowerGroup
from farmsim.domain.records import Harvested
from farmsim.domain.seasons import harvest_bell
from farmsim.domain.sums import sum_by
from farmsim.engine.layout import Layout
from farmsim.engine.packhouse import Yard
from farmsim.engine.world import World
from farmsim.streams import Streams, uniform_block

Floats = NDArray[np.float64]


class Crop:
    """What will be picked, drawn before the season begins: nothing in it depends on a decision."""

    def __init__(self, layout: Layout, streams: Streams) -> None:
        scenario = layout.scenario
        groups = layout.groups
        pick: list[Floats] = []
        self.shares = np.zeros(groups.goods.shape)
        """[group, grade of the product], adds up to 1; 0 beyond the last grade."""
        self.yield_factor: list[float] = []
        grown = [(e.split("/")[0], group.product) for e, group in zip(groups.ids, groups.blocks, strict=True)]
        named = [(e.split("/")[0], e.split("/")[1]) for e in groups.ids]
        season, grade = streams.normals("yield", grown), streams.normals("grade", grown)
        jitter = streams.normals("harvest", named)
        for index, (entity, group) in enumerate(zip(groups.ids, groups.blocks, strict=True)):
            factor = float(lognormal_factor(season[index], group.season_yield_cv))
            self.yield_factor.append(factor)
            crop = group.households * group.land_mu * group.yield_kg_per_mu * factor
            bell = harvest_bell(group.harvest, scenario.start, scenario.horizon_days, float(jitter[index]))
            pick.append(crop * _struck(bell, group, streams, entity, scenario.start))
            grades = scenario.products[group.product].grades
            self.shares[index, : len(grades)] = season_grades(group, grades, float(grade[index]))
        self.kg = np.array(pick)
        """[group, day]"""
        self._yields: dict[tuple[str, str], list[float]] = {}
        for place, factor in zip(grown, self.yield_factor, strict=True):
            self._yields.setdefault(place, []).append(factor)

    def glut(self, county: str, product: str) -> float:
        """The season's yield over a normal one, for one product of a county (mean over its groups)."""
        factors = self._yields.get((county, product))
        return float(np.mean(factors)) if factors else 1.0


def season_grades(group: GrowerGroup, grades: list[str], z: float) -> Floats:
    """Grade shares of this season: the best grade's share moves by `grade_sd` on the logit scale."""
    share = np.array([group.grade_shares.get(grade, 0.0) for grade in grades])
    best = share[0]
    if group.grade_sd > 0.0 and 0.0 < best < 1.0:
        moved = 1.0 / (1.0 + np.exp(-(np.log(best / (1.0 - best)) + group.grade_sd * z)))
        share[1:] *= (1.0 - moved) / (1.0 - best)
        share[0] = moved
    return np.asarray(share / share.sum())


class Growers:
    """Picks every day and brings the marketable part to the yard of the county."""

    def __init__(self, world: World, crop: Crop, yard: Yard) -> None:
        self._world = world
        self._yard = yard
        groups = world.layout.groups
        self._product = groups.product
        kg = np.ascontiguousarray(crop.kg.T)
        lost = kg * np.array([g.field_loss_share for g in groups.blocks])
        own = (kg - lost) * np.array([g.own_use_share for g in groups.blocks])
        self._kg, self._lost, self._own, self._brought = kg, lost, own, kg - lost - own
        """What is picked, culled, kept at home and brought to the packhouse door, [day, group]."""
        world.daily(world.clock.harvest, self.pick)

    def pick(self, day: int) -> None:
        """One day's harvest: field loss and own use stay, the rest goes to the packhouse door."""
        world = self._world
        kg, lost, own = self._kg[day], self._lost[day], self._own[day]
        if not np.count_nonzero(kg):
            return
        world.kg.harvested += sum_by(self._product, kg, minlength=len(world.layout.products))
        world.lose(day, "field", "culled", self._product, lost)
        world.kg.add("own_use", self._product, own)
        world.record(Harvested(day, kg, lost, own))
        self._yard.bring(day, self._brought[day])


def _struck(bell: Floats, group: GrowerGroup, streams: Streams, entity: str, start: date) -> Floats:
    """The bell after hail, frost or drought took a share of what still stood."""
    for name, shock in group.shocks.items():
        key = np.array([streams.key("shock", entity, name)], dtype=np.uint64)
        strikes, when = uniform_block(key, np.arange(2, dtype=np.uint64))[0]
        if strikes >= shock.chance:
            continue
        if shock.day is not None:
            day = (shock.day - start).days
        else:
            first = (group.harvest.first - start).days
            day = first + int(when * ((group.harvest.last - group.harvest.first).days + 1))
        bell = bell.copy()
        bell[max(day, 0) :] *= 1.0 - shock.lost_share
    return bell
