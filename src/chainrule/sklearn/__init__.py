"""scikit-learn's `MLPClassifier` and `MLPRegressor`, trained by chainrule: same parameters, attributes and numbers."""

from chainrule.sklearn.estimators import MLPClassifier, MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
