"""Right backward passes, written in every way that might look suspicious: none of them may be accused.

Some are programs of `clinic_styles` with an unusual but right template, the others are written out by hand. `risk` names
arguments that the function changes without harm to its own gradients: a report may warn of that, and must not accuse.
"""

import functools
from dataclasses import dataclass

import clinic_styles as styles
import clinic_truth as truth
from clinic_styles import LOSS_SLOPE, SLOPE_FROM_A, SLOPE_FROM_Z, SLOPE_IN_PLACE, STYLES, forward_source, functions, output_delta

DW, DB = "DOT(<dZ>, <A-1>.T)", "np.sum(<dZ>, axis=1, keepdims=True)"


@dataclass(frozen=True)
class Innocent:
    """A right backward pass for one network."""

    name: str
    source: str
    hidden: str
    output: str
    loss: str
    risk: tuple = ()

    @property
    def id(self):
        return f"{self.name} | {self.hidden} {self.output} {self.loss}"

    @functools.cached_property
    def functions(self):
        return functions(self.source, self.id)

    @functools.cached_property
    def truth(self):
        return truth.examine(*self.functions, self.hidden, self.output, self.loss)

    def examine(self, clinic, **more):
        backward_prop, forward_prop = self.functions
        return clinic.examine(backward_prop, forward_prop, hidden=self.hidden, output=self.output, loss=self.loss, **more)


# --- unusual templates ----------------------------------------------------------------------------------------------------

RIGHT_SLOPES = {
    "relu": {
        "from a": "(<A> > 0)", "from z": "(<Z> > 0)", "at least 0": "(<Z> >= 0)", "where": "np.where(<Z> <= 0, 0, 1)",
        "heaviside": "np.heaviside(<Z>, 0.5)", "astype": "(<Z> > 0).astype(float)", "int mask": "np.array(<A> > 0, dtype=int)",
        "sign of a": "np.sign(<A>)", "quotient": "<A> / <Z>", "half": "0.5 * (np.sign(<Z>) + 1)", "at relu of z": "(np.maximum(<Z>, 0) > 0)",
        "uint8": "(<Z> > 0).astype(np.uint8)", "not": "np.logical_not(<Z> < 0)", "slope of a at a": "d_relu(<A>)",
    },
    "leaky_relu": {
        "from a": "np.where(<A> > 0, 1, 0.01)", "from z": "np.where(<Z> > 0, 1.0, 0.01)", "at least 0": "np.where(<Z> >= 0, 1, 0.01)",
        "quotient": "<A> / <Z>", "sum": "0.01 + 0.99 * (<Z> > 0)", "masks": "((<Z> > 0) + 0.01 * (<Z> <= 0))", "helper at a": "d_leaky(<A>)",
        "power": "0.01 ** (<Z> < 0)",
    },
    "sigmoid": {
        "from a": "<A> * (1 - <A>)", "from z": "sigmoid(<Z>) * (1 - sigmoid(<Z>))", "helper": "d_sigmoid(<Z>)",
        "minus z": "sigmoid(<Z>) * sigmoid(-<Z>)", "exponentials": "np.exp(-<Z>) / (1 + np.exp(-<Z>)) ** 2", "difference": "(<A> - <A> ** 2)",
        "square completed": "(0.25 - (<A> - 0.5) ** 2)", "hyperbolic": "0.25 / np.cosh(<Z> / 2) ** 2", "two signs": "-<A> * (<A> - 1)",
    },
    "tanh": {
        "from a": "(1 - <A> ** 2)", "from z": "(1 - np.tanh(<Z>) ** 2)", "helper": "d_tanh(<Z>)", "factors": "(1 - <A>) * (1 + <A>)",
        "hyperbolic": "1 / np.cosh(<Z>) ** 2", "by sigmoid": "4 * sigmoid(2 * <Z>) * (1 - sigmoid(2 * <Z>))", "product": "(1 - <A> * <A>)",
        "square": "(1 - np.square(<A>))", "two signs": "-(<A> ** 2 - 1)",
    },
}  # fmt: skip

