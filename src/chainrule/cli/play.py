"""chainrule play: the page in the browser, on which a network is trained, stepped, rewound and questioned."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import AS_FOUND, GENERATED, Reading, load_data, load_for
from chainrule.cli.models import MODELS, read_model
from chainrule.cli.networks import make_optimizer
from chainrule.cli.output import check_writable, note, show
from chainrule.cli.parts import Splitting
from chainrule.cli.words import sizes
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network
    from chainrule.page.listening import ServerAddress
    from chainrule.page.session import Session

BY_NAME = (*GENERATED, "digits")  # which the page makes itself, so that their settings can be changed on it


def command(
    what: o.Opened = None,
    data: o.Data = None,
    target: o.Target = None,
    kind: o.Kind = None,
    hidden: o.PlayedSizes = None,
    activation: o.Activation = None,
    loss: o.TrainingLoss = None,
    optimizer: o.PlayedOptimizer = None,
    lr: o.LearningRate = None,
    batch_size: o.PlayedBatchSize = None,
    seed: o.Seed = 0,
    save: o.SavedPage = None,
    epochs: o.SavedEpochs = 0,
    port: o.Port = None,
    host: o.Host = "127.0.0.1",
    no_browser: o.NoBrowser = False,
    data_dir: o.DataDir = None,
    features: o.Features = None,
    ignore: o.Ignore = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
) -> None:
    """Open a page in the browser: train a network, step it, go back, and ask where each number comes from.

    Ctrl-C ends it.

    \b
    Examples:
      chainrule play
      chainrule play spiral --hidden 4,4
      chainrule play iris.csv --hidden 16
      chainrule play model.safetensors --data iris.csv
      chainrule play spiral --save run.html --epochs 200
    """
    named = Named(
        what, data, target, kind, hidden, activation, loss, optimizer, lr, batch_size, seed, data_dir,
        Reading(delimiter, decimal, encoding, header, features, ignore),
    )  # fmt: skip
    make_session = named.sessions()
    make_session()  # what does not fit is said here, not on the page
    if save is not None:
        _save(save, make_session, epochs)
        return
    if epochs:
        raise InputError(f"--epochs {epochs} belongs to --save: on the page, training is a button.")
    from chainrule.page.server import serve

    serve(
        make_session, host=host, port=port, report=lambda line: note(f"chainrule: {line}"),
        started=lambda address: _started(address, moved=port is None, browser=not no_browser),
    )  # fmt: skip


@dataclass(frozen=True)
class Named:
    """The options that say what the page opens on."""

    what: str | None
    data: str | None
    target: str | None
    kind: str | None
    hidden: str | None
    activation: str | None
    loss: str | None
    optimizer: str | None
    lr: float | None
    batch_size: int | None
    seed: int
    data_dir: str | None
    reading: Reading = AS_FOUND

    def sessions(self) -> Callable[[], Session]:
        """Makes a session of what is named, as often as it is called: each page gets its own."""
        if self.what is not None and self.what.lower().endswith(MODELS):
            self._refuse(
                f"the model {self.what} has its own", "hidden", "activation", "loss", "target", "kind"
            )
            network, loaded = self._model(self.what)
            return lambda: _session(
                network, loaded, self.data or "", self.seed, {"training": self._training(True)}
            )
        if self.data is not None:
            raise InputError(
                f"--data {self.data} belongs to a model: give its file too, as chainrule play model.safetensors "
                f"--data {self.data}; or the data alone, as chainrule play {self.data}"
            )
        if self.what is None:
            self._refuse("it belongs to data, and none is named", "target", "kind", "data_dir")
            self.reading.refuse("data, and none is named")
            return lambda: _session(
                None, None, "", self.seed, {"network": self._network(None), "training": self._training(False)}
            )
        loaded = load_data(
            self.what, target=self.target, kind=self.kind, seed=self.seed, data_dir=self.data_dir,
            reading=self.reading,
        )  # fmt: skip
        settings = {"network": self._network(loaded), "training": self._training(True)}
        # The file's name may be in another encoding.
        title = os.fsencode(Path(self.what).name).decode(errors="replace")
        if self.what in BY_NAME:
            settings["data"] = {"name": self.what, "seed": self.seed}
            return lambda: _session(None, None, "", self.seed, settings)
        return lambda: _session(None, loaded, title, self.seed, settings)

    def _refuse(self, reason: str, *options: str) -> None:
        for option in options:
            if (value := getattr(self, option)) is not None:
                name = f"--{option.replace('_', '-')}"
                raise InputError(f"{name} {value}: {reason}; leave {name} out.")

    def _model(self, file: str) -> tuple[Network, DataSet]:
        if self.data is None:
            raise InputError(
                f"on which samples? Give {file} the data that it is for: chainrule play {file} --data DATA"
            )
        network = read_model(file)
        return network, load_for(
            network, self.data, seed=self.seed, data_dir=self.data_dir, reading=self.reading
        )

    def _network(self, loaded: DataSet | None) -> dict[str, Any]:
        """The page's settings of the network that differ from its usual ones."""
        settings: dict[str, Any] = {}
        hidden = self.hidden
        if hidden is None and loaded is not None:
            hidden = "4,4" if len(loaded.features) == 2 else "32"
        if hidden is not None or self.activation is not None:
            units = sizes(hidden, "--hidden") if hidden else [3] if hidden is None else []
            settings["layers"] = [
                {"units": count, "activation": self.activation or "relu"} for count in units
            ]
        if self.loss is not None:
            settings["loss"] = self.loss
        if loaded is not None and loaded.classes is None:
            settings |= {"output": "identity", "loss": self.loss or "half_squared_error"}
        if self.seed:
            settings["seed"] = self.seed
        return settings

    def _training(self, data: bool) -> dict[str, Any]:
        """Those of the training; on data they are what `train` takes, on the worked example its own."""
        settings: dict[str, Any] = {"seed": self.seed} if self.seed else {}
        name = self.optimizer or ("adam" if data else None)
        if name is not None or self.lr is not None:
            name = name or "sgd"
            make_optimizer(name, self.lr)  # refuses what does not fit, in the words of the options
            settings |= {"optimizer": name, "numbers": {} if self.lr is None else {"learning_rate": self.lr}}
        if data or self.batch_size is not None:
            settings["batch"] = self.batch_size or 32
        return settings


