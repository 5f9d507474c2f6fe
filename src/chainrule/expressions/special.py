"""What NumPy lacks: erf, and rows put back among zeros."""

# mypy: disable-error-code=no-untyped-def
# Scripts get the source of a function from here (`Operation.source`): plain NumPy, complete in itself, no annotations.

import numpy as np


def erf(
    x,
    out=None,
    *,
    series=(
        -3.5925322508459875e-15, 1.6150099917694592e-13, -3.364614736501807e-12, 4.302095863982723e-11,
        -3.7609608228810724e-10, 2.3606611110927525e-09, -1.0773999747183971e-08, 3.458707966413726e-08,
        -6.573956257948497e-08, -1.1695305046274964e-08, 5.706103610018657e-07, -2.0371583553941053e-06,
        3.132929968175975e-06, 3.1696982984860003e-06, -2.9575683995469246e-05, 6.44204794692894e-05,
        2.5904497288048513e-05, -0.0005901324295505895, 0.0016962076697590715, -0.00020919485390898245,
        -0.01912844699309597, 0.1027726033013155, 0.6366197723675909, 1.1283791670955126,
    ),
):  # fmt: skip
    """The error function, 2/√π times the integral of e^-t² from 0 to x, within 3 units of the last place.

    erf |x| = 1 - e^-|x|p(|x|), where the series p is -log(1 - erf x) / x, fitted from 0 to 6; beyond, erf is ±1.
    """
    size = np.minimum(np.abs(x), 6.0)
    p = series[0] * size
    for term in series[1:-1]:
        p += term
        p *= size
    p += series[-1]
    p *= -size
    return np.copysign(np.expm1(p), x, out=out)


def put_rows(rows, start, step, out=None):
    """Rows as every `step`-th one from `start` on, and zeros between; the inverse of ``a[start::step]``."""
    if out is None:
        out = np.empty((step * len(rows), *rows.shape[1:]), rows.dtype)
    out[...] = 0
    out[start::step] = rows
    return out
