"""The sales desk: each morning it divides what is sellable among the channels' lines.

A *line* is one good (county, product, grade) that one offer can take. A policy is one frozen block of
parameters whose `planner` returns the pure rule from a day's view to kilograms by line. To add one: write the
block, give it a `policy` name, add it to `Desk`.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from farmsim.domain.desk_view import DeskLayout, DeskView, Planner
from farmsim.domain.matrix import RollingPlan
from farmsim.domain.sums import sum_by
from farmsim.params import Id, NonNegative, Params, Share

CRUMB_KG = 1e-9
"""Less than this is nothing to divide."""
FEW = 60
"""Lines up to which going through them one by one is quicker than in rounds."""
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class _Policy(Params):
    """What every policy shares."""

    forecast_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        default=0.0, description="Error of the desk's forecast of demand (lognormal, by offer and day)."
    )
    rationing: Literal["proportional", "none"] = Field(
        default="proportional",
        description="Commitments are served first; when short, in proportion to what is promised.",
    )
    interest_per_year: NonNegative = Field(
        default=0.0, description="Time value of waiting for money, per year."
    )

    def _division(self, layout: DeskLayout) -> "_Division":
        """What all policies do alike, for one season."""
        return _Division(layout, proportional=self.rationing == "proportional")


class _Division:
    """The goods of a morning divided: commitments first, then lines by score."""

    def __init__(self, layout: DeskLayout, *, proportional: bool) -> None:
        self._layout = layout
        self._proportional = proportional
        ranks = [(layout.line_rank == rank).nonzero()[0] for rank in np.unique(layout.line_rank)[::-1]]
        self._ranks = [(at, layout.line_good[at], layout.line_offer[at]) for at in ranks]
        """Lines by falling rank, with their goods and offers."""
        self._goods, self._offers = layout.line_good.tolist(), layout.line_offer.tolist()

    def committed(self, view: DeskView) -> Floats:
        """Kilograms by line that serve commitments, [line]."""
        taken = np.zeros(len(self._goods))
        if not self._proportional or not np.count_nonzero(view.committed_kg):
            return taken
        goods = self._layout.goods
        owed, left = view.committed_kg.copy(), view.good_kg.copy()
        for at, good, offer in self._ranks:
            room = view.line_kg[at]
            while True:
                want = np.where(room > CRUMB_KG, owed[offer], 0.0)
                asked = sum_by(good, want, minlength=goods)
                short = asked > np.maximum(left, CRUMB_KG)
                part = np.divide(left, asked, out=np.ones(goods), where=short)
                fair = want * part[good]
                given = np.minimum(fair, room)
                taken[at] += given
                room -= given
                owed[offer] -= given
                left = np.maximum(left - sum_by(good, given, minlength=goods), 0.0)
                if not np.count_nonzero((fair > given + CRUMB_KG) & (left[good] > CRUMB_KG)):
                    break
        return taken

    def greedy(self, view: DeskView, score: Floats) -> Floats:
        """Serve commitments, then lines by falling score until goods or wants run out, [line].

        Lines with a score of minus infinity get nothing beyond their commitments.
        """
        layout = self._layout
        served = self.committed(view)
        wanted = np.minimum(view.wanted_kg[:, 0], view.remaining_kg)
        left = view.good_kg - sum_by(layout.line_good, served, minlength=layout.goods)
        want = wanted - sum_by(layout.line_offer, served, minlength=layout.offers)
        room = view.line_kg - served
        good, offer = layout.line_good, layout.line_offer
        may = (score > -np.inf) & (room > 0.0) & (left[good] > 0.0) & (want[offer] > 0.0)
        asking = may.nonzero()[0]
        asking = asking[np.argsort(-score[asking], kind="stable")]
        if len(asking) <= FEW:
            return self._one_by_one(asking, left, want, room, served)
        return self._in_rounds(asking, left, want, room, served)

    def _one_by_one(
        self, asking: Indices, left: Floats, want: Floats, room: Floats, served: Floats
    ) -> Floats:
        """Each line takes what the lines before it have left of its good and of its offer's wants."""
        rest, open_wants = left.tolist(), want.tolist()
        for line in asking.tolist():
            good, offer = self._goods[line], self._offers[line]
            more = min(rest[good], open_wants[offer], room[line])
            if more > 0.0:
                served[line] += more
                rest[good] -= more
                open_wants[offer] -= more
        return served

    def _in_rounds(self, asking: Indices, left: Floats, want: Floats, room: Floats, served: Floats) -> Floats:
        """The same for many lines: in a round those go that are first for their good and their offer."""
        layout = self._layout
        good, offer = layout.line_good[asking], layout.line_offer[asking]
        first_good, first_offer = np.zeros(layout.goods, np.intp), np.zeros(layout.offers, np.intp)
        while len(asking):
            place = np.arange(len(asking))
            first_good[good[::-1]] = first_offer[offer[::-1]] = place[::-1]
            goes = (first_good[good] == place) & (first_offer[offer] == place)
            line, g, o = asking[goes], good[goes], offer[goes]
            more = np.minimum(np.minimum(left[g], want[o]), room[line])
            served[line] += more
            left[g] -= more
            want[o] -= more
            stays = ~goes & (left[good] > 0.0) & (want[offer] > 0.0)
            asking, good, offer = asking[stays], good[stays], offer[stays]
        return served


