"""Payment terms: F04."""

import numpy as np

from farmsim.domain.ledger import MoneyLedger, Payment
from validation.plays import Case, Obtained

BANK, FARM, CUSTOMERS, WORKERS = range(4)
CREDIT_DAYS, LAST_DAY = 14, 24


def cash_by_day():
    """Cash of the farm at the end of each day, and what customers owe at the end of day 10."""
    money = MoneyLedger(("bank", "farm", "customers", "workers"), 1)
    money.post_one("programme", BANK, FARM, 1000.0)
    cash, owed = [], 0.0
    for day in range(LAST_DAY + 1):
        if day == 0:
            money.post_one("inputs", FARM, WORKERS, 600.0)
        elif day <= 10:
            sale = Payment("sale", np.array([CUSTOMERS]), np.array([FARM]), np.array([300.0]))
            money.owe(day + CREDIT_DAYS, sale)
            money.post_one("packing_wage", FARM, WORKERS, 120.0)
        paid = sum(float(payment.amount.sum()) for payment in money.settle(day))
        owed += paid if day > 10 else 0.0
        money.note_lowest()
        cash.append(float(money.balance[FARM]))
    assert money.last_due == -1, "all debts are paid"
    return np.array(cash), owed, float(money.lowest[FARM])


def f04():
    cash, owed, lowest = cash_by_day()
    return {
        "cash at end of day 0,3,4,10,14,15,17,24": Obtained(cash[[0, 3, 4, 10, 14, 15, 17, 24]].tolist()),
        "lowest cash and first day it is reached": Obtained([lowest, int(np.argmin(cash))]),
        "receivables at end of day 10": Obtained(owed, note="What customers pay after day 10."),
    }


CASES = [
    Case(
        "F04",
        "test of farmsim.domain.ledger.MoneyLedger (post, owe, settle, note_lowest)",
        f04,
        fast=True,
        without={
            "overdraft interest at 0.03%/day simple on end-of-day debit": "The ledger charges no interest; "
            "farmsim tells the cost of waiting for money beside the accounts."
        },
    ),
]
