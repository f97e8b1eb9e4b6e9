"""Generators of SDV 2.x: the only file that imports it, and only when one of them is used.

SDV draws from the global state of numpy (data transformers, copulas) and of torch (training). Fits are therefore
seeded, run one at a time in a process, and put both states back; shadows are spread over processes.
"""

import importlib.util
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.generators.exchange import like
from synthaudit.generators.numbers import is_time, numbers_of, schema_like, written_like

_CLASSES = {
    "gaussian_copula": "GaussianCopulaSynthesizer",
    "ctgan": "CTGANSynthesizer",
    "tvae": "TVAESynthesizer",
    "copulagan": "CopulaGANSynthesizer",
}
_SDTYPES = {"numeric": "numerical", "datetime": "datetime", "boolean": "categorical", "categorical": "categorical"}
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdv:
    """One of SDV's synthesizers for single tables (implements ``Generator``).

    Parameters
    ----------
    name : {"gaussian_copula", "ctgan", "tvae", "copulagan"}
        Which one.
    options : mapping, optional
        Arguments of the synthesizer, such as ``{"epochs": 10}`` or ``{"default_distribution": "norm"}``; SDV's own
        defaults otherwise, which are what most releases were made with.
        ``batch_size`` of CTGAN and CopulaGAN must divide by 10.
    reseed : bool, default True
        False leaves the seed of ``sample`` as SDV fixes it after every fit: a release of ``gaussian_copula`` that was
        sampled right after its fit comes back cell by cell from the same rows and columns in the same order. All
        shadows then share one stream: for replay only.
    """

    name: Literal["gaussian_copula", "ctgan", "tvae", "copulagan"]
    options: dict[str, Any] = field(default_factory=dict)
    reseed: bool = True
    prefers_processes: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("sdv", "torch", "copulas", "ctgan", "rdt")
    """What the releases depend on beyond a plain install."""

    @staticmethod
    def is_installed() -> bool:
        """Whether SDV is there."""
        return importlib.util.find_spec("sdv") is not None

    def check_installed(self) -> None:
        """Refuse early where SDV is missing.

        Raises
        ------
        InputError
            SA-208 SDV is not installed.
        """
        if not self.is_installed():
            do = N_("pip install 'synthaudit-privacy[sdv]' (with torch==2.13.0 in its CPU build, gigabytes are saved).")
            raise InputError("SA-208", f"--generator {self.name}", N_("SDV is not installed"), do)

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Fit on ``table`` and draw ``n_rows`` rows; columns and dtypes as there, a fresh RangeIndex.

        The result depends on ``table``, ``n_rows`` and ``rng`` alone, in any thread or process.

        Raises
        ------
        InputError
            SA-208 SDV is not installed.
        """
        self.check_installed()
        fit_seed, sample_seed = (int(seed) for seed in rng.integers(2**31, size=2))
        # A column without a single value has no law; it comes out as it went in.
        present = table.loc[:, table.notna().any()].reset_index(drop=True)
        if not present.shape[1]:
            return like(pd.DataFrame(index=pd.RangeIndex(n_rows)), table)
        far = _beyond_nanoseconds(present)
        plain = _with_times(present, far)
        with _quiet(), _global_states(fit_seed):
            synthesizer = self._synthesizer(plain)
            synthesizer.fit({"table": plain})
            if self.reseed:
                synthesizer._set_random_state(sample_seed)
            drawn = synthesizer.sample(num_rows=n_rows)["table"]
        drawn = drawn.assign(**{str(name): written_like(drawn[name].to_numpy(float), table[name]) for name in far})
        return like(drawn, table)

    def _synthesizer(self, table: pd.DataFrame) -> Any:
        import sdv.single_table
        from sdv.metadata import Metadata

        # Never detected: what looks like a name or a key would be replaced by made-up ones.
        columns = {column.name: {"sdtype": _SDTYPES[column.kind]} for column in schema_like(table).columns}
        metadata = Metadata.load_from_dict(
            {"METADATA_SPEC_VERSION": "V2", "relationships": [], "tables": {"table": {"columns": columns}}}
        )
        options = dict(self.options)
        if self.name != "gaussian_copula":
            options.setdefault("enable_gpu", False)
        return getattr(sdv.single_table, _CLASSES[self.name])(metadata, **options)


def _beyond_nanoseconds(table: pd.DataFrame) -> list[str]:
    """Columns with times that SDV, which counts in nanoseconds, cannot reach: they are modelled as numbers."""
    low, high = pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")
    times = [str(name) for name in table if is_time(table[name])]
    return [name for name in times if not table[name].dropna().between(low, high).all()]


def _with_times(table: pd.DataFrame, far: list[str]) -> pd.DataFrame:
    """The table with its times as SDV takes them."""
    times = [str(name) for name in table if is_time(table[name])]
    return table.assign(
        **{name: numbers_of(table[name]) if name in far else table[name].astype("datetime64[ns]") for name in times}
    )


@contextmanager
def _global_states(seed: int) -> Iterator[None]:
    """Seed numpy and torch for one fit at a time, on one thread, and put everything back."""
    import torch

    with _ONE_AT_A_TIME, threadpool_limits(limits=1):
        before, torch_before, threads = np.random.get_state(), torch.get_rng_state(), torch.get_num_threads()  # noqa: NPY002
        try:
            np.random.seed(seed)  # noqa: NPY002
            torch.manual_seed(seed)
            # The order of sums, and with it the last bit, depends on the number of threads.
            torch.set_num_threads(1)
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002
            torch.set_rng_state(torch_before)
            torch.set_num_threads(threads)


@contextmanager
def _quiet() -> Iterator[None]:
    """SDV's advice on metadata, and its log, say nothing about a table that is used once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
