"""Slips as learners make them, as plain edits of the solutions: the function, old and new text, and the slip's names.

Of several names any is the slip's; none means that it must be found, and need not be named.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slip:
    chapter: int
    function: str
    old: str
    new: str
    names: tuple[str, ...] = ()
    place: int = 1  # which of the places of the old text, from 1

    def made(self, text: str) -> str:
        parts = text.split(self.old)
        assert len(parts) > self.place, f"{self.old!r} is not there"
        return self.old.join(parts[: self.place]) + self.new + self.old.join(parts[self.place :])


def _slips(chapter: int, *rows: tuple[str, str, str, str]) -> list[Slip]:
    return [Slip(chapter, name, old, new, tuple(names.split())) for name, old, new, names in rows]


SLIPS = [
    *_slips(
        1,
        ("z1", "return x @ W1 + b1", "return x @ W1", "bias_missing"),
        ("z1", "return x @ W1 + b1", "return x @ W1 - b1", "bias_minus"),
        ("z1", "return x @ W1 + b1", "return x @ W1.T + b1", "W_transposed"),
        ("z1", "return x @ W1 + b1", "return x * W1 + b1", "dot_for_star"),
        ("a1", "return np.maximum(0, z1)", "return z1", "activation_missing"),
        ("a1", "return np.maximum(0, z1)", "return 1 / (1 + np.exp(-z1))", "other_function"),
        ("a1", "return np.maximum(0, z1)", "return np.minimum(0, z1)", ""),
        ("a1", "return np.maximum(0, z1)", "return np.maximum(0, -z1)", "sigmoid_sign"),
        ("a1", "return np.maximum(0, z1)", "return (z1 > 0) * 1.0", ""),
        ("a1", "return np.maximum(0, z1)", "return np.where(z1 > 0, z1, 0.01 * z1)", "other_function"),
        ("a1", "return np.maximum(0, z1)", "return np.tanh(z1)", "other_function"),
        ("z2", "return a1 @ W2 + b2", "return a1 @ W2", "bias_missing"),
        ("z2", "return a1 @ W2 + b2", "return np.maximum(0, a1 @ W2 + b2)", ""),
    ),
    *_slips(
        2,
        ("softmax", "e.sum(axis=1, keepdims=True)", "e.sum(axis=0)", "softmax_axis"),
        ("softmax", "e.sum(axis=1, keepdims=True)", "e.sum()", "softmax_all"),
        ("softmax", "z2.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)",
         "z2.max())\n    return e / e.sum(axis=0)", "softmax_axis"),
        ("softmax", " - z2.max(axis=1, keepdims=True)", "", "softmax_unstable"),
        ("softmax", "return e / e.sum(axis=1, keepdims=True)", "return 1 / (1 + np.exp(-z2))", "other_function"),
        ("softmax", "return e / e.sum(axis=1, keepdims=True)",
         "a = e / e.sum(axis=1, keepdims=True)\n    e = np.exp(a)\n    return e / e.sum(axis=1, keepdims=True)",
         "activation_twice"),
        ("softmax", "np.exp(z2 - ", "np.exp(-z2 - ", "sigmoid_sign"),
        ("classify", "axis=1)\n", "axis=0)\n", "argmax_axis"),
        ("classify", "a2.argmax(axis=1)", "a2.argmax()", "argmax_axis"),
        ("classify", "a2.argmax(axis=1)", "a2.argmax(axis=1) + 1", "class_off_by_one"),
    ),
    *_slips(
        3,
        ("one_hot", "(len(labels), classes)", "(len(labels), labels.max() + 1)", "onehot_width"),
        ("one_hot", "labels] = 1", "labels - 1] = 1", "class_off_by_one"),
        ("one_hot", "return y\n", "return y.T\n", "onehot_transposed"),
        ("loss", "return -np.sum", "return np.sum", "ce_no_minus"),
        ("loss", "-np.sum(y * np.log(a2)) / len(y)", "np.sum((a2 - y) ** 2) / len(y)", "loss_grad_differ"),
        ("loss", "y * np.log(a2)", "y * np.log(a2) + (1 - y) * np.log(1 - a2)", "bce_for_softmax"),
        ("loss", "np.log(a2)", "a2", "log_missing"),
        ("loss", "-np.sum(y * np.log(a2)) / len(y)", "np.mean(a2.argmax(1) != y.argmax(1))", "loss_of_argmax"),
        ("loss", "-np.sum(y * np.log(a2)) / len(y)", "np.sqrt(np.mean((a2 - y) ** 2))", "square_slip"),
    ),
    *_slips(
        4,
        ("da2", "return -y / a2", "return y / a2", "dz2_sign dz_sign"),
        ("da2", "return -y / a2 / len(y)", "return -a2 / y.clip(1e-3) / len(y)", ""),
        ("da2", "return -y / a2 / len(y)", "return (a2 - y) / len(y)", ""),
        ("dz2", "return (a2 - y)", "return (y - a2)", "dz2_sign"),
        ("dz2", "return (a2 - y)", "return a2 * (1 - a2) * (a2 - y)", "output_slope_extra softmax_diag"),
        ("dz2", "return (a2 - y)", "return np.mean(a2 - y)", ""),
        ("dz2", "return (a2 - y) / len(y)", "return a2 * (1 - a2) * (-y / a2) / len(y)", "softmax_diag"),
        ("dz2", "return (a2 - y)", "return (a2 - y) * a2", "dz2_times_z"),
        ("dW2", "return a1.T @ dz2", "return (a1.T @ dz2) / len(dz2)", "one_over_m_twice"),
        ("dW2", "return a1.T @ dz2", "return dz2.T @ a1", "dW_transposed"),
        ("dW2", "return a1.T @ dz2", "return a1 @ dz2", "dW_no_transpose"),
        ("dW2", "return a1.T @ dz2", "return -a1.T @ dz2", "dW_sign"),
        ("dW2", "return a1.T @ dz2", "return np.outer(a1[-1], dz2.sum(axis=0))", "last_sample_only"),
        ("db2", "return dz2.sum(axis=0)", "return dz2.sum()", "db_sum_all"),
        ("db2", "return dz2.sum(axis=0)", "return dz2.mean()", "db_sum_all"),
        ("db2", "return dz2.sum(axis=0)", "return dz2", "db_not_summed"),
        ("db2", "return dz2.sum(axis=0)", "return dz2.sum(axis=1)", "db_wrong_axis"),
        ("db2", "return dz2.sum(axis=0)", "return dz2.mean(axis=0)", "one_over_m_mixed one_over_m_twice"),
        ("da1", "return dz2 @ W2.T", "return dz2 @ W2", "da1_no_transpose"),
        ("da1", "return dz2 @ W2.T", "return dz2[:, :1] @ W2.T[:1]", "da1_some_outputs"),
        ("da1", "return dz2 @ W2.T", "return dz2 @ (W2 / W2.sum(axis=0)).T", "da1_shares"),
        ("dz1", "return da1 * (z1 > 0)", "return da1", "slope_skipped"),
        ("dz1", "return da1 * (z1 > 0)", "return da1 * np.maximum(0, z1)", "relu_slope_wrong"),
        ("dz1", "return da1 * (z1 > 0)", "return da1 * z1", "slope_formula"),
        ("dz1", "return da1 * (z1 > 0)", "return da1 * z1 * (1 - z1)", "form_of_z slope_of_other_function"),
        ("dz1", "return da1 * (z1 > 0)", "return da1 * (z1 < 0)", "relu_slope_wrong slope_formula"),
        ("dz1", "return da1 * (z1 > 0)", "return da1 * (1 - np.tanh(z1) ** 2)", "slope_of_other_function"),
        ("dz1", "return da1 * (z1 > 0)", "return da1 @ (z1 > 0)", "dot_for_star"),
        ("dW1", "return x.T @ dz1", "return x.T @ dz1 * 2", "scale_differs"),
        ("dW1", "return x.T @ dz1", "return dz1.T @ x", "dW_transposed"),
        ("db1", "return dz1.sum(axis=0)", "return dz1.sum(axis=1)", "db_wrong_axis"),
        ("db1", "return dz1.sum(axis=0)", "return dz1[-1]", "last_sample_only"),
        ("db1", "return dz1.sum(axis=0)", "return dz1.max(axis=0)", ""),
    ),
    *_slips(
        5,
        ("sgd", "return w - lr * dw", "return w + lr * dw", "update_sign"),
        ("sgd", "return w - lr * dw", "return w - dw", "eta_missing"),
        ("sgd", "return w - lr * dw", "return w", "bias_not_updated"),
        ("sgd", "return w - lr * dw", "return w - lr * w", "update_with_b"),
        ("sgd", "return w - lr * dw", "return w - lr", "optimizer_slip"),
        ("sgd", "return w - lr * dw", "return lr * dw", "optimizer_slip"),
        ("sgd", "return w - lr * dw", "w - lr * dw", ""),
        ("velocity", "return mu * v + dw", "return mu * v + (1 - mu) * dw", "momentum_slip"),
        ("velocity", "return mu * v + dw", "return v + mu * dw", ""),
        ("velocity", "return mu * v + dw", "return mu * v", "momentum_slip"),
        ("momentum", "return w - lr * v_new", "return w + lr * v_new", "update_sign"),
        ("momentum", "return w - lr * v_new", "return w - v_new", "eta_missing"),
    ),
    *_slips(
        6,
        ("batches", "range(0, len(order), batch_size)", "range(0, len(order) - batch_size + 1, batch_size)",
         "last_batch"),
        ("batches", "range(0, len(order), batch_size)", "range(-(-len(order) // batch_size))", "batch_slice"),
        ("train", "step(x[rows], y[rows], parameters)", "step(x[rows], y[: len(rows)], parameters)", "shuffle_apart"),
        ("train", "for rows in batches(rng.permutation(len(x)), batch_size)",
         "for rows in batches(np.arange(len(x)), batch_size)", "not_shuffled"),
        ("train", "for rows in batches(rng.permutation(len(x)), batch_size)",
         "for rows in batches(np.random.default_rng(seed).permutation(len(x)), batch_size)", "seed_again"),
        ("train", "for rows in batches(rng.permutation(len(x)), batch_size):",
         "order = rng.permutation(len(x))\n        for i in range(3):\n            rows = order[i : i + batch_size]",
         "batch_slice"),
        ("train", "parameters[name] - lr * dw", "parameters[name] + lr * dw", "update_sign"),
        ("train", "parameters[name] - lr * dw", "parameters[name] - dw", "eta_missing"),
        ("train", "for _ in range(epochs)", "for _ in range(epochs - 1)", "epochs_wrong"),
        ("train", "for _ in range(epochs)", "for _ in range(1, epochs + 2)", "epochs_wrong"),
        ("train", "parameters[name] = parameters[name] - lr * dw",
         "parameters[name] = parameters[name] - lr * dw if name[0] == 'W' else parameters[name]", "bias_not_updated"),
        ("train", "losses.append(total / len(x))", "losses.append(L)", "loss_of_last_batch"),
        ("train", "total += L * len(rows)", "total += L", ""),
        ("train", "parameters[name] = parameters[name] - lr * dw",
         "kept = train.__dict__.setdefault(name, [])\n                kept.append(dw)\n"
         "                parameters[name] = parameters[name] - lr * sum(kept)", "grads_not_reset"),
        ("train", "return parameters, losses", "return parameters", ""),
    ),
    *_slips(
        7,
        ("m_new", "return beta1 * m + (1 - beta1) * dw", "return beta1 * m + dw", "adam_slip"),
        ("m_new", "return beta1 * m + (1 - beta1) * dw", "return beta1 * m - (1 - beta1) * dw", "adam_slip"),
        ("m_new", "return beta1 * m + (1 - beta1) * dw", "return (1 - beta1) * m + beta1 * dw", "adam_slip"),
        ("v_new", "(1 - beta2) * dw**2", "(1 - beta2) * dw", "adam_slip"),
        ("v_new", "(1 - beta2) * dw**2", "dw**2", "adam_slip"),
        ("m_hat", "return m_new / (1 - beta1**t)", "return m_new / (1 - beta1)", "adam_slip"),
        ("m_hat", "return m_new / (1 - beta1**t)", "return m_new", "adam_slip"),
        ("v_hat", "return v_new / (1 - beta2**t)", "return v_new / (1 - beta2 * t)", ""),
        ("v_hat", "return v_new / (1 - beta2**t)", "return v_new * (1 - beta2**t)", "adam_slip"),
        ("w_new", "np.sqrt(v_hat) + epsilon", "v_hat + epsilon", "adam_slip"),
        ("w_new", "np.sqrt(v_hat) + epsilon", "np.sqrt(m_hat**2) + epsilon", ""),
        ("w_new", "return w - lr", "return w + lr", "update_sign"),
        ("w_new", "return w - lr * m_hat", "return w - m_hat", "eta_missing"),
        ("adam", "return w, m, v", "return w, m_hat(m, beta1, t), v", "adam_slip"),
        ("adam", "w_new(w, m_hat(m, beta1, t), v_hat(v, beta2, t)", "w_new(w, m, v", "adam_slip"),
        ("adam", "w_new(w, m_hat(m, beta1, t), v_hat(v, beta2, t)", "w_new(w, m_hat(m, beta1, 1), v_hat(v, beta2, 1)",
         "adam_slip"),
        ("adam", "w_new(w, m_hat(m, beta1, t)", "w_new(w, m_hat(dw, beta1, t)", "adam_slip"),
    ),
    *_slips(
        8,
        ("mu", "return z.mean(axis=0)", "return z.mean(axis=1)", ""),
        ("mu", "return z.mean(axis=0)", "return z.mean()", ""),
        ("var", "((z - mu) ** 2).mean(axis=0)", "(z**2).mean(axis=0)", ""),
        ("var", "((z - mu) ** 2).mean(axis=0)", "z.std(axis=0)", ""),
        ("zhat", "np.sqrt(var + 0.00001)", "var", ""),
        ("zhat", "(z - mu) / ", "(z - mu) * ", ""),
        ("n", "return gamma * zhat + beta", "return gamma * zhat", ""),
        ("dgamma", "(dn * zhat).sum(axis=0)", "dn.sum(axis=0)", ""),
        ("dbeta", "return dn.sum(axis=0)", "return dn.sum()", "db_sum_all"),
        ("dzhat", "return dn * gamma", "return dn", ""),
        ("dz", "- dzhat.sum(axis=0) / m ", "", ""),
        ("dz", "dzhat - dzhat.sum(axis=0) / m - zhat * ((dzhat * zhat).sum(axis=0) / m)", "dzhat", ""),
        ("mu_run_new", "0.9 * mu_run + 0.1 * mu", "0.1 * mu_run + 0.9 * mu", ""),
        ("mu_run_new", "0.9 * mu_run + 0.1 * mu", "mu", ""),
        ("var_run_new", "m / (m - 1) * var", "var", ""),
        ("n_predicted", "(z - mu_run)", "(z - z.mean(axis=0))", ""),
        ("n_predicted", "np.sqrt(var_run + 0.00001)", "np.sqrt(z.var(axis=0) + 0.00001)", ""),
    ),
    *_slips(
        9,
        ("step", "dz1 = gradients.dz1(gradients.da1(dz2, W2), z)", "dz1 = gradients.da1(dz2, W2)", "dW1_from_da1"),
        ("step", "gradients.dW2(a, dz2)", "gradients.dW2(z, dz2)", "dW_from_z"),
        ("predict", "lr=0.2", "lr=0.0", ""),
    ),
]  # fmt: skip
