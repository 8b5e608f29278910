"""`python -m farmsim`."""

import sys

from farmsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
