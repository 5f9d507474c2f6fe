"""Data to train on: generated sets, digits, MNIST, tables, files in IDX, NPZ and NPY; and images moved by chance.

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
from chainrule.data.idx_folders import read_idx_inputs
from chainrule.data.loading import load
from chainrule.data.npy import read_npy, read_npy_inputs
from chainrule.data.npz import read_npz, read_npz_inputs
from chainrule.data.splitting import split
from chainrule.data.tables import ColumnReport, TableReport, read_csv, read_features, read_table

__all__ = [
    "Augment",
    "ColumnReport",
    "DataSet",
    "Kind",
    "Samples",
    "TableReport",
    "blobs",
    "circles",
    "load",
    "moons",
    "read_csv",
    "read_features",
    "read_idx",
    "read_idx_inputs",
    "read_npy",
    "read_npy_inputs",
    "read_npz",
    "read_npz_inputs",
    "read_table",
    "spiral",
    "split",
    "xor",
]
