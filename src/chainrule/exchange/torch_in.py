"""A network from a PyTorch module that is a chain, or from a state_dict."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import parts
from chainrule.errors import ChainruleError, InputError, KindError
from chainrule.exchange.chain import Link, network
from chainrule.exchange.tensors import as_array, common_dtype
from chainrule.exchange.torch_out import TORCH_NAMES
from chainrule.exchange.torch_state import of_state
from chainrule.network import Network
from chainrule.parts.contract import Array, Layer
from chainrule.utils.checks import short

# For each module its layer; torch's own classes alone, since one that is derived may compute something else.
LAYERS: dict[str, Callable[[Any], Layer]] = {
    "Linear": lambda m: parts.Dense(m.in_features, m.out_features, bias=m.bias is not None),
    "BatchNorm1d": lambda m: parts.BatchNorm(rate=m.momentum, epsilon=m.eps),
    "LayerNorm": lambda m: parts.LayerNorm(epsilon=m.eps),
    "Dropout": lambda m: parts.Dropout(m.p),
    "Identity": lambda m: parts.Identity(),
    "ReLU": lambda m: parts.ReLU(),
    "LeakyReLU": lambda m: parts.LeakyReLU(m.negative_slope),
    "PReLU": lambda m: parts.PReLU(),
    "ELU": lambda m: parts.ELU(m.alpha),
    "SELU": lambda m: parts.SELU(),
    "Sigmoid": lambda m: parts.Sigmoid(),
    "Tanh": lambda m: parts.Tanh(),
    "Softplus": lambda m: parts.Softplus(),
    "SiLU": lambda m: parts.SiLU(),
    "Hardswish": lambda m: parts.HardSwish(),
    "GELU": lambda m: parts.GELUTanh() if m.approximate == "tanh" else parts.GELU(),
    "Mish": lambda m: parts.Mish(),
    "Softmax": lambda m: parts.Softmax(),
    "LogSoftmax": lambda m: parts.LogSoftmax(),
}
# What they bring along, by the names of chainrule's layers.
ARRAYS = {
    "Linear": ("W", "b"),
    "PReLU": ("alpha",),
    "LayerNorm": ("gamma", "beta"),
    "BatchNorm1d": ("gamma", "beta", "mu_run", "var_run"),
}
# What chainrule's layers can't do, and torch's can: what is right, and the reason otherwise.
LIMITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "BatchNorm1d": (
        lambda m: m.track_running_stats and m.momentum is not None,
        "chainrule keeps running averages, each step's by one rate: set track_running_stats=True and a momentum",
    ),
    "LayerNorm": (lambda m: len(m.normalized_shape) == 1, "chainrule's samples have one axis"),
    "Dropout": (lambda m: m.p < 1, "of p = 1 nothing is left"),
    "Softplus": (
        lambda m: m.beta == 1 and m.threshold >= 20,
        "chainrule's softplus is log(1 + e^z): take beta = 1 and a threshold of at least 20",
    ),
    "Softmax": (lambda m: m.dim in (1, -1), "chainrule's goes over the outputs of a sample: take dim=1"),
    "LogSoftmax": (lambda m: m.dim in (1, -1), "chainrule's goes over the outputs of a sample: take dim=1"),
    "Flatten": (
        lambda m: (m.start_dim, m.end_dim) == (1, -1),
        "chainrule's samples are rows already: take start_dim=1 and end_dim=-1",
    ),
}
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def from_torch(
    source: Any,
    *,
    hidden: Any = None,
    output: Any = None,
    loss: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
) -> Network:
    """The network of a PyTorch module, with its weights, copied, in its dtype.

    The module is an `nn.Sequential` of Linear, activations, BatchNorm1d, LayerNorm, Dropout and Flatten, or of other
    such ones. Its samples are rows: what the module flattens first is given flat. Steps are those of the module in
    training mode. Parameters that require no gradient are frozen.

    Of a module that ends in Linear, as PyTorch's losses want it, the network gives the same sums unless `output` says
    what they mean. Several of them are taken for the logits of classes, `CrossEntropy(from_logits=True)`; a single
    one for a number, "mean_squared_error", since nothing tells which of the two it is. With output="softmax" or
    "sigmoid" the network gives probabilities, with the loss "cross_entropy" and the same gradients.

    Parameters
    ----------
    source : the module; or a state_dict of Linear layers alone, in their order, for which `hidden` and `output` are
        given as for `Network`, since it doesn't tell them
    hidden : only with a state_dict: the activation of the hidden layers, or a list with one for each
    output : what the last sums are for: "softmax", "sigmoid", "identity" (numbers), …
    loss : a name or a part; unless given, as above, and by the output otherwise
    features, classes : names of the inputs and of the classes

    Raises
    ------
    InputError : for a module that is no such chain, naming the place and the reason
    KindError : for something else; a file is read by ``torch.load(path, weights_only=True)``, which runs no code

    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(4, 3)), output="softmax")  # doctest: +SKIP
    """
    torch = sys.modules.get("torch")  # whoever has a module has imported it
    if isinstance(source, Mapping):
        chain, dtype, output = of_state(source, hidden, output)
        scale_target = None
    elif torch is not None and isinstance(source, torch.nn.Module):
        if hidden is not None:
            raise InputError(
                f"hidden = {hidden!r} goes with a state_dict; a module has its activations: leave it out."
            )
        chain, dtype, scale_target = _of_module(source, torch.nn)
    else:
        told = repr(source) if isinstance(source, str) else short(source)
        raise KindError(
            f"{told} is no PyTorch module and no state_dict: give one; a file of a state_dict is read by "
            "torch.load(path, weights_only=True)."
        )
    return network(
        chain,
        output=output,
        loss=loss,
        dtype=dtype,
        scale_target=scale_target,
        features=features,
        classes=classes,
    )


def _of_module(module: Any, nn: Any) -> tuple[list[Link], str, Layer | None]:
    chain: list[Link] = []
    scale_target: Layer | None = None
    owners: dict[int, str] = {}
    arrays: list[tuple[str, Array]] = []
    width: int | None = None
    for place, each in _flat(module, nn, ""):
        if scale_target is not None:
            raise InputError(
                f"{place} comes after what gives outputs their unit, which is the last thing there is."
            )
        if type(each).__name__ == "Restore":
            scale_target = _scaling(each)
            continue
        for name, parameter in each.named_parameters(recurse=False):
            if (first := owners.setdefault(id(parameter), place)) != place:
                raise InputError(
                    f"{place} shares its {name} with {first}: chainrule's layers have each their own."
                )
            arrays.append((f"{place}: {name}", as_array(parameter, f"{place}: {name}")))
        if type(each) is not nn.Flatten:
            chain.append(_link(place, each, width))
            width = chain[-1].layer.width(None) or width
    if not chain:
        raise InputError("the module is empty: it needs a Linear at least.")
    return chain, common_dtype(arrays), scale_target


def _flat(module: Any, nn: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The modules of a chain in their order, with their places; raises at the first one that is something else."""
    place = f"{'module ' + path if path else 'the module'}, {_short(module)}"
    if hooks := [name for name in HOOKS if getattr(module, name, None)]:
        raise InputError(
            f"{place} has hooks ({hooks[0].strip('_')}), which may change its numbers: remove them, and weight_norm "
            "by remove_weight_norm."
        )
    if "forward" in vars(module):
        raise InputError(f"{place} has a forward of its own, which can't be read.")
    if type(module) is nn.Sequential:
        for name, child in module._modules.items():
            yield from _flat(child, nn, f"{path}.{name}" if path else name)
        return
    name = type(module).__name__
    if name in ("Standardize", "Restore") and type(module).__module__ == "chainrule.exchange.torch_modules":
        yield place, module
        return
    if name not in {*LAYERS, "Flatten"} or getattr(nn, name) is not type(module):
        advice = (
            "what its forward does can't be read, so build an nn.Sequential of its layers, or give its state_dict() "
            "with hidden= and output="
            if next(module.children(), None) is not None
            else f"it has Sequential, Flatten, {', '.join(LAYERS)}"
        )
        raise InputError(f"{place} is none that chainrule has: {advice}.")
    fits, reason = LIMITS.get(name, (lambda m: True, ""))
    if not fits(module):
        raise InputError(f"{place}: {reason}.")
    yield place, module


