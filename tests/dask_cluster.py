"""Two Dask workers on loopback, in processes of their own: prints the address, stays while its parent does."""

import os
import sys
import time
from pathlib import Path

from distributed import LocalCluster

if __name__ == "__main__":
    parent = os.getppid()
    # Workers find the generators of the tests.
    sys.path.append(str(Path(__file__).parent))
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    while os.getppid() == parent:
        time.sleep(1)