def _session(
    network: Network | None,
    loaded: DataSet | None,
    title: str,
    seed: int,
    settings: dict[str, dict[str, Any]],
) -> Session:
    """A session of a model, of samples, of both, or of neither; the title is the samples'."""
    import copy

    from chainrule.page.session import Session, session

    if loaded is None:
        return Session(None, settings)
    parts = Splitting().split(loaded, seed)
    (X, y), held = parts.train, parts.watched
    return session(
        copy.deepcopy(network), X, y, held=held, classes=loaded.classes, features=loaded.features,
        title=title, settings=settings,
    )  # fmt: skip


def _save(file: str, make_session: Callable[[], Session], epochs: int) -> None:
    """Write the page as one file, with a training of so many epochs to play, to step and to question."""
    from chainrule.page import save_session

    check_writable(file)
    session = make_session()
    session.world.course.advance(epochs * session.world.course.data.per_epoch)
    save_session(file, session)
    note(f"written to {file}")


def _started(address: ServerAddress, *, moved: bool, browser: bool) -> None:
    """Say where the page is, and open it."""
    from chainrule.page.listening import PORT

    if not address.is_private:
        note(
            f"chainrule: whoever reaches {address.host} and knows the address below can use this page, and what "
            "is sent can be read on the way. Leave --host out to keep it to this machine."
        )
    if moved and address.port != PORT:
        show(f"port {PORT} is taken, so it is {address.port}")
    opens = browser and _has_browser()
    show(
        f"{'the page opens in the browser' if opens else 'open the page in a browser'}:\n{address.url}\nCtrl-C ends it"
    )
    sys.stdout.flush()
    if opens:
        threading.Thread(
            target=_open, args=(address.url,), daemon=True
        ).start()  # some browsers return at their end


def _has_browser() -> bool:
    """Whether there is a screen for one: elsewhere Python would start one that takes the terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _open(url: str) -> None:
    import webbrowser

    webbrowser.open(url)
