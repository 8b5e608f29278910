"""Settings of all tests: property tests draw the same examples in every run, and no example is timed."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("steady")
