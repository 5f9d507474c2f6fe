"""Which of the known names was meant: by meaning, as other libraries have it, or by letters."""

from __future__ import annotations

from collections.abc import Iterable

# What it is called elsewhere, and what it may be here, best first. The names that there are decide.
MEANINGS = {
    # losses, and what is measured
    "mse": ("mean_squared_error",),
    "mse_loss": ("mean_squared_error",),
    "rmse": ("mean_squared_error",),
    "root_mean_squared_error": ("mean_squared_error",),
    "l2_loss": ("mean_squared_error",),
    "squared_error": ("mean_squared_error",),
    "least_squares": ("mean_squared_error",),
    "mae": ("mean_absolute_error",),
    "l1_loss": ("mean_absolute_error",),
    "absolute_error": ("mean_absolute_error",),
    "smooth_l1": ("huber",),
    "smooth_l1_loss": ("huber",),
    "pinball": ("quantile",),
    "bce": ("binary_cross_entropy",),
    "bce_loss": ("binary_cross_entropy",),
    "binary_crossentropy": ("binary_cross_entropy",),
    "ce": ("cross_entropy",),
    "categorical_crossentropy": ("cross_entropy",),
    "sparse_categorical_crossentropy": ("cross_entropy",),
    "categorical_cross_entropy": ("cross_entropy",),
    "nll": ("cross_entropy",),
    "nll_loss": ("cross_entropy",),
    "log_loss": ("cross_entropy",),
    "logloss": ("cross_entropy",),
    "kld": ("kl_divergence",),
    "kl": ("kl_divergence",),
    "loss": ("validation_loss", "training_loss"),
    "acc": ("accuracy",),
    "train_loss": ("loss",),
    "training_loss": ("loss",),
    "train_accuracy": ("accuracy",),
    "val_acc": ("validation_accuracy",),
    # activations
    "linear": ("identity",),
    "none": ("identity",),
    "logistic": ("sigmoid", "binary_cross_entropy"),
    "leaky": ("leaky_relu",),
    "lrelu": ("leaky_relu",),
    "rectifier": ("relu",),
    "gelu_approximate": ("gelu_tanh",),
    # optimizers
    "gradient_descent": ("sgd",),
    "gd": ("sgd",),
    "sgd_momentum": ("momentum",),
    "nag": ("nesterov",),
    "adam_w": ("adamw",),
    "bfgs": ("lbfgs",),
    "l_bfgs": ("lbfgs",),
    "l_bfgs_b": ("lbfgs",),
    # initializers and penalties
    "xavier": ("glorot",),
    "xavier_uniform": ("glorot",),
    "xavier_normal": ("glorot",),
    "kaiming": ("he",),
    "kaiming_uniform": ("he",),
    "kaiming_normal": ("he",),
    "gaussian": ("normal",),
    "lasso": ("l1",),
    "ridge": ("l2",),
    "weight_decay": ("l2",),
}


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that was meant, or None.

    First by meaning; then one with two neighbouring letters the other way round, the shorter if there are several;
    then the one that difflib finds close.
    """
    import difflib

    lower = {each.lower(): each for each in reversed(list(known))}
    given = str(name).lower()
    same = [given] if given in lower else []
    meant = [each for each in MEANINGS.get(given.replace("-", "_").replace(" ", "_"), ()) if each in lower]
    swapped = sorted((each for each in lower if _swapped(given, each)), key=len)
    close = difflib.get_close_matches(given, lower, n=1)
    return next((lower[each] for each in (*same, *meant, *swapped, *close)), None)


def _swapped(a: str, b: str) -> bool:
    """Whether two names differ by two neighbouring letters that changed places."""
    if len(a) != len(b):
        return False
    at = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(at) != 2 or at[1] != at[0] + 1:
        return False
    pair = a[at[0] : at[1] + 1]
    return pair.isalpha() and pair[::-1] == b[at[0] : at[1] + 1]
