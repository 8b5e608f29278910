"""Keeping quality and lots: P18, P20 and P25."""

import numpy as np

from farmsim.domain.produce import Keeping, LifeTable
from farmsim.domain.stock import Stock
from validation.plays import Case, Obtained, params

KEEPING = "formula test of farmsim.domain.produce.Keeping"
STOCK = "test of farmsim.domain.stock.Stock, issued by `fefo`"
SPAN = 32
"""Harvest days that the store of P25 tells apart."""


def p18():
    told = params("P18")
    keeping = Keeping(
        life_days=told["KQref"],
        reference_celsius=told["Tref"],
        activation_energy_kj_per_mol=told["Ea"] / 1000.0,
    )
    days, celsius = np.array([6.0, 48.0, 24.0]) / 24.0, np.array([25.0, 4.0, 12.0])
    used = float((days * keeping.rate(celsius)).sum() / keeping.median_days)
    return {
        "KQ at 0,4,10,15,20,30 C [days]": Obtained(
            (keeping.median_days / keeping.rate(np.array([0.0, 4.0, 10.0, 15.0, 20.0, 30.0]))).tolist()
        ),
        "life used by 6 h at 25 C + 48 h at 4 C + 24 h at 12 C": Obtained(used),
        "then spoils after this many days at 18 C": Obtained(
            float((1.0 - used) * keeping.median_days / keeping.rate(18.0))
        ),
    }


def p20():
    celsius, lives = [0.0], [100.0]
    for step, q10 in params("P20")["Q10"].items():
        celsius.append(float(step.split("-")[1]))
        lives.append(lives[-1] / q10)
    keeping = Keeping(life_table=LifeTable(celsius=celsius, life_days=lives), reference_celsius=0.0)
    rate = keeping.rate(np.array([0.0, 10.0, 20.0, 30.0, 40.0]))
    return {
        "relative rate at 0,10,20,30,40 C": Obtained(rate.tolist()),
        "relative life (printed 100,33,13,7,4)": Obtained((keeping.median_days / rate).tolist()),
    }


def store(lots, discard_age=1e9):
    """A store of one row with these lots, (pack date, kg), put in one after the other on the last date."""
    stock = Stock(SPAN, np.array([1e9]), np.array([4.0]), np.array([float(discard_age)]))
    now = float(max(date for date, _ in lots))
    stock.inspect(now)
    for date, kg in lots:
        stock.receive(np.array([0]), np.array([date]), np.array([float(kg)]), np.array([now - date]), now)
    return stock, now


def picked(lots, wanted):
    """Pack dates and kilograms in the order in which they are taken."""
    stock, now = store(lots)
    held = stock.lots(0, 1)
    issued = stock.issue(held, stock.held(held.cell), np.array([float(wanted)]), now, "fefo")
    return [[int(date), float(kg)] for date, kg in zip(issued.column, issued.kg, strict=True)]


def p25():
    stock, _ = store([(0, 10), (0, 20), (0, 15)], discard_age=3)
    waste = 0.0
    for day in range(1, 11):
        thrown = stock.inspect(float(day))
        waste += float((thrown.spoiled_kg + thrown.discarded_kg).sum())
    lots = [(5, 30), (2, 20), (8, 40), (1, 10), (3, 25)]
    return {
        "pack dates in picking order": Obtained([date for date, _ in picked(params("P25")["lots"], 40)]),
        "take 5 from lots (5,30),(2,20),(8,40),(1,10),(3,25): picked": Obtained(picked(lots, 5)),
        "10+20+15 packed at 0, life 3, run to 10: waste": Obtained(waste),
    }


CASES = [
    Case("P18", KEEPING, p18, fast=True),
    Case(
        "P20",
        KEEPING,
        p20,
        fast=True,
        note="A user of farmsim gives lives, not Q10: here the lives that the steps of Q10 make, as a "
        "`life_table`. Without one, farmsim uses the lives as printed: 100, 33, 13, 7, 4.",
    ),
    Case("P25", STOCK, p25, fast=True),
]
