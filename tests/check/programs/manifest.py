"""Programs as learners write them by hand: half of them right, the others with one slip each.

Data only: nothing here is run but by the tests that read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Program:
    """One program.

    Parameters
    ----------
    file : its name in this folder
    manner : how it is written
    slip : the catalogue's name of its one mistake; None if it is right
    quantity : the textbook's name of the first quantity that is wrong
    at : a text that stands only in the line of the slip
    cure : a text that stands once in the program, and what is to stand there
    step : the first step at which numbers are wrong
    also : other names that are as true
    """

    file: str
    manner: str
    slip: str | None = None
    quantity: str = ""
    at: str = ""
    cure: tuple[str, str] = ("", "")
    step: int = 1
    also: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return HERE / self.file

    @property
    def cells(self) -> list[str]:
        """The code: of a notebook each code cell, of a script all of it."""
        text = self.path.read_text(encoding="utf-8")
        if self.path.suffix != ".ipynb":
            return [text]
        cells = json.loads(text)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]

    @property
    def place(self) -> tuple[int, int]:
        """The cell, from 1, and the line within it, from 1, of the slip."""
        (found,) = [
            (cell, number)
            for cell, text in enumerate(self.cells, 1)
            for number, line in enumerate(text.splitlines(), 1)
            if self.at in line
        ]
        return found

    @property
    def line(self) -> int:
        return self.place[1]

    @property
    def cured(self) -> list[str]:
        """The cells, with the slip put right."""
        old, new = self.cure
        assert sum(text.count(old) for text in self.cells) == 1, (self.file, old)
        return [text.replace(old, new) for text in self.cells]


def _right(file: str, manner: str) -> Program:
    return Program(file, manner)


RIGHT = [
    _right("xor_plain.py", "one loop, no biases, y - a with a plus"),
    _right("blobs_softmax_class.py", "a class, whole-number labels, -= 1 in place, L2, 1/m in dz"),
    _right(
        "deep_columns_dict.py", "samples as columns, 'W' + str(l), three layers, cross-entropy's dA first"
    ),
    _right("neurons_no_numpy.py", "neurons as objects, plain floats, one sample at a time"),
    _right("layers_sin_batches.py", "layer classes, a generator of batches, mean over all entries"),
    _right("lists_of_lists.py", "lists of lists, products of matrices by hand"),
    _right("bias_as_ones.py", "biases folded in as a column of ones, several sigmoid outputs, 1/m in eta"),
    _right("digits_momentum.py", "a list of parameters, momentum, shuffled batches"),
    _right("adam_float32.py", "single precision, leaky relu, Adam over a dictionary"),
    _right("matrix_columns.py", "np.matrix, one column at a time"),
    _right("einsum_caches.py", "einsum, named tuples as caches, swish, one output without an axis"),
    _right("everything_global.py", "global variables, columns, y - a, 1/m in the update"),
    _right("dropout_batches.py", "inverted dropout, batches, means for both gradients"),
    _right("argparse_net.py", "argparse and main, a negative step"),
    _right("train_two_files.py", "a helper module beside it, three layers, one name g for every gradient"),
    _right("lying_names.py", "names that lie: delta1 holds weights, Z1 holds a1, gradient is the error"),
    _right("four_layers_list.py", "four layers, each with its own activation, sums, 1/m in eta"),
    _right("tanh_out_while_going_back.py", "each layer updated on the way back, after its error has passed"),
    _right("vector_generator.py", "training as a generator, outputs and weights of one axis"),
    _right("one_at_a_time_index.py", "loops over indices, += with target - output"),
    _right("first_network.ipynb", "a notebook: moons, L2, += with a negative step"),
    _right("step_by_step.ipynb", "a notebook of one step with one sample"),
]

WRONG = [
    Program(
        "fruit_error_back.py",
        "one loop, l1 and l2 style names, y - a with a plus",
        "da1_from_error",
        "da1",
        "layer1_error = layer2_error@W2.T",
        ("layer2_error@W2.T", "layer2_delta@W2.T"),
    ),
    Program(
        "brain_objects_error.py",
        "cells as objects, dictionaries of weights, no numpy",
        "da1_from_error",
        "da1",
        "cell.error = sum(o.error",
        ("sum(o.error *", "sum(o.grad *"),
    ),
    Program(
        "dense_db_all.py",
        "layers that are called, linear output",
        "db_sum_all",
        "db3",
        "self.d_biases = np.sum(upstream)",
        ("np.sum(upstream)", "np.sum(upstream, axis=0)"),
    ),
    Program(
        "columns_one_function.py",
        "one function, samples as columns",
        "db_sum_all",
        "db1",
        "db1 = np.mean(dZ1)",
        ("np.mean(dZ1)", "np.mean(dZ1, axis=1, keepdims=True)"),
    ),
    Program(
        "double_sigmoid.py",
        "a class, activation(x, derivative=True)",
        "slope_of_a",
        "dz1",
        "hidden_delta = hidden_error *",
        ("activation(self.hidden, derivative=True)", "self.hidden * (1 - self.hidden)"),
    ),
    Program(
        "softmax_squared.py",
        "abstract activations with f and df",
        "softmax_diag",
        "dz2",
        # The same line stands in sigmoid's df, where it is right.
        "return grad * s * (1 - s)  # softmax",
        ("return grad * s * (1 - s)  # softmax", "return s * (grad - (grad * s).sum(axis=1, keepdims=True))"),
    ),
    Program(
        "update_too_soon.py",
        "one loop, gradients and updates in turn",
        "da1_updated_W2",
        "da1",
        "dz1 = dz2 @ W2.T",
        ("dz1 = dz2 @ W2.T", "dz1 = dz2 @ (W2 + eta * a1.T @ dz2).T"),
    ),
    Program(
        "slope_forgotten_deep.py",
        "a class with lists, deltas inserted in front",
        "slope_skipped",
        "dz2",
        "delta = deltas[0] @",
        ("@ self.weights[i].T\n", "@ self.weights[i].T * (1 - self.activations[i] ** 2)\n"),
    ),
    Program(
        "bias_statement.py",
        "functions that return tuples, samples as columns",
        "bias_not_updated",
        "b1_new",
        "    b1 - alpha * db1",
        ("    b1 - alpha * db1", "    b1 = b1 - alpha * db1"),
    ),
    Program(
        "relu_da_used.py",
        "dictionaries for model, cache and gradients; batches",
        "dW1_from_da1",
        "dW1",
        'grads["W1"] = batch.T @ dhid',
        ("batch.T @ dhid", "batch.T @ dpre"),
    ),
    Program(
        "m_twice.py",
        "global weights, d_ names, one-hot by hand",
        "one_over_m_twice",
        "dz1",
        "d_hidden_in = d_hidden *",
        ("(1 - hidden_out) / n_samples", "(1 - hidden_out)"),
        also=("scale_differs",),
    ),
    Program(
        "bias_sum_weights_mean.py",
        "columns, f-string keys, three layers, dictionaries by number",
        "one_over_m_mixed",
        "db3",
        "np.sum(dZ, axis=1, keepdims=True)",
        ("np.sum(dZ, axis=1, keepdims=True)", "np.mean(dZ, axis=1, keepdims=True)"),
        also=("scale_differs",),
    ),
    Program(
        "velocity_of_weights.py",
        "an optimizer class, a model that is called, plots",
        "momentum_slip",
        "vW1_new",
        "self.beta * params[k] +",
        ("self.beta * params[k] +", "self.beta * self.v[k] +"),
    ),
    Program(
        "adam_without_power.py",
        "Adam as a class that changes arrays in place",
        "adam_slip",
        "mW1_hat",
        "m_hat = self.m[i] / (1 - self.b1)",
        ("(1 - self.b1)\n            v_hat", "(1 - self.b1 ** self.t)\n            v_hat"),
        step=2,
    ),
    Program(
        "never_zeroed.py",
        "as in PyTorch: parameters with grad, an optimizer with step",
        "grads_not_reset",
        "dW2",
        "self.w.grad += self.x.T @ g",
        ("        opt.step()\n", "        opt.step(); opt.zero_grad()\n"),
        step=2,
    ),
    Program(
        "flat_targets.py",
        "a small table, several statements in a line",
        "y_shape",
        "L",
        "loss = mse(pred, y)",
        ("mse(pred, y)", "mse(pred[:, 0], y)"),
    ),
    Program(
        "relu_with_sigmoid_slope.py",
        "a class, scikit-learn's iris and split",
        "slope_of_other_function",
        "dz1",
        "hidden_delta = hidden_error *",
        ("sigmoid_derivative(self.hidden)", "(self.hidden > 0)"),
    ),
    Program(
        "uphill_output.py",
        "a class that says s for self, one sample at a time, np.outer",
        "update_sign",
        "W2_new",
        "s.w2 += eta",
        ("s.w2 += eta", "s.w2 -= eta"),
    ),
    Program(
        "linear_by_accident.py",
        "functions and a dictionary, linear output",
        "activation_missing",
        "a1",
        "hidden = x @ p['hidden_w']",
        ("x @ p['hidden_w'] + p['hidden_b']", "np.tanh(x @ p['hidden_w'] + p['hidden_b'])"),
    ),
    Program(
        "softmax_over_batch.py",
        "lists of two, whole-number labels, digits",
        "softmax_axis",
        "a2",
        "return e / e.sum(axis=0)",
        ("e.sum(axis=0)", "e.sum(axis=1, keepdims=True)"),
    ),
    Program(
        "slope_too_many.py",
        "lambdas, random batches without end, lists in a dictionary",
        "output_slope_extra",
        "dz2",
        "d2 = (a[2] - yb)",
        ("(a[2] - yb) * dsigmoid(a[2])", "(a[2] - yb)"),
    ),
    Program(
        "relu_slope_returns_z.py",
        "objects for activations, columns, bias by a product with ones",
        "relu_slope_wrong",
        "dz1",
        "return np.maximum(self.z, 0)",
        ("return np.maximum(self.z, 0)", "return self.z > 0"),
        also=("slope_formula",),
    ),
    Program(
        "iris_slope_of_z.ipynb",
        "a notebook with a class",
        "form_of_z",
        "dz1",
        "delta = (delta @ self.w[i].T) *",
        ("z = self.zs[i - 1]", "z = self.acts[i]"),
    ),
    Program(
        "flowers_bias_sum.py",
        "a class for softmax outputs, whose errors add up to 0",
        "db_sum_all",
        "db2",
        "self.b_out -= rate * np.sum(e)",
        ("np.sum(e) / n", "np.sum(e, axis=0) / n"),
    ),
    Program(
        "rate_in_weights_only.py",
        "a list of dictionaries, a rate that is written twice",
        "eta_missing",
        "b1_new",
        'layer["bias"] -= layer["grad_b"]',
        ('layer["bias"] -= layer', 'layer["bias"] -= RATE * layer'),
        also=("scale_differs",),
    ),
    Program(
        "velocity_before.py",
        "parameters, gradients and velocities in dictionaries, three layers",
        "momentum_slip",
        "W1_new",
        "theta[name] = theta[name] +",
        ("(before if name.isupper() else velocity[name])", "velocity[name]"),
    ),
    Program(
        "slopes_of_the_next.py",
        "one case at a time, vectors, gradients summed over a batch in lists",
        "slope_of_other_layer",
        "dz1",
        "d1 = weights[1].T.dot(d2)",
        ("dot(d2) * slope(sums[1])", "dot(d2) * slope(sums[0])"),
    ),
    Program(
        "penalty_minus.py",
        "one loop, columns, the penalty within the update",
        "l2_slip",
        "dW1",
        "G1 @ X.T - lam * W1",
        ("G1 @ X.T - lam", "G1 @ X.T + lam"),
    ),
    Program(
        "three_yes_or_no.py",
        "named tuples that are made anew, sigmoid outputs",
        "bce_half",
        "L",
        "cost = cost_of(guess, labels)",
        ("labels * np.log(guess))", "labels * np.log(guess) + (1 - labels) * np.log(1 - guess))"),
        also=("loss_grad_differ",),
    ),
]

PROGRAMS = RIGHT + WRONG
