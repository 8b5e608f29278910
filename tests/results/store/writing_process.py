"""A process that writes a result store until it is killed: `python writing_process.py FOLDER [HOW]`.

It goes on where the store was left, or makes it, and says on stdout how many rows are acknowledged.
"""

import itertools
import sys
from pathlib import Path

import numpy as np
import sweep_stores

from farmsim.results.store.writer import open_writer


def main():
    folder = Path(sys.argv[1])
    made = (folder / "results.db").exists()
    writer = open_writer(folder) if made else sweep_stores.store(folder)
    done = np.count_nonzero(writer.finished())
    print(done, flush=True)
    if sys.argv[2:] == ["wait"]:
        sys.stdin.read()
        return
    for first in itertools.count(done, 5):
        writer.add([sweep_stores.row(number % 4, number // 4) for number in range(first, first + 5)])
        print(first + 5, flush=True)


if __name__ == "__main__":
    main()
