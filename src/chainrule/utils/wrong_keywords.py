"""A wrong keyword of a part or of a method: an error that says which was meant, as other libraries call it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec, TypeVar

from chainrule.errors import KindError

P = ParamSpec("P")
T = TypeVar("T")

RATE = ("learning_rate",)
# What a keyword is called elsewhere, and what it may be here, best first; two words stand for both together.
SYNONYMS: dict[str, tuple[str, ...]] = {
    # optimizers, schedules, clipping
    "lr": RATE,
    "eta": RATE,
    "eta0": RATE,
    "learning_rate_init": RATE,
    "learningrate": RATE,
    "initial_lr": RATE,
    "initial_learning_rate": RATE,
    "base_lr": RATE,
    "max_lr": RATE,
    "alpha": ("rho", "slope", "strength", "q", "penalty", *RATE),
    "rate": RATE,
    "step_size": ("every", *RATE),
    "betas": ("beta1 beta2",),
    "beta": ("delta", "beta1", "momentum"),
    "beta_1": ("beta1",),
    "beta_2": ("beta2",),
    "b1": ("beta1",),
    "b2": ("beta2",),
    "eps": ("epsilon",),
    "rho": ("beta2",),
    "decay": ("rho", "weight_decay", "factor"),
    "decay_rate": ("rho", "factor"),
    "gamma": ("rho", "factor"),
    "mu": ("momentum",),
    "momentum": ("rate",),
    "weight_decay": ("strength", "penalty"),
    "clipnorm": ("clip", "limit"),
    "clip_norm": ("clip", "limit"),
    "clipvalue": ("clip", "limit"),
    "clip_value": ("clip", "limit"),
    "clipping": ("clip",),
    "max_grad_norm": ("clip",),
    "max_norm": ("limit",),
    "t_max": ("steps",),
    "total_steps": ("steps",),
    "decay_steps": ("steps",),
    "least": ("eta_min",),
    "min_lr": ("eta_min",),
    "warmup_steps": ("warmup",),
    "history_size": ("pairs",),
    "maxcor": ("pairs",),
    "ftol": ("loss_tolerance",),
    "gtol": ("gradient_tolerance",),
    "optimizer": ("inner",),
    # layers, activations, losses, penalties, initializers
    "p": ("rate",),
    "drop": ("rate", "factor"),
    "drop_rate": ("rate",),
    "drop_prob": ("rate",),
    "prob": ("rate",),
    "probability": ("rate",),
    "in_features": ("inputs",),
    "input_dim": ("inputs",),
    "n_inputs": ("inputs",),
    "out_features": ("outputs",),
    "units": ("outputs",),
    "n_outputs": ("outputs",),
    "mean": ("center",),
    "negative_slope": ("slope",),
    "threshold": ("delta",),
    "tau": ("q",),
    "weight": ("class_weights", "sample_weight"),
    "class_weight": ("class_weights",),
    "smoothing": ("label_smoothing",),
    "logits": ("from_logits",),
    "lambda_": ("strength", "penalty"),
    "lam": ("strength", "penalty"),
    "l1": ("strength", "penalty"),
    "l2": ("strength", "penalty"),
    "stddev": ("std",),
    "sigma": ("std",),
    "bound": ("limit",),
    # networks and their training
    "activation": ("hidden",),
    "activations": ("hidden",),
    "hidden_activation": ("hidden",),
    "output_activation": ("output",),
    "hidden_layer_sizes": ("layers",),
    "layer_sizes": ("layers",),
    "sizes": ("layers",),
    "criterion": ("loss",),
    "loss_fn": ("loss",),
    "loss_function": ("loss",),
    "regularizer": ("penalty",),
    "kernel_regularizer": ("penalty",),
    "kernel_initializer": ("initializer",),
    "init": ("initializer",),
    "state_dict": ("parameters",),
    "weights": ("parameters", "sample_weight"),
    "random_state": ("seed",),
    "random_seed": ("seed",),
    "n_iter": ("epochs",),
    "max_iter": ("epochs",),
    "n_epochs": ("epochs",),
    "nb_epoch": ("epochs",),
    "num_epochs": ("epochs",),
    "iterations": ("epochs",),
    "verbose": ("progress",),
    "solver": ("optimizer",),
    "bs": ("batch_size",),
    "minibatch_size": ("batch_size",),
    "eval_set": ("validation_data",),
    "metric": ("metrics",),
    "scoring": ("metrics",),
    "validation": ("validation_data",),
    "n_jobs": ("threads",),
    "num_threads": ("threads",),
    "backend": ("engine",),
    "warm_start": ("go_on",),
    "initial_epoch": ("go_on",),
    "resume_from_checkpoint": ("resume",),
    "ckpt_path": ("checkpoint",),
    "checkpoint_dir": ("checkpoint",),
}

_STEERING = sorted({name for name, here in SYNONYMS.items() if here == RATE} - {"rate"} | {*RATE})
_OF_FIT = (
    "epochs",
    "batch_size",
    "optimizer",
    "shuffle",
    "validation_data",
    "metrics",
    "callbacks",
    "progress",
)
_OF_NETWORK = (
    "layers",
    "hidden",
    "output",
    "loss",
    "penalty",
    "dtype",
    "initializer",
    "scaling",
    "scale_target",
    "classes",
)
# What `explained` gets for the two that most keywords are tried on: a sentence for what has another place.
FIT: dict[str, str] = {
    **{name: f"give it to Network, as in Network(…, {name}=…)" for name in _OF_NETWORK},
    **dict.fromkeys(_STEERING, "give the optimizer: optimizer=Adam(learning_rate=…)"),
    "momentum": "give the optimizer: optimizer=Momentum(momentum=…)",
    "activation": "give it to Network, as in Network(…, hidden=…)",
    "weight_decay": "give it to Network, as in Network(…, penalty=…)",
    "validation_split": "hold samples out with chainrule.data.split(X, y, 0.2): validation_data=(X, y)",
    "early_stopping": "give a callback: callbacks=[EarlyStopping()]",
}
NETWORK: dict[str, str] = {
    **{name: f"give it to fit, as in net.fit(X, y, {name}=…)" for name in _OF_FIT},
    **dict.fromkeys(_STEERING, "give the optimizer to fit: optimizer=Adam(learning_rate=…)"),
    "momentum": "give the optimizer to fit: optimizer=Momentum(momentum=…)",
    "solver": "give it to fit, as in net.fit(X, y, optimizer=…)",
    "max_iter": "give it to fit, as in net.fit(X, y, epochs=…)",
    "n_iter": "give it to fit, as in net.fit(X, y, epochs=…)",
    "verbose": "give it to fit, as in net.fit(X, y, progress=…)",
}


def wrong(owner: str, name: str, takes: Iterable[str], advice: str = "") -> KindError:
    """The error for a keyword that there is not.

    Parameters
    ----------
    owner : who was called, by its public name
    name : the keyword
    takes : the right ones
    advice : what to do instead, where that is not one of these
    """
    takes = list(takes)
    guess = _guess(name, takes, advice)
    said = f": {guess}" if guess else "."
    return KindError(f"{owner} takes no {name}={said} It takes {', '.join(takes) or 'nothing'}.")


def _guess(name: str, takes: list[str], advice: str) -> str:
    """What was meant: by meaning, by what the caller knows of it, by letters."""
    import difflib

    meant = [each.split() for each in SYNONYMS.get(name.lower(), ()) if set(each.split()) <= set(takes)]
    if not meant and advice:
        return f"{advice}."
    close = meant or [[each] for each in difflib.get_close_matches(name.lower(), takes, n=1)]
    return f"did you mean {' and '.join(f'{each}=' for each in close[0])}?" if close else ""


def explained(advice: Mapping[str, str]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function or a method so that a wrong keyword of it is told by `wrong`.

    Parameters
    ----------
    advice : what to do instead, by keyword; see `wrong`
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        takes = [name for name in inspect.signature(function).parameters if name != "self"]

        @functools.wraps(function)
        def call(*args: P.args, **given: P.kwargs) -> T:
            for name in given:
                if name not in takes:
                    made = function.__name__ == "__init__"  # then it is the class that was called
                    owner = type(args[0]).__name__ if made else function.__name__
                    raise wrong(owner, name, takes, advice.get(name, ""))
            return function(*args, **given)

        return call

    return decorate
