"""The network as its users see it: it is trained, predicts, and is read, each by a line that calls what does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer
from chainrule.utils import called_from, checks, wrong_keywords

if TYPE_CHECKING:
    from chainrule.check.probing import FunctionsReport
    from chainrule.diagnosis import Diagnosis
    from chainrule.evaluation import Evaluation
    from chainrule.trace import Trace
    from chainrule.training.history import History


class Network(Model):
    """A multilayer perceptron: its layers, their parameters, and the step that trains them.

    a = f(x · W1 + b1) and so on, layer by layer. Written as sizes, ``Network([2, 3, 2])``, or as layers,
    ``Network([Dense(2, 3), ReLU(), Dense(3, 2), Softmax()])``.

    Parameters
    ----------
    layers : numbers of units from input to output, or layers
    hidden : the activation of the hidden layers, with sizes: a name, a part, a plain function of z, or a list
        with one for each hidden layer; "relu" unless given
    output : the activation of the output, with sizes; "softmax" unless given
    loss : a name, a part, or a function of outputs and targets; it must go with the output
    penalty : what large weights cost: a name, a part, or a function of a weight matrix
    seed : of the initial weights
    dtype : "float64" or "float32"
    parameters : initial values by name, instead of drawn ones
    initializer : how weights are drawn: "glorot", "he", "normal", or a part
    scaling : a `Standardize` that the program starts with
    scale_target : a `Standardize`, such as ``Standardize.fitted(y)``, by which targets that are numbers are scaled for
        the loss, and outputs taken back: `predict` gives them in the unit of y, and losses are of what is scaled
    features, classes : names of the inputs and of the classes, for show

    Raises
    ------
    InputError, KindError, UnknownName, LanguageError
    Fixed : where an attribute is set later that the network's programs are written with; `features`, `classes`,
        `threshold` and `metadata` may be, and what stands in `parameters` and `buffers`

    >>> net = Network([2, 3, 2], hidden="relu", output="softmax", seed=0)
    >>> net.parameters["W1"].shape
    (2, 3)
    """

    _closed: ClassVar[bool] = True

    def predict(self, X: Any, *, engine: str = "auto", threads: int | None = None) -> Array:
        """The network's output, e.g. probabilities (m, classes), for X (m, inputs).

        Any number of threads may ask at once. While another one trains the network, the weights that are read may be
        those of neighbouring steps.

        Parameters
        ----------
        X : inputs (m, inputs), or one sample
        engine, threads : as for `fit`; "auto" compiles for one very large X only, so ask for "compiled" where
            `predict` is called again and again

        Raises
        ------
        InputError, KindError, UnknownName, MissingPackage
        """
        return _predict()(self, X, engine, threads)

    def classify(self, X: Any, *, named: bool = False) -> Array:
        """What the network says to each sample, as its loss means its outputs.

        Of softmax with cross-entropy and the like, and of a loss of numbers with several outputs, the class with the
        largest output (m,). Of one output, 1 for yes and 0 for no (m,). Of several outputs that each say yes or no, as
        sigmoid ones do with cross-entropy, 1 and 0 for each (m, outputs).

        Where `net.threshold` is set, one output says yes above it, and of two classes the second one is chosen where
        its output is above it.

        Parameters
        ----------
        X : as for `predict`
        named : whether classes are told by their names (m,): those of `classes`, which `fit` takes from labels that are
            text where the network has none

        Raises
        ------
        InputError : for a network that gives one number a sample, or whose loss compares outputs with each other; with
            `named` where classes have no names, or outputs are yes and no for each
        """
        from chainrule.training.predicting import check_classifies, named_answers

        check_classifies(self)
        answers = self.decisions.decide(self.predict(X))
        return named_answers(self, answers) if checks.truth(named, "named") else answers

    def loss(self, X: Any, y: Any) -> float:
        """The loss over all samples."""
        from chainrule.training.predicting import loss

        return loss(self, X, y)

    def evaluate(self, X: Any, y: Any) -> Evaluation:
        """How good the network is on samples, by scikit-learn's metrics, beside a baseline that looks at no input.

        Of classes: accuracy, balanced accuracy, precision, recall, F1 (of yes, or the mean over the classes), ROC-AUC,
        log loss, each class by itself, the confusion matrix, and whether probabilities keep what they say; of several
        labels each by itself; of numbers R², MAE and RMSE. The baseline says the most frequent class, or the mean.

        Parameters
        ----------
        X, y : as for `fit`; samples that it was not trained with, or it looks better than it is

        Raises
        ------
        InputError, KindError : for bad arguments; for outputs that are not finite; for y that makes no answer right or
            wrong, such as probabilities
        MissingPackage

        Returns
        -------
        an `Evaluation`: a report when printed, ``metrics["roc_auc"]``, `to_dict`
        """
        from chainrule.training.predicting import evaluation

        return evaluation(self, X, y)

    def gradients(self, X: Any, y: Any, *, seed: int | None = 0) -> dict[str, Array]:
        """∂L/∂parameter in a training step, for every parameter, frozen ones too, by the parameter's name.

        What chance brings to the step is drawn by the seed.
        """
        trace = self.trace(X, y, seed=seed)
        return {name: trace[f"d{name}"].copy() for name in self.parameters}

    def trace(
        self,
        X: Any,
        y: Any = None,
        optimizer: Any = None,
        *,
        sample_weight: Any = None,
        seed: int | None = 0,
        inputs: bool = False,
    ) -> Trace:
        """One step with every quantity kept; the network and the optimizer are left as they were.

        Parameters
        ----------
        X : inputs (m, inputs), or one sample
        y : targets; without them the trace is forward only, as for predictions
        optimizer : a name or a part; without one the trace ends at the gradients
        sample_weight : how much each sample counts (m,), at least 0
        seed : of what chance brings to the step; that of a `fit` with this seed, in its first step
        inputs : whether gradients go back to the inputs, too: ``trace["dx"]``, how L changes with each of them (where
            a network scales them, ``trace["dx_raw"]`` as well)
        """
        from chainrule.trace import Trace

        part = None if optimizer is None else Optimizer.of(optimizer)
        return Trace.take(self, X, y, part, sample_weight, seed, inputs)

    def check(self, functions: Any, optimizer: Any = None) -> FunctionsReport:
        """The first line of your own functions that is wrong, and what was done there; docs/check.md.

        Each is called on numbers that tell right from wrong, and on what those before it gave. This network's weights
        stay as they are, and don't count.

        Parameters
        ----------
        functions : a dict of functions by what they compute: a quantity (``"dz1"``), an activation (``"relu"``), its
            slope (``"relu_slope"``), ``"loss"``, ``"forward"``, ``"backward"`` or ``"update"``. What they take is told
            by the names of their parameters, as x, y, W1, z1, dz1, lr
        optimizer : whose update they compute

        Raises
        ------
        KindError, InputError, UnknownName

        >>> report = Network([4, 5, 3]).check({"dz1": lambda da1, z1: da1 * (z1 >= -0.5)})
        >>> report.right, report.line
        (False, 'dz1')
        """
        from chainrule.check.probing import check_functions

        return check_functions(self, functions, None if optimizer is None else Optimizer.of(optimizer))

    @wrong_keywords.explained(wrong_keywords.FIT)
    def fit(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        optimizer: Any = "adam",
        validation_data: tuple[Any, Any] | None = None,
        metrics: Any = (),
        shuffle: bool = True,
        seed: int | None = 0,
        progress: bool = True,
        engine: str = "auto",
        threads: int | None = None,
        transform: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        callbacks: Any = (),
        order: Any = None,
        check_finite: bool = True,
        checkpoint: Any = None,
        resume: bool = False,
        go_on: bool = False,
        client: Any = None,
    ) -> History:
        """Train by mini-batches.

        Same seed, engine, machine and number of threads: the same weights, bit for bit. Ctrl-C ends training after
        the step that is running and keeps the network as it stands. It may run in any thread, but one network is
        trained by one `fit` at a time, and so is an optimizer.

        Parameters
        ----------
        X, y : inputs (n, inputs) and targets (n,) or (n, outputs); only batches are copied, so either may be a
            `numpy.memmap` larger than memory, and X a sparse matrix, whose batches are made dense. X may be a table of
            named columns, and y labels that are text: a network without names takes theirs. A `PrecisionWarning` tells
            of numbers too close together for the dtype
        epochs : how many times to go through the samples, at least 1
        batch_size : samples a step, at least 1; None: all at once
        optimizer : its state and count live with it: a second `fit` goes on where the first ended
        validation_data : (X, y) to measure after each epoch
        metrics : what else to measure of them, a list of names: balanced_accuracy, precision, recall, f1, roc_auc,
            log_loss; r2, mae, rmse of numbers. They are the History's `metrics`: ``"validation_roc_auc"``
        shuffle : a new order each epoch, by `seed`; else in the given order
        progress : a bar, where there is a terminal to show it on, for a `fit` in the main thread
        engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles where the run is long enough
            to repay it, with the steps that the optimizer has counted; the History says which one it was, and why
        threads : how many share the compiled steps, 1 to 64; as many as a step of that size can use unless given
        transform : changes the samples of each step, a function of them (m, inputs) and a random generator, such as
            `chainrule.data.Augment`; called once for each step, before it
        sample_weight : how much each sample counts (n,), at least 0: L = Σ w l / m, divided by the number of samples
            and not by Σ w, so weights of mean 1 keep the loss's size
        class_weight : how much the samples of each class count: a dict, or "balanced", by which each class counts the
            same; times sample_weight. For one class a sample, not for several labels
        callbacks : a list of what is done between the steps: `EarlyStopping`, `SaveBest`, `CSVLog`, a `Callback` of
            one's own, or a function that is called after each epoch with the `Run`
        order : a function without arguments that gives the order of an epoch, all row numbers, each once: it is asked
            at each epoch's beginning in place of the generator that `seed` begins, also for batches of everything
        check_finite : whether a number that stops being finite ends training (`Diverged`); else it goes on
        checkpoint : a folder, in which everything is kept every few seconds, and at the end, that it takes to go on to
            the very same weights after the process was killed
        resume : whether to go on from the newest checkpoint there, if there is one; `epochs` are those of the whole
            training, which may be more than there were to be
        go_on : whether to go on with the last fit of this network, so that 5 epochs and 5 more are those of 10: the
            orders of the samples, chance, callbacks that took part, and the History go on
        client : a `dask.distributed.Client`: then X and y are Dask arrays, or files, whose chunks stay with the workers
            of its cluster (docs/scale.md); "here" trains on the same chunks in this process, to the same weights

        Raises
        ------
        InputError, KindError : for bad arguments; for a network or an optimizer that another training has; for threads
            that can't be started
        FileError : where a checkpoint can't be written or read
        ClusterError : where a cluster can't go on
        MissingPackage : where "compiled" is asked for and llvmlite is not installed, or a client and Dask is not
        Diverged : when a number stops being finite, unless that is not checked

        Returns
        -------
        the History: loss, validation and seconds of each epoch; and accuracy, where y names classes: by labels, rows
        with a single 1, or 0 and 1
        """
        from chainrule.training.data import training_data
        from chainrule.training.fit import fit
        from chainrule.training.lasting import Lasting

        called_from.check_no_pipeline()
        given: dict[str, Any] = {
            "epochs": epochs, "batch_size": batch_size, "shuffle": shuffle, "seed": seed, "transform": transform,
            "sample_weight": sample_weight, "class_weight": class_weight, "order": order,
        }  # fmt: skip
        if client is None:
            data = training_data(self, X, y, **given)
        else:
            from chainrule.scale import chunked_data

            data = chunked_data(self, client, X, y, **given)
        return fit(
            self,
            data,
            Optimizer.of(optimizer),
            validation_data,
            progress,
            engine,
            threads,
            callbacks,
            check_finite,
            metrics,
            Lasting(checkpoint, resume, go_on),
        )

    @wrong_keywords.explained(wrong_keywords.FIT)
    def steps(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        optimizer: Any = "adam",
        shuffle: bool = True,
        seed: int | None = 0,
        transform: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        order: Any = None,
    ) -> Iterator[Trace]:
        """The debugger's step: each step traced, then applied; the same as `fit`'s in NumPy, bit for bit.

        Between two steps the network is free for others; a step while another training has it is refused.
        """
        from chainrule.trace import Trace
        from chainrule.training.data import training_data
        from chainrule.training.steps import steps

        data = training_data(
            self, X, y, epochs=epochs, batch_size=batch_size, shuffle=shuffle, seed=seed, transform=transform,
            sample_weight=sample_weight, class_weight=class_weight, order=order,
        )  # fmt: skip
        return steps(Trace, self, data, Optimizer.of(optimizer))

    def code(
        self,
        *,
        optimizer: Any = "adam",
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool = True,
        seed: int | None = 0,
        data: tuple[Any, Any] | None = None,
    ) -> str:
        """The same training as one standalone script of plain NumPy.

        It offers ``train(X, y, parameters)``, imports NumPy alone (for `LBFGS` scipy, too), and gives the same weights
        as `fit` with ``engine="numpy"``, bit for bit, from the same parameters.

        Parameters
        ----------
        optimizer : its rules and hyper-parameters; its count and state start anew
        epochs, batch_size, shuffle, seed : as for `Network.fit`
        data : (X, y), to be written into the script with the network's parameters: run by itself, it trains on these
            from those, and prints the losses; without data it has random ones for a trial

        Raises
        ------
        InputError, KindError
        """
        from chainrule.export.numpy_script import script

        return script(self, Optimizer.of(optimizer), epochs, batch_size, shuffle, seed, data)

    def export(self, to: str, *, weights: Any = None, data: Any = None, optimizer: Any = None) -> str | bytes:
        """The prediction of one row as one file in another language, with the weights inside; or a step as a workbook.

        The file needs nothing of chainrule, has the scaling of the inputs and the names of the classes in it, and
        checks itself. It holds what the program says, line by line; `code` is the training.

        Parameters
        ----------
        to : "c": one file of C99, without memory to ask for, that calls math.h alone; "numpy": one file of Python
            that imports NumPy alone; "js": one module of JavaScript; "sql": one SELECT, for small networks; "onnx":
            one ONNX model; "excel": a workbook in which each number of a training step is a cell with its formula,
            for small networks
        weights : with "numpy", the path of an `.npz` file, which is written: the weights stand there, and the file of
            Python reads them from beside it
        data : with "excel", the samples (X, y) of the step; else there is one to begin with
        optimizer : with "excel", the step's, a name or a part; "sgd" unless given

        Returns
        -------
        the file's text; of "onnx" and "excel" its bytes

        Raises
        ------
        KindError, UnknownName
        InputError : for parameters that are not finite; for a prediction that needs other rows, or that the language
            can't say; for a step with too many numbers for a workbook
        FileError : where the `.npz` can't be written
        MissingPackage : for "excel", if openpyxl is not installed
        """
        from chainrule.export.kinds import export

        return export(self, to, weights=weights, data=data, optimizer=optimizer)

    def play(
        self, X: Any, y: Any, *, validation_data: tuple[Any, Any] | None = None, optimizer: str = "adam",
        batch_size: int | None = None, seed: int = 0,
    ) -> Any:  # fmt: skip
        """The page in a notebook, on this very network: what is trained or changed there is changed here.

        Parameters
        ----------
        X, y : what it is trained on, and asked about
        validation_data : (X, y) that is only measured
        optimizer : a name; its numbers can be set on the page
        batch_size : samples a step; None: all at once
        seed : of the orders of the samples

        Raises
        ------
        InputError, KindError, UnknownName
        MissingPackage : without anywidget
        """
        from chainrule.page import play

        return play(self, X, y, validation_data, optimizer, batch_size, seed)

    def diagnose(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        optimizer: Any = "adam",
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        seed: int | None = 0,
        transform: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        trials: bool = True,
    ) -> Diagnosis:
        """Why it isn't learning: at most three findings, each by a number, with a fix that helped; docs/diagnosis.md.

        A copy is trained from these weights, by an optimizer that has counted nothing; this network, the optimizer and
        all random generators are left as they are.

        Parameters
        ----------
        X, y, batch_size, optimizer, validation_data, shuffle, seed, transform : as for `fit`
        sample_weight, class_weight : likewise
        epochs : how long the training is to be, for which it is judged; unless given, as many as make 1,000 steps
        trials : whether a fix is tried before it is told: the same steps without it and with it, and what gains
            nothing is not told

        Raises
        ------
        InputError, KindError, UnknownName : as `fit` does
        """
        from chainrule.training.data import training_data
        from chainrule.training.diagnosing import copied, diagnose

        copy, part = copied(self, Optimizer.of(optimizer))
        data = training_data(
            copy, X, y, epochs=1 if epochs is None else epochs, batch_size=batch_size, shuffle=shuffle, seed=seed,
            transform=transform, sample_weight=sample_weight, class_weight=class_weight,
        )  # fmt: skip
        return diagnose(copy, data, part, validation_data, epochs is None, trials)

    def save(self, path: Any) -> None:
        """Write the network to a safetensors file."""
        from chainrule.files.safetensors import save

        save(self, path)

    def __repr__(self) -> str:
        return f"Network({self.title()}, {self.loss_part.name()}, {self.parameters.flat.size} parameters, {self.dtype})"

    def __str__(self) -> str:
        from chainrule.model.layer_table import table

        return table(self)

    def _repr_html_(self) -> str:
        from chainrule.plots import network, shown

        return shown(str(self), lambda: network(self))


@cache
def _predict() -> Callable[[Model, Any, Any, Any], Array]:
    """What predicts, found once: to import it takes as long as a line of a prediction."""
    from chainrule.training.predicting import predict

    return predict


def load(path: Any) -> Network:
    """The network in a safetensors file that `Network.save` wrote, equal to it bit by bit.

    A file from a stranger is safe to load: it is data, checked strictly, and nothing in it is run.

    Parameters
    ----------
    path : the file

    Raises
    ------
    FileError : for a file that is missing, damaged, of something else or too new, or that does not fit itself
    KindError : for a path that is none
    MissingPackage : if safetensors is not installed
    """
    from chainrule.files import load

    return load(Network, path)
