"""A network as PyTorch's `nn.Sequential`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule import parts
from chainrule.errors import KindError, MissingPackage
from chainrule.exchange.chain import Link, links
from chainrule.model.model import Model
from chainrule.parts.contract import Layer

# For each layer torch's module: of nn, of the layer, and of what every module takes.
Maker = Callable[[Any, Any, dict[str, Any]], Any]
MAKERS: dict[type[Any], Maker] = {
    parts.Dense: lambda nn, of, kw: nn.Linear(of.inputs, of.outputs, bias=of.bias, **kw),
    parts.Dropout: lambda nn, of, kw: nn.Dropout(of.rate),
    parts.Identity: lambda nn, of, kw: nn.Identity(),
    parts.ReLU: lambda nn, of, kw: nn.ReLU(),
    parts.LeakyReLU: lambda nn, of, kw: nn.LeakyReLU(of.slope),
    parts.ELU: lambda nn, of, kw: nn.ELU(of.alpha),
    parts.SELU: lambda nn, of, kw: nn.SELU(),
    parts.Sigmoid: lambda nn, of, kw: nn.Sigmoid(),
    parts.Tanh: lambda nn, of, kw: nn.Tanh(),
    # From its threshold on torch takes z itself; at its default of 20 that would be off by 2e-9.
    parts.Softplus: lambda nn, of, kw: nn.Softplus(threshold=40),
    parts.Swish: lambda nn, of, kw: nn.SiLU(),
    parts.SiLU: lambda nn, of, kw: nn.SiLU(),
    parts.HardSwish: lambda nn, of, kw: nn.Hardswish(),
    parts.GELU: lambda nn, of, kw: nn.GELU(),
    parts.GELUTanh: lambda nn, of, kw: nn.GELU("tanh"),
    parts.Mish: lambda nn, of, kw: nn.Mish(),
    parts.Softmax: lambda nn, of, kw: nn.Softmax(dim=1),
    parts.LogSoftmax: lambda nn, of, kw: nn.LogSoftmax(dim=1),
}
WIDE: dict[type[Any], Callable[[Any, Any, int, dict[str, Any]], Any]] = {  # those that know their width, too
    parts.PReLU: lambda nn, of, n, kw: nn.PReLU(n, **kw),
    parts.BatchNorm: lambda nn, of, n, kw: nn.BatchNorm1d(n, eps=of.epsilon, momentum=of.rate, **kw),
    parts.LayerNorm: lambda nn, of, n, kw: nn.LayerNorm(n, eps=of.epsilon, **kw),
}
# What torch calls a layer's arrays.
TORCH_NAMES = {
    "W": "weight",
    "b": "bias",
    "gamma": "weight",
    "beta": "bias",
    "alpha": "weight",
    "mu_run": "running_mean",
    "var_run": "running_var",
}


def to_torch(net: Model) -> Any:
    """The network as a `torch.nn.Sequential` with its weights, copied, in its dtype.

    It is in evaluation mode and gives what `net.predict` gives: where the network ends in softmax, so does the module,
    and ``module[:-1]`` has the logits that `nn.CrossEntropyLoss` wants. Call ``module.train()`` to go on training.
    `Standardize` comes along as a module of chainrule's own, and so does what takes outputs back to the unit of the
    targets, where the network has a `scale_target`: ``module[:-1]`` then gives them scaled. Frozen parameters don't
    require gradients. The loss, a penalty, and the names of features and classes stay behind, since a module has none.

    Parameters
    ----------
    net : any network of chainrule's own layers

    Returns
    -------
    the `nn.Sequential`, a module for each layer (none for the identity)

    Raises
    ------
    KindError : for a layer that is code of one's own, naming it
    MissingPackage : if torch is not installed

    >>> to_torch(Network([2, 3, 2]))  # doctest: +SKIP
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=2, bias=True)
      (3): Softmax(dim=1)
    )
    """
    if not isinstance(net, Model):
        raise KindError(f"{net!r} is no network: give one that cr.Network made.")
    try:
        import torch
    except ImportError as error:
        raise MissingPackage("torch", "making a PyTorch module") from error
    dtype, width, modules, raw = getattr(torch, net.dtype.name), net.inputs, [], True
    for link in links(net):
        width = link.layer.width(width) or width
        raw = raw and not (link.arrays or link.layer.noise)
        if type(link.layer) is not parts.Identity:
            modules.append(_module(link, dtype, width, raw))
    if net.scale_target is not None:
        modules.append(_restore(net.scale_target, dtype))
    return torch.nn.Sequential(*modules).eval()


def _restore(scaling: Layer, dtype: Any) -> Any:
    """What takes outputs back to the unit of the targets."""
    if type(scaling) is not parts.Standardize:
        raise KindError(
            f"scale_target, {scaling}, has no module in torch, since it is code of your own: take Standardize, or "
            "write its module yourself."
        )
    from chainrule.exchange.torch_modules import Restore

    return Restore(scaling.center, scaling.scale, dtype, double=True)


def _module(link: Link, dtype: Any, width: int, raw: bool) -> Any:
    import torch

    layer, own = link.layer, {"dtype": dtype}
    if type(layer) is parts.Standardize:
        from chainrule.exchange.torch_modules import Standardize

        return Standardize(layer.center, layer.scale, dtype, double=raw)
    if make := MAKERS.get(type(layer)):
        made = make(torch.nn, layer, own)
    elif wide := WIDE.get(type(layer)):
        made = wide(torch.nn, layer, width, own)
    elif layer.raw_features is not None:
        raise KindError(
            f"{link.place}, has no module in torch: it prepares the columns of a table. Give the module prepared "
            'samples, net.trace(X)["x"], and make it of a network that takes these.'
        )
    else:
        raise KindError(
            f"{link.place}, has no module in torch, since it is code of your own: take layers of chainrule's own, or "
            "write its module yourself."
        )
    with torch.no_grad():
        for local, array in link.arrays.items():
            target = getattr(made, TORCH_NAMES[local])
            target.copy_(torch.tensor(array.T))
            if local in link.frozen:
                target.requires_grad_(False)
    return made