RIGHT_DW = {
    "1/m first": "1 / <m> * DOT(<dZ>, <A-1>.T)", "1/m inside": "DOT(<dZ> / <m>, <A-1>.T)", "transposed twice": "DOT(<A-1>, <dZ>.T).T / <m>",
    "einsum": 'np.einsum("im,jm->ij", <dZ>, <A-1>) / <m>', "tensordot": "np.tensordot(<dZ>, <A-1>, axes=(1, 1)) / <m>",
    "divide": "np.divide(np.matmul(<dZ>, np.transpose(<A-1>)), <m>)", "inner": "np.inner(<dZ>, <A-1>) / <m>",
    "stack": "np.mean(<dZ>[:, None, :] * <A-1>[None, :, :], axis=2)", "sum of outers":
    "sum(np.outer(u, v) for u, v in zip(<dZ>.T, <A-1>.T)) / <m>", "list": "(DOT(<dZ>, <A-1>.T) / <m>).tolist()",
    "matrix": "np.asmatrix(<dZ>) * np.asmatrix(<A-1>).T / <m>", "Fortran": "np.asfortranarray(DOT(<dZ>, <A-1>.T) / <m>)",
}  # fmt: skip
RIGHT_DB = {
    "mean": "np.mean(<dZ>, axis=1, keepdims=True)", "reshape": "(<dZ>.sum(axis=1) / <m>).reshape(-1, 1)", "None": "<dZ>.mean(1)[:, None]",
    "ones": "<dZ> @ np.ones((<dZ>.shape[1], 1)) / <m>", "average": "np.average(<dZ>, axis=1).reshape(<b>.shape)",
    "einsum": 'np.einsum("ij->i", <dZ>)[:, np.newaxis] / <m>', "list": "(np.sum(<dZ>, axis=1, keepdims=True) / <m>).tolist()",
    "reduce": "np.add.reduce(<dZ>, axis=-1, keepdims=True) / <m>", "matrix": "np.asmatrix(<dZ>).sum(axis=1) / <m>",
}  # fmt: skip
RIGHT_SINGLE_OUTPUT = {
    ("dA", 2): {"elementwise": "<W+1>.T * <dZ+1>", "outer": "np.outer(<W+1>, <dZ+1>)", "multiply": "np.multiply(<W+1>.reshape(-1, 1), <dZ+1>)"},
    ("dW", 3): {
        "summed": "np.sum(<dZ> * <A-1>, axis=1).reshape(1, -1) / <m>", "flat": "np.sum(<dZ> * <A-1>, axis=1) / <m>",
        "mean, T": "np.mean(<A-1> * <dZ>, axis=1, keepdims=True).T", "reshaped": "DOT(<A-1>, <dZ>.T).reshape(1, 10) / <m>",
    },
    ("db", 3): {
        "scalar": "np.mean(<dZ>)", "no keepdims": "np.sum(<dZ>, axis=1) / <m>", "sum of all": "np.sum(<dZ>) / <m>", "float": "float(np.mean(<dZ>))",
        "1 x 1": "np.sum(<dZ>, keepdims=True) / <m>",
    },
}  # fmt: skip
"""Harmless because there is one output unit."""

NETWORKS = tuple((truth.HIDDEN[(i + j) % 4], *pair) for j, pair in enumerate(truth.PAIRS) for i in (0, 2))


def _program(name, edit, network, style="unrolled", risk=()):
    program = STYLES[style].program(*network)
    edit(program)
    forward = forward_source(*network[:2]) if STYLES[style].own_forward else None
    return Innocent(f"{name}, {style}", STYLES[style].source(program, forward), *network, risk)


def _slots(slots):
    return lambda program: program.slots.update(slots)


def _turn(items):
    """Each item with a style and a network of its own, so that all get their turn."""
    for number, item in enumerate(items):
        style = ("unrolled", "einsum", "class")[number % 3]
        yield *item, style, NETWORKS[(3 * number) % len(NETWORKS)]


