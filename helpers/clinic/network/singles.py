"""With one example, db of a layer is its dZ: what the outputs for single examples show where no rule explains a dZ."""

import numpy as np


def observed_deltas(search, l):
    """dZ of layer l for every usable probe, read off the outputs for single examples; None where that is impossible."""
    single = {}
    for position, i in enumerate(search.usable):
        if search.probes[i].m == 1:
            single[i] = _read_single(search, l, position, i)
    if not single or any(dZ is None for dZ in single.values()):
        return None
    deltas = []
    for i in search.usable:
        if search.probes[i].m == 1:
            deltas.append(single[i])
        elif search.singles.get(i) and all(j in single for j in search.singles[i]):
            deltas.append(np.hstack([single[j] for j in search.singles[i]]))
        else:
            return None
    return deltas


def _read_single(search, l, position, i):
    """dZ (n, 1) of one example: db itself where it has that shape, else what dW divided by its input gives."""
    n = 1 if l == 3 else 10
    db = search.observed(f"db{l}")[position]
    if db is not None and db.size == n:
        return db.reshape(n, 1)
    dW = search.observed(f"dW{l}")[position]
    A = search.probes[i].X if l == 1 else search.probes[i].c[f"A{l - 1}"]
    if dW is None or dW.shape != (n, A.shape[0]) or not (A**2).sum():
        return None
    return dW @ A / (A**2).sum()


def used_slope(l, search, dA, dZ, singles):
    """(z, a, slope used) for every unit of layer l and every single example in which dA is not 0."""
    z, a, r = [], [], []
    for k in singles:
        probe = search.probes[search.usable[k]]
        on = np.abs(dA[k]) > 1e-9
        z.append(probe.c[f"Z{l}"][on])
        a.append(probe.c[f"A{l}"][on])
        r.append(dZ[k][on] / dA[k][on])
    return tuple(np.concatenate(part) if part else np.zeros(0) for part in (z, a, r))
