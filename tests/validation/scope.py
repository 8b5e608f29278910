"""Which cases of the catalogue are not played, and why."""

LEFT_OUT = {
    "E02": "Harvests are given: growers do not decide from last season's price what they plant, and no price "
    "clears a market from season to season. Optional in the catalogue.",
    "E03": "The price of a wholesale market follows the volume that the county sends by a constant "
    "elasticity; two regions whose prices are found together are another model. Optional in the catalogue.",
    "E04": "Harvests are given: growers do not choose quantities against each other. Optional in the "
    "catalogue.",
    "F01": "farmsim follows receipts and costs; nobody in it takes a loan and pays it off by instalments.",
    "F02": "As F01.",
    "I01": "Demand comes in orders, and orders are events: stock that runs out evenly, as from a tap, has no "
    "place in a produce supply chain. With unit orders the mean stock differs by half a unit, and formulas "
    "for the best quantity are not part of farmsim.",
    "I02": "As I01.",
    "I03": "As I01, with a reorder point below zero.",
    "I23": "The formulas are approximations for demand that flows evenly with normal noise; single orders "
    "overshoot the reorder point, which the formulas leave out.",
    "P12": "No policy of farmsim looks an order up in a table by ages of stock. Optional in the catalogue, "
    "which says to skip it then.",
    "P23": "Stock ages at inspections and is sold at hours of the day: decay against a continuous outflow "
    "would only be approached as these steps become small, never to 1e-6.",
}
"""Why farmsim cannot play a case, by id. No feature is added to farmsim only to serve a case."""

PENDING: tuple[str, ...] = ()
"""Cases that are to be registered."""