def template_innocents():
    for hidden, slopes in RIGHT_SLOPES.items():
        for number, (name, template) in enumerate(slopes.items()):
            pair = truth.PAIRS[number % len(truth.PAIRS)]
            style = ("unrolled", "einsum", "class", "loop")[number % 4]
            yield _program(f"slope {name}", _slots({("slope", l): template for l in (2, 1)}), (hidden, *pair), style)
    for kind, rows in (("dW", RIGHT_DW), ("db", RIGHT_DB)):
        for name, template, style, network in _turn(rows.items()):
            yield _program(f"{kind} {name}", _slots({(kind, l): template for l in (3, 2, 1)}), network, style)
    single = [(f"{kind}{l} {name}", {(kind, l): template}) for (kind, l), rows in RIGHT_SINGLE_OUTPUT.items() for name, template in rows.items()]
    for name, slots, style, network in _turn(single):
        yield _program(name, _slots(slots), network, style)


def _folded(program):
    program.slots["dZ", 3] = f"({program.slots['dZ', 3]}) / <m>"
    for l in (3, 2, 1):
        program.slots["dW", l], program.slots["db", l] = DW, DB


def _deltas_first(program):
    program.order = "deltas first"


def _masks_first(program):
    program.start = [(f"<g> = {program.slots['slope', l]}", l) for l in (2, 1)]
    program.slots |= {("slope", l): "<g>" for l in (2, 1)}


def _update_at_the_end(program):
    program.after["db", 1] = ["<W> -= 0.1 * <dW>", "<W+1> -= 0.1 * <dW+1>", "<W+2> -= 0.1 * <dW+2>", "<b> -= 0.1 * <db>"]


def _update_after_use(program):
    program.after["dA", 2] = ["<W+1> -= 0.1 * <dW+1>"]
    program.after["dA", 1] = ["<W+1> -= 0.1 * <dW+1>"]


def _in_place(hidden):
    def edit(program):
        program.slots |= {("slope", l): SLOPE_IN_PLACE[hidden] for l in (2, 1)}

    return edit


def _delta_of_dA(program):
    """In place on dA, which is nobody else's."""
    for l in (2, 1):
        program.slots["dZ", l] = "<dA>"
        program.after["dA", l] = ["<dA>[<Z> <= 0] = 0"]


def _no_matrix_product_by_m(program):
    for l in (3, 2, 1):
        program.slots["dW", l] = "np.average(np.einsum('im,jm->mij', <dZ>, <A-1>), axis=0)"


def _clipped(loss):
    safe = LOSS_SLOPE[loss].replace("<A>", "np.clip(<A>, 1e-12, 1 - 1e-12)")
    return _slots({("dA", 3): safe})


def _negative_twice(program):
    program.slots["dZ", 3] = f"-({program.slots['dZ', 3]})"
    program.slots["dA", 2] = "-DOT(<W+1>.T, <dZ+1>)"
    program.slots["dW", 3], program.slots["db", 3] = f"-{DW} / <m>", f"-{DB} / <m>"


def structured_innocents():
    """Right programs, with another order, another place for 1/m, overwriting that does no harm."""
    for number, network in enumerate(NETWORKS):
        hidden, output, loss = network
        for style in STYLES:
            yield _program("plain", lambda program: None, network, style)
        style = ("unrolled", "loop", "class", "examples", "einsum")[number % 5]
        yield _program("1/m in dZ3", _folded, network, style)
        yield _program("deltas first", _deltas_first, network, style)
        yield _program("masks first", _masks_first, network, style)
        yield _program("average of products", _no_matrix_product_by_m, network, ("unrolled", "einsum")[number % 2])
        yield _program("mask in place", _in_place(hidden), network, style, ("A1", "A2"))
        yield _program("two minus signs", _negative_twice, network, ("unrolled", "class", "einsum")[number % 3])
        yield _program("update at the end", _update_at_the_end, network, ("unrolled", "einsum")[number % 2], ("W1", "W2", "W3", "b1"))
        yield _program("update after use", _update_after_use, network, ("class", "einsum")[number % 2], ("W2", "W3"))
        if output == "sigmoid" and loss == "bce":
            yield _program("dA clipped", _clipped(loss), network, "dA")
        if hidden == "relu":
            yield _program("dA cut off in place", _delta_of_dA, network, ("class", "einsum")[number % 2])


