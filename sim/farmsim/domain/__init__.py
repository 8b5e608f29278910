"""The rules of the trade: values and pure functions on arrays, without files, clocks or screens."""
