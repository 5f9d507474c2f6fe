"""Who has called a method, where that tells that something else was meant."""

from __future__ import annotations

import sys

from chainrule.errors import KindError


def check_no_pipeline() -> None:
    """Raise KindError in a method of a network that scikit-learn has called: a network is none of its estimators.

    A pipeline or a search would fit it once more on the weights that it has, and for one epoch.
    """
    # The frames of the method and of its decorator lie between.
    if str(sys._getframe(3).f_globals.get("__name__")).partition(".")[0] == "sklearn":
        raise KindError(
            "a Network is no scikit-learn estimator: in a Pipeline or a search it would go on from fold to fold with "
            "the weights that it has. Take chainrule.sklearn.MLPClassifier or MLPRegressor, with "
            "hidden_layer_sizes=(…) and max_iter=… for its sizes and epochs."
        )