# --- written out by hand ------------------------------------------------------------------------------------------------------
# S2, S1: the slopes of layers 2 and 1; D3: dZ3; GATE: ReLU's mask. Each is a whole body of backward_prop(X, y, c, p).

RETURN = 'return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}'
PLAIN = """
m = X.shape[1]
dZ3 = D3
dW3 = dZ3 @ c["A2"].T / m
db3 = np.sum(dZ3, axis=1, keepdims=True) / m
dZ2 = p["W3"].T @ dZ3 * S2
dW2 = dZ2 @ c["A1"].T / m
db2 = np.sum(dZ2, axis=1, keepdims=True) / m
dZ1 = p["W2"].T @ dZ2 * S1
dW1 = dZ1 @ X.T / m
db1 = np.sum(dZ1, axis=1, keepdims=True) / m
"""

BODIES = {
    "flat deltas": """
        m = y.size
        d3 = (D3).ravel()
        dW3 = d3 @ c["A2"].T / m
        db3 = d3.mean()
        dZ2 = np.outer(p["W3"], d3) * S2
        dW2, db2 = dZ2 @ c["A1"].T / m, dZ2.sum(1, keepdims=True) / m
        dZ1 = p["W2"].T @ dZ2 * S1
        dW1, db1 = dZ1 @ X.T / m, dZ1.sum(1, keepdims=True) / m
        RETURN""",
    "one example at a time, outer products": """
        m = len(y[0])
        s2, s1, delta = S2 * np.ones((10, m)), S1 * np.ones((10, m)), D3
        grads = {"d" + name: np.zeros(value.shape) for name, value in p.items()}
        for i in range(m):
            d3 = delta[:, i]
            d2 = p["W3"].T.dot(d3) * s2[:, i]
            d1 = p["W2"].T.dot(d2) * s1[:, i]
            for l, d, a in ((3, d3, c["A2"][:, i]), (2, d2, c["A1"][:, i]), (1, d1, X[:, i])):
                grads[f"dW{l}"] += np.outer(d, a) / m
                grads[f"db{l}"] += d[:, None] / m
        return grads""",
    "one unit at a time": """
        m = X.shape[1]
        s2, s1, d3 = S2 * np.ones((10, m)), S1 * np.ones((10, m)), D3
        d2, d1 = np.zeros((10, m)), np.zeros((10, m))
        for j in range(10):
            d2[j] = p["W3"][0, j] * d3[0] * s2[j]
        for j in range(10):
            for k in range(10):
                d1[j] += p["W2"][k, j] * d2[k] * s1[j]
        dW2, dW1 = np.zeros((10, 10)), np.zeros(p["W1"].shape)
        for j in range(10):
            for k in range(10):
                dW2[j, k] = (d2[j] * c["A1"][k]).mean()
            for k in range(X.shape[0]):
                dW1[j, k] = (d1[j] * X[k]).mean()
        dW3 = np.array([[(d3[0] * a).mean() for a in c["A2"]]])
        db3, db2, db1 = (np.array([[row.mean()] for row in d]) for d in (d3, d2, d1))
        RETURN""",
    "Jacobians": """
        m = X.shape[1]
        s2, s1, delta = S2 * np.ones((10, m)), S1 * np.ones((10, m)), D3
        shares = []
        for i in range(m):
            d3 = delta[:, i : i + 1]
            d2 = np.diag(s2[:, i]) @ p["W3"].T @ d3
            d1 = np.diag(s1[:, i]) @ p["W2"].T @ d2
            shares.append([d3 @ c["A2"][:, [i]].T, d3, d2 @ c["A1"][:, [i]].T, d2, d1 @ X[:, [i]].T, d1])
        dW3, db3, dW2, db2, dW1, db1 = (np.mean(share, axis=0) for share in zip(*shares))
        RETURN""",
    "rows are examples": """
        m = X.shape[1]
        D = (D3).T
        dW3, db3 = (c["A2"] @ D).T / m, D.mean(axis=0, keepdims=True).T
        D = (D @ p["W3"]) * (S2).T
        dW2, db2 = (c["A1"] @ D).T / m, D.mean(axis=0, keepdims=True).T
        D = (D @ p["W2"]) * (S1).T
        dW1, db1 = (X @ D).T / m, D.mean(axis=0, keepdims=True).T
        RETURN""",
    "bias as a row of ones": """
        m = X.shape[1]
        grads, dZ = {}, D3
        for l, A, s in ((3, c["A2"], S2), (2, c["A1"], S1), (1, X, None)):
            both = dZ @ np.vstack([A, np.ones((1, m))]).T / m
            grads[f"dW{l}"], grads[f"db{l}"] = both[:, :-1], both[:, -1:]
            dZ = p[f"W{l}"].T @ dZ * s if l > 1 else None
        return grads""",
    "recursion": """
        m, slopes, A = X.shape[1], {2: S2, 1: S1}, {2: c["A2"], 1: c["A1"], 0: X}

        def down(l, dZ):
            here = {f"dW{l}": dZ @ A[l - 1].T / m, f"db{l}": dZ.mean(axis=1, keepdims=True)}
            return here if l == 1 else {**here, **down(l - 1, p[f"W{l}"].T @ dZ * slopes[l - 1])}

        return down(3, D3)""",
    "extra keys": "PLAIN\nRETURN_EXTRA",
    "prints": "PLAIN\nprint('cost', float(np.mean(dZ3 ** 2)), dW1.shape)\nRETURN",
    "asserts shapes": 'PLAIN\nassert dW3.shape == p["W3"].shape and db2.shape == (10, 1) and dW1.shape == p["W1"].shape\nRETURN',
    "slow": "import time\ntime.sleep(0.004)\nPLAIN\nRETURN",
    "takes from the cache": """
        m = X.shape[1]
        dZ3 = D3
        A2, A1 = c["A2"], c["A1"]
        s2, s1 = S2, S1
        c.pop("A3"), c.pop("Z3")
        dW3, db3 = dZ3 @ A2.T / m, np.mean(dZ3, axis=1, keepdims=True)
        dZ2 = p["W3"].T @ dZ3 * s2
        dW2, db2 = dZ2 @ A1.T / m, np.mean(dZ2, axis=1, keepdims=True)
        dZ1 = p["W2"].T @ dZ2 * s1
        dW1, db1 = dZ1 @ X.T / m, np.mean(dZ1, axis=1, keepdims=True)
        RETURN""",
    "gives the cache back": "PLAIN\nfor name, value in zip(('dW1', 'db1', 'dW2', 'db2', 'dW3', 'db3'), (dW1, db1, dW2, db2, dW3, db3)):\n"
                            "    c[name] = value\nreturn c",
    "transposes kept in p": """
        m = X.shape[1]
        p["W2"], p["W3"] = p["W2"].T, p["W3"].T
        dZ3 = D3
        dZ2 = p["W3"] @ dZ3 * S2
        dZ1 = p["W2"] @ dZ2 * S1
        dW3, dW2, dW1 = dZ3 @ c["A2"].T / m, dZ2 @ c["A1"].T / m, dZ1 @ X.T / m
        db3, db2, db1 = (np.sum(dZ, axis=1, keepdims=True) / m for dZ in (dZ3, dZ2, dZ1))
        RETURN""",
    "functions of numpy": """
        m = np.shape(X)[-1]
        dZ3 = D3
        dW3 = np.divide(np.matmul(dZ3, np.transpose(c["A2"])), m)
        db3 = np.divide(np.sum(dZ3, axis=1, keepdims=True), m)
        dZ2 = np.multiply(np.dot(np.transpose(p["W3"]), dZ3), S2)
        dW2 = np.dot(dZ2, np.transpose(c["A1"])) / np.float64(m)
        db2 = np.expand_dims(np.mean(dZ2, axis=1), axis=1)
        dZ1 = np.multiply(np.dot(p["W2"].T, dZ2), S1)
        dW1 = np.multiply(1.0 / m, np.dot(dZ1, X.T))
        db1 = np.reshape(np.mean(dZ1, axis=1), (10, 1))
        RETURN""",
    "matrices": """
        m = X.shape[1]
        W3, W2, A2, A1 = (np.asmatrix(a) for a in (p["W3"], p["W2"], c["A2"], c["A1"]))
        dZ3 = np.asmatrix(D3)
        dW3, db3 = dZ3 * A2.T / m, dZ3.sum(axis=1) / m
        dZ2 = np.multiply(W3.T * dZ3, S2)
        dW2, db2 = dZ2 * A1.T / m, dZ2.sum(axis=1) / m
        dZ1 = np.multiply(W2.T * dZ2, S1)
        dW1, db1 = dZ1 * np.asmatrix(X).T / m, dZ1.sum(axis=1) / m
        RETURN""",
    "lists": "PLAIN\nreturn {'dW1': dW1.tolist(), 'db1': db1.tolist(), 'dW2': dW2.tolist(), 'db2': db2.tolist(), 'dW3': dW3.tolist(), "
             "'db3': db3.tolist()}",
    "a kind of dict": "from collections import OrderedDict\nPLAIN\n"
                      "return OrderedDict(db1=db1, dW1=dW1, db2=db2, dW2=dW2, db3=db3, dW3=dW3)",
    "long double": "PLAIN_LONG\nRETURN",
    "arguments copied": "X, y, c, p = X.copy(), y.copy(), {k: np.array(v) for k, v in c.items()}, dict(p)\nPLAIN\nRETURN",
    "labels as numbers of a byte": "y = y.astype(np.uint8)\nPLAIN\nRETURN",
    "labels flattened": "y = y.flatten()\nPLAIN\nRETURN",
    "labels as truth values": "y = (y > 0.5) * 1\nPLAIN\nRETURN",
    "m as a float": 'PLAIN_M\nRETURN',
    "the reference": "from helpers import network\nreturn network.backward_prop(X, y, {'A0': X, **c}, p, HIDDEN, OUTPUT, LOSS)",
    "warns": "import warnings\nwarnings.warn('a warning')\nnp.log(np.zeros(2))\nPLAIN\nRETURN",
    "changes global settings": "np.seterr(all='ignore')\nnp.random.seed(0)\nPLAIN\nRETURN",
    "dA in between, keyword arguments": """
        def linear(*, dZ, A, W):
            return W.T @ dZ, dZ @ A.T / A.shape[1], np.sum(dZ, axis=1, keepdims=True) / A.shape[1]

        dA2, dW3, db3 = linear(dZ=D3, A=c["A2"], W=p["W3"])
        dA1, dW2, db2 = linear(dZ=dA2 * S2, A=c["A1"], W=p["W2"])
        _, dW1, db1 = linear(dZ=dA1 * S1, A=X, W=p["W1"])
        return {"dA1": dA1, "dA2": dA2, "dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}""",
    "in place on what is its own": """
        m = X.shape[1]
        dZ = 1.0 * (D3)
        dW3, db3 = dZ @ c["A2"].T, dZ.sum(axis=1, keepdims=True)
        dZ = p["W3"].T @ dZ
        dZ *= S2
        dW2, db2 = dZ @ c["A1"].T, dZ.sum(axis=1, keepdims=True)
        dZ = p["W2"].T @ dZ
        dZ *= S1
        dW1, db1 = dZ @ X.T, dZ.sum(axis=1, keepdims=True)
        for gradient in (dW1, db1, dW2, db2, dW3, db3):
            gradient /= m
        RETURN""",
    "half a batch at a time": """
        total, m = {}, X.shape[1]
        s2, s1, d = S2 * np.ones((10, m)), S1 * np.ones((10, m)), D3
        for part in np.array_split(np.arange(m), 2):
            dZ3 = d[:, part]
            dZ2 = p["W3"].T @ dZ3 * s2[:, part]
            dZ1 = p["W2"].T @ dZ2 * s1[:, part]
            for l, dZ, A in ((3, dZ3, c["A2"]), (2, dZ2, c["A1"]), (1, dZ1, X)):
                total[f"dW{l}"] = total.get(f"dW{l}", 0) + dZ @ A[:, part].T / m
                total[f"db{l}"] = total.get(f"db{l}", 0) + dZ[:, part * 0].sum(axis=1, keepdims=True) * 0 + dZ.sum(axis=1, keepdims=True) / m
        return total""",
    "forward again": """
        m = X.shape[1]
        c = forward(X, p)
        PLAIN
        RETURN""",
}  # fmt: skip
BODIES["half a batch at a time"] = BODIES["half a batch at a time"].replace("dZ[:, part * 0].sum(axis=1, keepdims=True) * 0 + ", "")