class Shares(_Policy):
    """Fixed shares of each good by channel; a channel gets at most what it wants."""

    policy: Literal["shares"]
    shares: dict[Id, Share] = Field(
        default={}, description="Share of every good by channel; without any, equal shares."
    )
    rest: Id | None = Field(default=None, description="Channel that is offered what the others leave.")

    def planner(self, layout: DeskLayout) -> Planner:
        """The rule of this policy for one season."""
        share = np.array([self.shares.get(c, 0.0) if self.shares else 1.0 for c in layout.channels])
        part = share[layout.line_channel]
        total = sum_by(layout.line_good, part, minlength=layout.goods)
        most = np.maximum(total, 1.0 if self.shares else 0.0)
        part = np.divide(part, most[layout.line_good], out=np.zeros_like(part), where=part > 0)
        rest = layout.channels.index(self.rest) if self.rest else -1
        score = np.where(layout.line_channel == rest, 0.0, -np.inf)
        offer_score = np.where(part > 0.0, part, -np.inf)
        division = self._division(layout)

        def plan(view: DeskView) -> Floats:
            capped = view._replace(
                line_kg=np.minimum(view.line_kg, view.good_kg[layout.line_good] * part),
            )
            taken = division.greedy(capped, offer_score)
            if rest < 0:
                return taken
            used = sum_by(layout.line_offer, taken, minlength=layout.offers)
            left = view._replace(
                good_kg=view.good_kg - sum_by(layout.line_good, taken, minlength=layout.goods),
                line_kg=view.line_kg - taken,
                committed_kg=np.zeros_like(view.committed_kg),
                wanted_kg=view.wanted_kg - used[:, None],
                remaining_kg=view.remaining_kg - used,
            )
            return taken + division.greedy(left, score)

        return plan


class Priority(_Policy):
    """Channels in a fixed order; each takes all it wants before the next."""

    policy: Literal["priority"]
    order: list[Id] = Field(
        description="Channels, first served first; others get only what they were promised."
    )

    def planner(self, layout: DeskLayout) -> Planner:
        """The rule of this policy for one season."""
        place = {channel: float(-i) for i, channel in enumerate(self.order)}
        score = np.array([place.get(c, -np.inf) for c in layout.channels])[layout.line_channel]
        score = score + 1e-3 * layout.line_rank / (1.0 + layout.line_rank.max(initial=0))
        division = self._division(layout)
        return lambda view: division.greedy(view, score)


class Netback(_Policy):
    """Greedy by expected netback; what would lose money is not sold."""

    policy: Literal["netback"]
    least_netback_per_kg: float = Field(default=0.0, description="Lines below this netback get nothing.")

    def planner(self, layout: DeskLayout) -> Planner:
        """The rule of this policy for one season."""
        division = self._division(layout)

        def plan(view: DeskView) -> Floats:
            score = np.where(view.netback > self.least_netback_per_kg, view.netback, -np.inf)
            return division.greedy(view, score)

        return plan


class Matrix(_Policy):
    """Online and offline in step: a rolling plan that maximises expected netback over the days ahead.

    A linear program each morning (HiGHS), warm-started from yesterday's; only today's part is carried out.
    """

    policy: Literal["matrix"]
    horizon_days: Annotated[int, Field(ge=1, le=30)] = Field(default=5, description="Days planned ahead.")
    least_netback_per_kg: float = Field(default=0.0, description="Lines below this netback get nothing.")

    def planner(self, layout: DeskLayout) -> Planner:
        """The rule of this policy for one season."""
        division, rolling = self._division(layout), RollingPlan(layout, self.least_netback_per_kg)

        def plan(view: DeskView) -> Floats:
            taken = division.committed(view)
            return taken + rolling.solve(view, taken)

        return plan


Desk = Annotated[Shares | Priority | Netback | Matrix, Field(discriminator="policy")]
