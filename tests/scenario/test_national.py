"""The generator of national scenarios: counts, repeatability, and that the bundled file is what it writes."""

import pytest

from farmsim.scenario import catalogue
from farmsim.scenario.load import Loaded, load_scenario
from farmsim.scenario.national import POOR_INCOME, national_scenario
from farmsim.scenario.national_land import DAYS, draw_land, product_of, products_of
from farmsim.scenario.national_produce import KINDS, REGIONS
from farmsim.scenario.national_trade import make_trade
from farmsim.scenario.schema import Scenario
from scenario.test_catalogue import complaint, figures


@pytest.fixture(scope="module")
def nation() -> Loaded[Scenario]:
    return load_scenario("xingnong-2018")


def written(folder, counties, **options) -> Loaded[Scenario]:
    path = folder / f"{counties}.yaml"
    path.write_text(national_scenario(2018, counties, **options), encoding="utf-8")
    return load_scenario(path)


def test_the_bundled_file_is_what_the_generator_writes():
    """After a change of the generator: farmsim new --national --force --out scenarios/xingnong-2018.yaml."""
    path = catalogue.bundled_scenario("xingnong-2018")
    assert path is not None
    assert path.read_text(encoding="utf-8") == national_scenario()


def test_equal_random_seeds_give_equal_files_and_others_do_not():
    assert national_scenario(7, 3) == national_scenario(7, 3)
    assert national_scenario(7, 3) != national_scenario(8, 3)


def test_a_longer_list_has_the_same_counties_in_front():
    short, long = draw_land(2018, 5), draw_land(2018, 12)
    for one, other in zip(short, long, strict=False):
        assert one._replace(crops=()) == other._replace(crops=())
        for crop, same in zip(one.crops, other.crops, strict=True):
            assert (crop.chance == same.chance).all()
            assert crop._replace(chance=same.chance) == same


def test_the_counts_are_those_of_the_channel(nation):
    scenario = nation.scenario
    poor = {
        name
        for name, county in scenario.counties.items()
        if all(group.other_income.mean == POOR_INCOME for group in county.growers.values())
    }
    assert len(scenario.counties) == 141
    assert len(scenario.products) == 701
    assert len({county.province for county in scenario.counties.values()}) == 8
    assert len(poor) == 51
    assert len(scenario.channels["xingnong"].sells) == 701


def test_all_five_kinds_of_channel_are_there(nation):
    kinds = {channel.kind for channel in nation.scenario.channels.values()}
    assert kinds == {"parcel", "stocked", "wholesale", "order", "trader"}


def test_every_third_county_has_a_packhouse_and_a_cold_store(nation):
    counties = list(nation.scenario.counties.values())
    assert all((county.packhouse is not None) == (index % 3 == 0) for index, county in enumerate(counties))
    assert all((county.packhouse is None) == (county.cold_store is None) for county in counties)


@pytest.mark.parametrize(("counties", "products"), [(1, 5), (10, 50), (47, 234)])
def test_fewer_counties_load_as_well_with_about_five_products_each(tmp_path, counties, products):
    loaded = written(tmp_path, counties)
    assert loaded.warnings == ()
    assert loaded.unsourced == ()
    assert [
        text for path, figure in figures(loaded.tree) if path != "start" and (text := complaint(path, figure))
    ] == []
    assert len(loaded.scenario.counties) == counties
    assert len(loaded.scenario.products) == products == products_of(counties)
    kinds = {channel.kind for channel in loaded.scenario.channels.values()}
    assert kinds == {"parcel", "stocked", "wholesale", "order", "trader"}


@pytest.mark.parametrize("seed", range(6))
def test_other_random_seeds_load_as_well(tmp_path, seed):
    path = tmp_path / "nation.yaml"
    path.write_text(national_scenario(seed, 2), encoding="utf-8")
    assert load_scenario(path).warnings == ()


def test_demand_can_be_scaled_and_supply_goes_with_it(tmp_path):
    plain, scaled = written(tmp_path, 3).scenario, written(tmp_path, 3, demand_factor=0.1).scenario

    def visitors(scenario):
        return scenario.channels["xingnong"].attention.visitors_per_day

    def land(scenario):
        groups = [group for county in scenario.counties.values() for group in county.growers.values()]
        return sum(group.households * group.land_mu for group in groups)

    assert visitors(scaled) == pytest.approx(0.1 * visitors(plain), rel=0.01)
    assert land(scaled) == pytest.approx(0.1 * land(plain), rel=0.02)


def test_the_arithmetic_gives_five_hundred_million_orders_of_about_52_yuan():
    trade = make_trade(draw_land(2018, 141), 1.0)
    value = sum(
        float(packs) * price * product_of(crop.kind).pack_kg
        for packs, price, crop in zip(trade.packs, trade.price, trade.crops, strict=True)
    )
    orders = float(trade.packs.sum())
    assert 5.0e8 < orders < 5.8e8
    assert 49 < value / orders < 55


def test_growers_get_more_online_than_from_the_trader(nation):
    scenario = nation.scenario
    for product, sale in scenario.channels["xingnong"].sells.items():
        assert sale.growers is not None
        assert sale.growers.door_price_per_kg >= scenario.channels["trader"].sells[product].price_per_kg


def test_every_kind_grows_somewhere_and_is_in_the_catalogue():
    assert set(KINDS) == {kind for region in REGIONS.values() for kind in region.grows}
    assert set(KINDS) <= set(catalogue.names("products"))
    assert {f"{kind}-growers" for kind in KINDS} <= set(catalogue.names("growers"))


def test_the_half_year_is_181_days(nation):
    assert nation.scenario.horizon_days == DAYS == 181


def test_supply_follows_demand_down_to_a_thousandth(tmp_path):
    """A nation scaled down for measurements keeps supply and demand in proportion."""
    harvests = []
    for factor in (1.0, 0.001):
        file = tmp_path / f"{factor}.yaml"
        file.write_text(national_scenario(counties=3, demand_factor=factor), encoding="utf-8")
        scenario = load_scenario(file).scenario
        groups = [g for county in scenario.counties.values() for g in county.growers.values()]
        harvests.append(sum(g.households * g.land_mu * g.yield_kg_per_mu for g in groups))
    assert harvests[1] / harvests[0] == pytest.approx(0.001, rel=0.05)