RISKS = {"takes from the cache": ("c",), "gives the cache back": ("c",), "transposes kept in p": ("W2", "W3")}

ONLY_BCE = {
    "A3 becomes dZ3": ("dZ3 = c['A3']\ndZ3 -= y\n", ("A3",)),
    "y becomes dZ3": ("y -= c['A3']\ndZ3 = -y\n", ("y",)),
    "positive minus": ("dZ3 = -(y - c['A3'])\n", ()),
    "dA with a small number": ("A = c['A3']\ndZ3 = -(y / (A + 1e-12) - (1 - y) / (1 - A + 1e-12)) * A * (1 - A)\n", ()),
    "dA clipped": ("A = np.clip(c['A3'], 1e-12, 1 - 1e-12)\ndA3 = -(np.divide(y, A) - np.divide(1 - y, 1 - A))\ndZ3 = dA3 * A * (1 - A)\n", ()),
    "sigmoid of z again": ("dZ3 = 1 / (1 + np.exp(-c['Z3'])) - y\n", ()),
    "two kinds of example": ("dZ3 = np.where(y == 1, c['A3'] - 1, c['A3'])\n", ()),
    "sums over classes": ("dZ3 = (1 - y) * c['A3'] - y * (1 - c['A3'])\n", ()),
    "labels concatenated": ("dZ3 = np.concatenate([c['A3'][:, [i]] - y[0, i] for i in range(y.shape[1])], axis=1)\n", ()),
}  # fmt: skip
"""Ways to write dZ3 for sigmoid and cross-entropy: code and what it changes."""


