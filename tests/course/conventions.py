"""Right ways to write the course's functions that are unlike ours: none of them is a mistake.

Each is a chapter with bodies by function, in place of the solution's; and functions about which a convention is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Convention:
    what: str
    chapter: int
    bodies: dict[str, str]
    told: tuple[str, ...] = field(default=())


CONVENTIONS = [
    Convention("relu by where", 1, {"a1": "np.where(z1 > 0, z1, 0)"}),
    Convention("relu by a product", 1, {"a1": "z1 * (z1 > 0)"}),
    Convention("biases as a row", 1, {"z1": "np.dot(x, W1) + b1.reshape(1, -1)"}),
    Convention(
        "columns, forward", 1, {"z1": "W1 @ x + b1", "a1": "np.maximum(z1, 0)", "z2": "W2 @ a1 + b2"}, ("z1", "z2")
    ),
    Convention("the largest of all", 2, {"softmax": "(lambda e: e / e.sum(1)[:, None])(np.exp(z2 - z2.max()))"}),
    Convention(
        "columns, softmax", 2,
        {"softmax": "np.exp(z2 - z2.max()) / np.exp(z2 - z2.max()).sum(0)", "classify": "a2.argmax(0)"},
        ("softmax", "classify"),
    ),
    Convention("eye", 3, {"one_hot": "np.eye(classes)[labels]"}),
    Convention("a sum over the samples", 3, {"loss": "-np.sum(y * np.log(a2))"}, ("loss",)),
    Convention("log of what is right", 3, {"loss": "-np.log((a2 * y).sum(axis=1)).mean()"}),
    Convention("a little beside log 0", 3, {"loss": "-np.mean(np.sum(y * np.log(a2 + 1e-15), axis=1))"}),
    Convention("no 1/m in dz2", 4, {"dz2": "a2 - y"}, ("dz2",)),
    Convention(
        "1/m in the weights", 4,
        {"da2": "-y / a2", "dz2": "a2 - y", "dW2": "a1.T @ dz2 / len(dz2)", "db2": "dz2.mean(axis=0)",
         "dW1": "x.T @ dz1 / len(x)", "db1": "np.mean(dz1, axis=0, keepdims=True)"},
        ("da2", "dz2", "dW2", "db2", "dW1", "db1"),
    ),
    Convention(
        "columns, backward", 4,
        {"da2": "-y / a2 / y.shape[1]", "dz2": "(a2 - y) / y.shape[1]", "dW2": "dz2 @ a1.T",
         "db2": "dz2.sum(axis=1, keepdims=True)", "da1": "W2.T @ dz2", "dW1": "dz1 @ x.T",
         "db1": "dz1.sum(axis=1, keepdims=True)"},
        ("da2", "dz2", "dW2", "db2", "da1", "dW1", "db1"),
    ),
    Convention("in place", 4, {"dz2": "(a2.__isub__(y)) / len(y)"}, ("dz2",)),
    Convention("slope as a number", 4, {"dz1": "da1 * np.where(z1 > 0, 1.0, 0.0)"}),
    Convention("biases as a row", 4, {"db2": "dz2.sum(axis=0, keepdims=True)", "db1": "np.ones(len(dz1)) @ dz1"}),
    Convention("by einsum", 4, {"dW2": "np.einsum('mh,mk->hk', a1, dz2)"}),
    Convention("velocity downhill", 5, {"sgd": "-lr * dw + w"}),
    Convention("slices", 6, {"batches": "np.array_split(order, range(batch_size, len(order), batch_size))"}),
    Convention("one root", 7, {"v_new": "v + (1 - beta2) * (dw * dw - v)"}),
    Convention("root of both", 7, {"w_new": "w - lr * (m_hat / (v_hat**0.5 + epsilon))"}),
    Convention("variance by NumPy", 8, {"var": "z.var(axis=0)", "mu": "np.mean(z, 0)"}),
    Convention("in two terms", 8, {
        "dz": "(len(zhat) * dzhat - dzhat.sum(0) - zhat * (dzhat * zhat).sum(0)) / len(zhat) / np.sqrt(var + 1e-5)",
    }),
    Convention("means as rows", 8, {
        "mu": "z.mean(axis=0, keepdims=True)", "dgamma": "np.sum(zhat * dn, 0, keepdims=True)",
    }),
    Convention(
        "columns, normalized", 8,
        {"mu": "z.mean(axis=1, keepdims=True)", "var": "((z - mu) ** 2).mean(axis=1, keepdims=True)",
         "dgamma": "(dn * zhat).sum(axis=1, keepdims=True)", "dbeta": "dn.sum(axis=1, keepdims=True)",
         "dz": "(lambda m: (dzhat - dzhat.sum(1, keepdims=True) / m - zhat * (dzhat * zhat).sum(1, keepdims=True) / m)"
               " / np.sqrt(var + 1e-5))(zhat.shape[1])"},
        ("mu", "var", "dgamma", "dbeta", "dz"),
    ),
]  # fmt: skip
