"""What a model is compared with: the best answer that looks at no input, of scikit-learn's dummies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chainrule.evaluation.judged import Judged
from chainrule.utils.checks import short


def baseline(found: Judged) -> tuple[Judged, str]:
    """What would be said of the same samples by their most frequent class, or their mean; and that in words.

    Its probabilities are the shares of the classes.
    """
    from sklearn.dummy import DummyClassifier, DummyRegressor

    blind = np.zeros((len(found), 1))
    if found.kind == "numbers":
        said = (
            DummyRegressor(strategy="mean").fit(blind, found.truth).predict(blind).reshape(found.truth.shape)
        )
        many = len(found.names) > 1
        return replace(found, said=said, scores=said), (
            "always the mean of each" if many else f"always the mean, {float(said[0, 0]):.6g}"
        )
    if found.kind == "labels":
        columns = [DummyClassifier(strategy="prior").fit(blind, column) for column in found.truth.T]
        said = np.column_stack([each.predict(blind) for each in columns])
        scores = np.broadcast_to(found.truth.mean(axis=0), found.truth.shape)
        return replace(found, said=said, scores=scores), "of each label always what is more frequent"
    dummy = DummyClassifier(strategy="prior").fit(blind, found.truth)
    shares = np.zeros(len(found.names))
    shares[dummy.classes_] = dummy.class_prior_
    said = dummy.predict(blind)
    scores = np.broadcast_to(shares, (len(found), len(shares)))
    return replace(
        found, said=said, scores=scores, probable=True
    ), f"always {short(found.names[int(said[0])])}"