def _dictionary(template, layer):
    text = styles.Text(None, STYLES["unrolled"], styles.dictionary_names)
    return "(" + text.expression(template, styles.Index(layer), layer) + ")"


def _dedent(body):
    lines = body.strip("\n").split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)


def by_hand(name, body, network, risk=(), slope=SLOPE_FROM_A):
    """A body of backward_prop with the slopes and the delta of this network put in."""
    hidden, output, loss = network
    plain_long = PLAIN.replace("D3", "np.asarray(D3, dtype=np.longdouble)")
    text = _dedent(body)
    for word, value in (
        ("PLAIN_LONG", plain_long.strip()), ("PLAIN_M", PLAIN.strip().replace("X.shape[1]", "float(X.shape[1])")), ("PLAIN", PLAIN.strip()),
        ("RETURN_EXTRA", RETURN[:-1] + ', "dZ3": dZ3, "dZ2": dZ2, "dZ1": dZ1, "cost": 0.5, "log": []}'), ("RETURN", RETURN),
        ("S2", _dictionary(slope[hidden], 2)), ("S1", _dictionary(slope[hidden], 1)), ("D3", _dictionary(output_delta(output, loss), 3)),
        ("HIDDEN", repr(hidden)), ("OUTPUT", repr(output)), ("LOSS", repr(loss)),
    ):  # fmt: skip
        text = text.replace(word, value)
    lines = "\n".join("    " + line if line else "" for line in text.split("\n"))
    head = "import numpy as np\n\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\n\n"
    if "forward(X, p)" in text:
        head += forward_source(hidden, output).replace("forward_prop", "forward") + "\n\n"
    return Innocent(f"{name}, by hand", f"{head}def backward_prop(X, y, c, p):\n{lines}\n", *network, risk)