def _short(module: Any) -> str:
    inside = next(module.children(), None) is not None
    return f"{type(module).__name__}(…)" if inside else repr(module)


def _link(place: str, module: Any, width: int | None) -> Link:
    """A module's layer with its arrays."""
    name = type(module).__name__
    if name == "Standardize":
        return Link(place, _scaling(module))
    try:
        layer = LAYERS[name](module)
    except ChainruleError as error:
        raise InputError(f"{place}: {error}") from error
    if name == "PReLU" and module.num_parameters == 1 != width:
        raise InputError(
            f"{place} has one α for {width or 'all'} units, and chainrule's PReLU learns one for each: make "
            f"nn.PReLU({width or 'units'})."
        )
    arrays: dict[str, Array] = {}
    frozen = set()
    for local in ARRAYS.get(name, ()):
        tensor = getattr(module, TORCH_NAMES[local])
        if tensor is None and name == "Linear":
            continue  # its layer has none either
        if tensor is None:  # of a normalization with affine=False
            arrays[local] = np.full(_size(module), float(local == "gamma"))
            frozen.add(local)
        else:
            arrays[local] = as_array(tensor, f"{place}: {TORCH_NAMES[local]}").T
            if not (tensor.requires_grad or local.endswith("_run")):
                frozen.add(local)
    return Link(place, layer, arrays, frozenset(frozen))


def _scaling(module: Any) -> Layer:
    return parts.Standardize(module.center.cpu().numpy(), module.scale.cpu().numpy())


def _size(module: Any) -> int:
    """How many units a normalization has."""
    shape = getattr(module, "normalized_shape", None)
    return int(shape[0] if shape else module.num_features)
