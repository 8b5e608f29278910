"""Kilograms and money: K01, over the bundled scenarios and the files of the other cases."""

import numpy as np

from farmsim.domain.channels import OrderChannel, ParcelChannel
from farmsim.domain.records import Closed, Delivered, Traded
from farmsim.engine.simulate import make_model, simulate
from farmsim.experiment.network import play_network
from farmsim.scenario.catalogue import bundled_scenarios
from farmsim.scenario.load import load_scenario
from farmsim.scenario.network_schema import NetworkScenario
from validation.catalogue import RANDOM_SEED
from validation.plays import SCENARIOS, Case, Obtained

NATION = "xingnong-2018"
NETWORKS = ("I05", "I25", "I30", "M01", "M12", "P01", "P02", "P14", "Q05", "Q14")
"""Files that describe supply networks, played for at most so many days."""
DAYS = 200.0
FILES = ("C01.yaml", "C03.yaml", "E01.yaml", "S07-more.yaml")
SEASONS = 3


def season_gaps(model, replication):
    """Largest gaps of one season: kilograms by product, sum of all accounts, the same over the money that
    moved, revenue less spending."""
    rows = []
    simulate(model, replication, rows.append, random_seed=RANDOM_SEED)
    books = next(row for row in rows if type(row) is Closed)
    kilograms = np.abs(books.kg_harvested - sum(books.kg_destinations.values()))
    trade = np.abs(revenue(model, rows) - spending(model, books))
    moved = sum(float(np.abs(flow).sum()) for flow in books.flows.values())
    accounts = abs(float(books.balance.sum()))
    return kilograms.max(), accounts, accounts / moved, trade.max()


def revenue(model, rows):
    """What sellers earned by product: kilograms and parcels that were kept, at their prices."""
    offers, market = model.layout.offers, model.market
    total = np.zeros(len(offers.ids))
    for row in rows:
        if type(row) is Traded:
            total += row.value
        elif type(row) is Delivered:
            price = (offers.price * offers.pack_kg)[market.offer]
            total[market.offer] += (row.kept - (row.bad - row.refused) * model.rules.partial) * price
    return np.bincount(offers.product, total)


def spending(model, books):
    """What buyers paid by product, by the ledger: at the till less refunds, under contract the receipt."""
    blocks = [model.layout.blocks[channel] for channel in model.layout.offers.channel]
    till = books.flows["sale"] - books.flows["refund"]
    is_contract = np.array([isinstance(block, OrderChannel) for block in blocks])
    is_parcel = np.array([isinstance(block, ParcelChannel) for block in blocks])
    assert (books.flows["refund"][~is_parcel] == 0.0).all(), "only parcels are refunded"
    return np.bincount(model.layout.offers.product, np.where(is_contract, books.flows["receipt"], till))


def network_gap(file):
    """Kilograms in less out of one run of a network file, and the sum of its accounts over what moved."""
    loaded = load_scenario(file)
    days = min(loaded.scenario.horizon_days, DAYS)
    short = loaded.scenario.model_copy(update={"horizon_days": days})
    outcome = play_network(short, 0, RANDOM_SEED)
    return abs(outcome.kg_in - outcome.kg_out), abs(outcome.money_difference)


def k01():
    gaps = {}
    seasons_of = {name: load_scenario(name).scenario for name in bundled_scenarios()}
    seasons_of |= {file: load_scenario(SCENARIOS / file).scenario for file in FILES}
    bundled_networks = [name for name, s in seasons_of.items() if isinstance(s, NetworkScenario)]
    for name, scenario in seasons_of.items():
        if name in bundled_networks:
            continue
        model = make_model(scenario)
        seasons = [season_gaps(model, replication) for replication in range(SEASONS)]
        gaps[name] = np.max(seasons, axis=0)
    files = [*bundled_networks, *(SCENARIOS / f"{case_id}.yaml" for case_id in NETWORKS)]
    networks = np.max([network_gap(file) for file in files], axis=0)
    kilograms, _, relative, trade = np.max(list(gaps.values()), axis=0).tolist()
    kilograms, relative = max(kilograms, float(networks[0])), max(relative, float(networks[1]))
    nation = gaps.pop(NATION)[1]
    others = max(gap[1] for gap in gaps.values())
    largest = "The largest gap"
    return {
        "harvested + opening = sold + wasted + shrink + closing stock + in transit": Obtained(
            kilograms, note=f"{largest} of any product, kg."
        ),
        "sum of all cash changes of all agents incl. bank and outside world": Obtained(
            relative,
            note=f"{largest} per CNY that moved. The catalogue's 1e-6 is in CNY: all scenarios keep that too "
            f"({others:.0g} at most) but {NATION}, the 141 counties of which move 9e10 CNY; its accounts add "
            f"up to {nation:.0g} CNY, as near zero as sums of such floating-point numbers come.",
        ),
        "revenue of sellers = spend of buyers per product": Obtained(
            trade, note=f"{largest} between the rows that record sales and the ledger that moves money, CNY."
        ),
    }


CASES = [
    Case(
        "K01",
        "three seasons each of the bundled scenarios and of the files of C01, C03, E01 and S07, by "
        f"farmsim.engine.simulate; one run each of the networks {', '.join(NETWORKS)}",
        k01,
        note="Kilograms and trade are judged absolutely, the accounts relative to what moved, which is the "
        "catalogue's other reading of exact, where floats accumulate.",
    ),
]
