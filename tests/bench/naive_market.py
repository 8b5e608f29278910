"""Consumers' choice in the reference model: how many come a day and province, and where they buy."""

from bisect import bisect
from itertools import accumulate

import numpy as np

from bench.naive_county import lognormal
from farmsim.domain.demand import Logit
from farmsim.domain.distributions import draw
from farmsim.domain.interventions import Promotion
from farmsim.domain.seasons import calendar_factor
from farmsim.scenario.catalogue import provinces


class Market:
    """The market of the one product."""

    def __init__(self, season, shops):
        self.season, self.shops = season, shops
        scenario, rng, law = season.scenario, season.rng, season.product.demand
        assert isinstance(law, Logit), "the reference model knows the logit law only"
        self.law = law
        self.places = provinces()
        days = scenario.horizon_days
        self.calendar = calendar_factor(
            scenario.start, days, monthly=law.monthly, weekday=law.weekday, events=law.events
        )
        self.taste = lognormal(rng.standard_normal(), law.season_cv) if law.season_cv else 1.0
        self.offline = np.array([p.offline_share for p in self.places])
        self.online = np.array([p.online_share for p in self.places])
        for shop in shops:
            self.attract(shop)
        self.sessions = self.draw_sessions()
        self.day = -1

    def attract(self, shop):
        """Odds of the shop by province, but for price, freshness and rating, which move."""
        law, look = self.law, shop.block.attraction
        known = [look.provinces is None or place.id in look.provinces for place in self.places]
        reach = np.array(known) * look.reach_share
        own = self.online if look.market == "online" else self.offline
        shop.province_share = own * reach / (own * reach).sum()
        taste = look.taste if shop.sale.taste is None else shop.sale.taste
        utility = law.constant + taste + law.delivery_day_coef * shop.delivery_days(self.places)
        lift = self.online / self.offline if look.market == "online" else 1.0
        shop.base_odds = reach * lift * np.exp(utility)

    def draw_sessions(self):
        """Day -> (shop, orders that a livestream wins)."""
        scenario, found = self.season.scenario, {}
        for shop in self.shops:
            sessions = getattr(shop.sale, "sessions", None)
            for when in sessions.days if sessions else ():
                day = (when - scenario.start).days
                size = float(draw(sessions.orders, self.season.rng, 1)[0])
                found.setdefault(day, []).append((shop, size))
        return found

    def promoted(self, shop, day):
        """Factor of promotions on the odds."""
        factor = 1.0
        for programme in self.season.scenario.interventions.values():
            if isinstance(programme, Promotion) and programme.enabled and shop.name in programme.channels:
                first = (programme.starts - self.season.scenario.start).days
                if first <= day < first + programme.days:
                    factor *= programme.demand_factor
        return factor

    def open_day(self, day):
        """Mean orders of the day by shop, packs; worked out once, from what shoppers know in the morning."""
        if day != self.day:
            self.day = day
            law, count = self.law, len(self.places)
            shock = 1.0
            if law.dispersion is not None:
                shock = self.season.rng.gamma(law.dispersion, 1.0 / law.dispersion, count)
            buyers = law.buyers_per_day * self.offline * self.calendar[day] * self.taste * shock
            for shop in self.shops:
                appeal = (
                    law.price_per_kg_coef * shop.price_seen
                    + law.freshness_coef * shop.seen_freshness
                    + law.rating_coef * (shop.rating - shop.rating_start)
                )
                shop.odds = shop.base_odds * np.exp(appeal) * self.promoted(shop, day)
            nobody = 1.0 + sum(shop.odds for shop in self.shops)
            for shop in self.shops:
                shop.mean = buyers * shop.odds / nobody
            for shop, size in self.sessions.get(day, ()):
                shop.mean = shop.mean + size * shop.province_share
            means = np.array([shop.mean for shop in self.shops])
            self.by_province = [list(accumulate(column)) for column in means.T.tolist()]
        return [float(shop.mean.sum()) for shop in self.shops]

    def numbers(self, day):
        """How many buyers order today, by province."""
        self.open_day(day)
        return self.season.rng.poisson([upto[-1] for upto in self.by_province]).tolist()

    def choose(self, province):
        """The shop of one buyer who orders."""
        upto = self.by_province[province]
        return self.shops[bisect(upto, self.season.chance() * upto[-1])]

    def choose_again(self, province, open_shops):
        """Where a disappointed buyer turns: among the shops that still have something, or nowhere."""
        if self.season.chance() >= self.law.switch_share:
            return None
        upto = list(accumulate(float(shop.odds[province]) for shop in open_shops))
        if not upto:
            return None
        at = bisect(upto, self.season.chance() * (1.0 + upto[-1]))
        return open_shops[at] if at < len(open_shops) else None
