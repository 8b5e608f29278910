"""What happens when: the SimPy processes that carry produce, orders and money through a season."""
