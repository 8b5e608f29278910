"""Which cases of the catalogue are not played: left out for a reason, or still to be registered."""

LEFT_OUT = {
    "E02": "Harvests are given: growers do not decide from last season's price what they plant, and no price "
    "clears a market from season to season. Optional in the catalogue.",
    "E03": "The price of a wholesale market follows the volume that the county sends by a constant "
    "elasticity; two regions whose prices are found together are another model. Optional in the catalogue.",
    "E04": "Harvests are given: growers do not choose quantities against each other. Optional in the "
    "catalogue.",
    "F01": "farmsim follows receipts and costs; nobody in it takes a loan and pays it off by instalments.",
    "F02": "As F01.",
    "M04": "No policy of farmsim forecasts from a moving average of past demand, and no order sends goods "
    "back, as the negative orders of this case do.",
    "P12": "No policy of farmsim looks an order up in a table by ages of stock. Optional in the catalogue, "
    "which says to skip it then.",
    "P23": "Stock ages at inspections and is sold at hours of the day: decay against a continuous outflow "
    "would only be approached as these steps become small, never to 1e-6.",
}
"""Why farmsim cannot play a case, by id. No feature is added to farmsim only to serve a case."""

PENDING = (
    *(
        "Q01",
        "Q03",
        "Q05",
        "Q07",
        "Q09",
        "Q11",
        "Q12",
        "Q14",
        "Q17",
        "Q19",
        "Q21",
        "Q22",
        "Q24",
        "Q25",
        "Q26",
        "Q27",
    ),
    *(
        "I01",
        "I02",
        "I03",
        "I05",
        "I07",
        "I09",
        "I11",
        "I12",
        "I14",
        "I16",
        "I17",
        "I19",
        "I21",
        "I23",
        "I24",
    ),
    *("I25", "I26", "I27", "I30", "I32"),
    *("P01", "P02", "P03", "P07", "P08", "P14", "P17"),
    *("M01", "M02", "M06", "M07", "M08", "M10", "M12"),
)
"""Cases that are to be registered."""