def hand_innocents():
    for number, (name, body) in enumerate(BODIES.items()):
        for turn in (0, 1):
            network = NETWORKS[(5 * number + 7 * turn) % len(NETWORKS)]
            yield by_hand(name, body, network, RISKS.get(name, ()), (SLOPE_FROM_A, SLOPE_FROM_Z)[turn])
    for number, (name, (code, risk)) in enumerate(ONLY_BCE.items()):
        body = PLAIN.replace("dZ3 = D3\n", code) + "\nRETURN"
        yield by_hand(f"dZ3: {name}", body, (truth.HIDDEN[number % 4], "sigmoid", "bce"), risk)


# --- forward passes of one's own -----------------------------------------------------------------------------------------------

FORWARDS = {
    "extra keys": {"extra": ', "A0": X, "m": X.shape[1], "W1": p["W1"], "note": "cached", "history": [1, 2]'},
    "bias added by hand": {"lines": (("Z1", '(X.T @ p["W1"].T).T + p["b1"].reshape(-1, 1)'),)},
    "einsum": {"lines": (("Z2", 'np.einsum("ij,jk->ik", p["W2"], A1) + p["b2"]'),)},
    "examples one by one": {"lines": (("Z3", 'np.concatenate([p["W3"] @ A2[:, i : i + 1] + p["b3"] for i in range(X.shape[1])], axis=1)'),)},
    "flat bias": {"lines": (("Z3", 'p["W3"] @ A2 + p["b3"].item()'),)},
}


