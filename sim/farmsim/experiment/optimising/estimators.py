"""The optimiser: tree-structured Parzen estimators of Optuna, asked for candidates and told of them.

Chosen among Optuna's samplers since it alone takes lists, whole numbers and ranges together, knows of
constraints, lets several candidates be tried at once, and needs nothing beyond numpy. Its Gaussian processes
need torch; CMA-ES knows neither lists nor constraints; quasi-random sequences learn nothing.
"""

import warnings
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from farmsim.errors import UsageError
from farmsim.experiment.optimising.decisions import Decision, Told

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

_EXCESS = "excess"
_REFUSED = 1e6
"""Excess of what cannot be chosen at all."""


class ParzenEstimators:
    """Asked for candidates, as many as are wanted, and told of each; chance follows from the random seed."""

    def __init__(
        self,
        decisions: Sequence[Decision],
        random_seed: int,
        *,
        maximise: bool,
        first: Sequence[Sequence[Told]],
    ) -> None:
        """`first` is proposed before anything is learnt. UsageError if Optuna is not installed.

        Multivariate estimators, since decisions act together, and those that are being tried count as bad
        (Optuna's `constant_liar`), so that those asked for together differ.
        """
        try:
            import optuna  # noqa: PLC0415 (a quarter of a second)
        except ImportError as error:
            raise UsageError("no-optimiser") from error
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.name = f"Optuna {optuna.__version__}, TPESampler"
        with warnings.catch_warnings():  # Optuna 4 calls some of these experimental, 5 words constraints anew
            warnings.simplefilter("ignore")
            sampler = optuna.samplers.TPESampler(
                n_startup_trials=len(first),
                multivariate=True,
                constant_liar=True,
                constraints_func=_excess,
                seed=int.from_bytes(blake2b(f"optimiser {random_seed}".encode(), digest_size=4).digest()),
            )
        self._study = optuna.create_study(direction="maximize" if maximise else "minimize", sampler=sampler)
        self._distributions = {str(place): _distribution(one) for place, one in enumerate(decisions)}
        self._open: list[Any] = []
        for row in first:
            self._study.enqueue_trial({str(place): told for place, told in enumerate(row)})

    def ask(self) -> tuple[Told, ...]:
        """The next candidate: what is told to each decision."""
        trial = self._study.ask(self._distributions)
        self._open.append(trial)
        return tuple(trial.params[name] for name in self._distributions)

    def tell(self, results: Sequence[tuple[float, float] | None]) -> None:
        """The mean and the excess over constraints of all that were asked for, in that order.

        None: it cannot be chosen.
        """
        for trial, result in zip(self._open, results, strict=True):
            value, excess = (0.0, _REFUSED) if result is None else result
            trial.set_user_attr(_EXCESS, excess)
            self._study.tell(trial, value)
        self._open.clear()


def _distribution(decision: Decision) -> "BaseDistribution":
    """What Optuna may choose for a decision."""
    from optuna.distributions import (  # noqa: PLC0415 (optional)
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if decision.count is None:
        return FloatDistribution(0.0, 1.0)
    if decision.kind == "category":
        return CategoricalDistribution(range(decision.count))
    return IntDistribution(0, decision.count - 1)


def _excess(trial: "FrozenTrial") -> tuple[float]:
    return (trial.user_attrs[_EXCESS],)
