"""The page: a network in the browser, trained, stepped, rewound and questioned; the numbers are all from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainrule.errors import KindError
from chainrule.model.arguments import whole
from chainrule.model.model import Model
from chainrule.utils.checks import short
from chainrule.utils.files import as_path

if TYPE_CHECKING:
    from chainrule.page.session import Session


def play(model: Model, X: Any, y: Any, held: Any, optimizer: str, batch_size: int | None, seed: int) -> Any:
    """The page in a notebook; see `Network.play`."""
    from chainrule.page.widget import widget

    return widget(_session(model, X, y, held, optimizer, batch_size, seed))


def save(
    path: Any, model: Model, X: Any, y: Any, *, epochs: int = 0, validation_data: tuple[Any, Any] | None = None,
    optimizer: str = "adam", batch_size: int | None = None, seed: int = 0,
) -> None:  # fmt: skip
    """Write a page with a recorded training as one HTML file, which needs no installation and no network.

    Whoever opens it plays the training, steps it, rewinds it and asks where a number comes from; the network that is
    given is trained with it.

    Parameters
    ----------
    path : the file, e.g. ``"run.html"``
    model : the network
    X, y : what it is trained on
    epochs : how often, before the file is written
    validation_data : (X, y) that is only measured
    optimizer, batch_size, seed : as for `Network.play`

    Raises
    ------
    FileError : where the file can't be written, or the engine for browsers is not to be had
    InputError, KindError, UnknownName
    """
    if not isinstance(model, Model):
        raise KindError(f"{short(model)} is no network: give one, such as cr.Network([2, 3, 2]).")
    place, epochs = as_path(path), whole(epochs, "epochs", 0)
    session = _session(model, X, y, validation_data, optimizer, batch_size, seed)
    session.world.course.advance(epochs * session.world.course.data.per_epoch)
    save_session(place, session)


def save_session(path: Any, session: Session) -> None:
    """Write a page as it stands as one HTML file; see `save`."""
    from chainrule.page import offline
    from chainrule.page.session import Session
    from chainrule.page.states import written

    state = written(session.world)
    offline.save(path, state, offline.record(Session(), state), title=session.world.course.model.title())


def _session(
    model: Model, X: Any, y: Any, held: Any, optimizer: str, batch_size: int | None, seed: int
) -> Session:
    from chainrule.page.session import session

    training: dict[str, Any] = {"optimizer": optimizer, "numbers": {}, "batch": batch_size, "seed": seed}
    return session(model, X, y, held=held, settings={"training": training})