def forward_innocents():
    for number, (name, changes) in enumerate(FORWARDS.items()):
        for turn, style in enumerate(("dA", "unrolled", "loop")):
            network = NETWORKS[(4 * number + 5 * turn) % len(NETWORKS)]
            program = STYLES[style].program(*network)
            source = STYLES[style].source(program, forward_source(*network[:2], **changes))
            yield Innocent(f"forward {name}, {style}", source, *network)
    for hidden in ("relu", "leaky_relu"):
        text = "np.maximum(0, Z1, out=Z1)" if hidden == "relu" else "np.where(Z1 > 0, Z1, 0.01 * Z1)"
        program = STYLES["unrolled"].program(hidden, "sigmoid", "bce")
        source = STYLES["unrolled"].source(program, forward_source(hidden, "sigmoid", lines={"A1": text}))
        yield Innocent("forward Z1 overwritten by A1, unrolled", source, hidden, "sigmoid", "bce")


def nearly_innocents():
    """Right to 1e-6 and not to the last digit: in single precision."""
    single = ("def f32(a):\n    return np.asarray(a, dtype=np.float32)\n\nX, y = f32(X), f32(y)\n"
              "c, p = {k: f32(v) for k, v in c.items() if k[0] in 'AZ'}, {k: f32(v) for k, v in p.items()}\nPLAIN\nRETURN")  # fmt: skip
    for hidden in truth.HIDDEN:
        yield by_hand("float32", single, (hidden, "sigmoid", "bce"))


def innocents():
    """Every innocent function."""
    yield from nearly_innocents()
    yield from template_innocents()
    yield from structured_innocents()
    yield from hand_innocents()
    yield from forward_innocents()


def acquit(clinic, seeds):
    """Examine every innocent with every seed; print each accusation and the number of them."""
    accused = examined = 0
    for one in innocents():
        for seed in seeds:
            report = one.examine(clinic, rng=seed)
            examined += 1
            if accusation := accusations(report):
                accused += 1
                print(f"{one.id}, seed {seed}: {accusation}")
    print(f"{examined} examinations of innocents, {accused} accused")


def accusations(report):
    """What a report holds against a function; empty where it acquits."""
    problems = [] if report.verdict == "right" else [f"verdict {report.verdict!r}"]
    problems += [f"wrong {sorted(report.wrong)}"] if report.wrong else []
    problems += [f"{finding.statement} {finding.family}" for finding in report.findings]
    return "; ".join(problems)
