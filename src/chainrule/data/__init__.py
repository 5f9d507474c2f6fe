"""Data to train on: generated sets, digits, MNIST, files in IDX, CSV and NPZ; and images moved by chance.

>>> import chainrule.data
>>> X, y = chainrule.data.blobs(200, seed=0)
>>> (X, y), (Xt, yt) = chainrule.data.load("digits")
>>> X.shape, Xt.shape
((1437, 64), (360, 64))
"""

from chainrule.data.augment import Augment
from chainrule.data.data_set import DataSet, Kind, Samples
from chainrule.data.generated import blobs, circles, moons, spiral, xor
from chainrule.data.idx import read_idx
from chainrule.data.loading import load
from chainrule.data.npz import read_npz, read_npz_inputs
from chainrule.data.splitting import split
from chainrule.data.tables import read_csv, read_features

__all__ = [
    "Augment",
    "DataSet",
    "Kind",
    "Samples",
    "blobs",
    "circles",
    "load",
    "moons",
    "read_csv",
    "read_features",
    "read_idx",
    "read_npz",
    "read_npz_inputs",
    "spiral",
    "split",
    "xor",
]
