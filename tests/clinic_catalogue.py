"""Every family of fault, planted in every statement where it makes sense.

The labels are those of a teacher who reads the code. Where two descriptions of one fault cannot be told apart from
outside, both count, and `why` says so. Most such pairs are found by `clinic_faults.twins`, which compares what the
planted functions compute; those that stand here are two names for one template.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

from clinic_styles import ACTIVATION, LOSS_SLOPE, SLOPE_FROM_A, SLOPE_FROM_Z, SLOPE_IN_PLACE, output_delta

FAMILIES = (
    "wrong_derivative", "derivative_of_wrong_argument", "output_delta", "transpose", "axis_or_keepdims", "scale", "sign",
    "wrong_layer", "missing_term", "in_place", "broadcasting", "elementwise_vs_matmul", "update_order", "dtype", "forward_mismatch",
)  # fmt: skip
DW, DB, DA = "DOT(<dZ>, <A-1>.T)", "np.sum(<dZ>, axis=1, keepdims=True)", "DOT(<W+1>.T, <dZ+1>)"
ALL, HIDDEN_LAYERS = (3, 2, 1), (2, 1)


@dataclass(frozen=True)
class Fault:
    """One mistake: how to plant it, and what a teacher would say.

    `statements` and `families` hold every acceptable answer, `places` how many statements the mistake stands in;
    `named` is False where the mistake belongs to no family of the list and only verdict and statement are asked for.
    """

    name: str
    family: str
    edit: Callable
    statements: frozenset
    families: frozenset
    places: int = 1
    skip: frozenset = frozenset()
    named: bool = True
    why: str = ""
    touches: frozenset = frozenset()
    forward: tuple = ()


def fault(name, family, edit, statements, *, also=(), **more):
    return Fault(name, family, edit, frozenset(statements), frozenset([family, *also]), **more)


def _names(kind, layers):
    """What the root may be called: a dA may be called dZ where nothing shows dA, and a whole dZ dA."""
    known = {"dA": ("dZ", "dA"), "dZ": ("dZ", "dA"), "slope": ("dZ",)}.get(kind, (kind,))
    return [f"{name}{l}" for name in known for l in layers]


def planted(name, family, kind, layers, template, **more):
    """The same template in one slot of each of the layers."""

    def edit(program):
        for l in layers:
            program.slots[kind, l] = template

    where = kind + "".join(map(str, layers))
    touches = frozenset(("dZ" if kind == "slope" else kind, l) for l in layers)
    return fault(f"{name}@{where}", family, edit, _names(kind, layers), places=len(layers), touches=touches, **more)


def everywhere(rows, kind, default=ALL):
    """Rows (name, family, template[, layers or groups of layers[, more]]) to faults; by default each layer and all together."""
    for name, family, template, *rest in rows:
        groups = rest[0] if rest else [*((l,) for l in default), default]
        for layers in groups:
            yield planted(name, family, kind, layers if isinstance(layers, tuple) else (layers,), template, **(rest[1] if len(rest) > 1 else {}))


BATCH = {"skip": frozenset({"examples"})}
ODD = {"named": False}

# --- dW and db -------------------------------------------------------------------------------------------------------

DW_ROWS = (
    ("no 1/m", "scale", DW),
    ("1/m twice", "scale", f"{DW} / <m> ** 2"),
    ("1/(2m)", "scale", f"{DW} / (2 * <m>)"),
    ("doubled", "scale", f"2 * {DW} / <m>"),
    ("divided by units", "scale", f"{DW} / <dZ>.shape[0]"),
    ("divided by inputs", "scale", f"{DW} / <X>.shape[0]", [ALL]),
    ("negative", "sign", f"-{DW} / <m>"),
    ("transposed", "transpose", "DOT(<A-1>, <dZ>.T) / <m>"),
    ("reshaped for T", "transpose", "DOT(<A-1>, <dZ>.T).reshape(<W>.shape) / <m>"),
    ("no T", "transpose", "DOT(<dZ>, <A-1>) / <m>"),
    ("T on dZ", "transpose", "DOT(<dZ>.T, <A-1>) / <m>"),
    ("reshape for T", "transpose", "DOT(<dZ>, <A-1>.reshape(<m>, -1)) / <m>", [3, 2, 1, ALL], BATCH),
    ("own A", "wrong_layer", "DOT(<dZ>, <A>.T) / <m>"),
    ("A before", "wrong_layer", "DOT(<dZ>, <A-2>.T) / <m>", [3, 2]),
    ("dZ after", "wrong_layer", "DOT(<dZ+1>, <A-1>.T) / <m>", [2, 1, HIDDEN_LAYERS]),
    ("from dA", "missing_term", "DOT(<dA>, <A-1>.T) / <m>", [2, 1, HIDDEN_LAYERS]),
    ("no A", "missing_term", f"{DB} / <m>"),
    ("elementwise", "elementwise_vs_matmul", "<dZ> * <A-1> / <m>"),
    ("multiply", "elementwise_vs_matmul", "np.multiply(<dZ>, <A-1>) / <m>", [3, 2]),
    ("elementwise, summed", "elementwise_vs_matmul", "np.sum(<dZ> * <A-1>, axis=1, keepdims=True) / <m>"),
    ("to int", "dtype", f"np.array({DW} / <m>, dtype=int)"),
    ("to float16", "dtype", f"({DW} / <m>).astype(np.float16)"),
    # Odd ones: no family of the list is theirs.
    ("floor", "dtype", f"{DW} // <m>", [3, 2, 1, ALL], ODD),
    ("from Z", "wrong_layer", "DOT(<dZ>, <Z-1>.T) / <m>", [3, 2], ODD),
    ("decay", "missing_term", f"{DW} / <m> + 0.1 * <W>", [3, 2, 1, ALL], ODD | BATCH),
    ("normalised", "scale", f"{DW} / np.linalg.norm({DW})", [3, 2, 1, ALL], ODD | BATCH),
    ("rounded", "dtype", f"np.round({DW} / <m>, 2)", [3, 2, 1, ALL], ODD | BATCH),
    ("product of means", "axis_or_keepdims",
     "DOT(np.mean(<dZ>, axis=1, keepdims=True), np.mean(<A-1>, axis=1, keepdims=True).T)", [3, 2, 1, ALL], ODD | BATCH),
)  # fmt: skip

DB_ROWS = (
    ("no 1/m", "scale", DB),
    ("1/m twice", "scale", "np.mean(<dZ>, axis=1, keepdims=True) / <m>", [3, 2, 1, ALL], BATCH),
    ("doubled", "scale", f"2 * {DB} / <m>"),
    ("divided by units", "scale", f"{DB} / <dZ>.shape[0]"),
    ("negative", "sign", f"-{DB} / <m>"),
    ("no keepdims", "axis_or_keepdims", "np.sum(<dZ>, axis=1) / <m>"),
    ("axis 0", "axis_or_keepdims", "np.sum(<dZ>, axis=0, keepdims=True) / <m>"),
    ("axis 0, no keepdims", "axis_or_keepdims", "np.sum(<dZ>, axis=0) / <m>"),
    ("sum of all", "axis_or_keepdims", "np.sum(<dZ>) / <m>"),
    ("sum of all, kept", "axis_or_keepdims", "np.sum(<dZ>, keepdims=True) / <m>"),
    ("mean of all", "axis_or_keepdims", "np.mean(<dZ>)", [3, 2, 1, ALL], BATCH),  # for one example at a time a missing 1/m
    ("mean over units", "axis_or_keepdims", "np.mean(<dZ>, axis=0, keepdims=True)", [3, 2, 1, ALL], BATCH),
    ("a row", "axis_or_keepdims", "np.sum(<dZ>, axis=1).reshape(1, -1) / <m>", [3, 2, 1, ALL],
     {"also": ("transpose",), "why": "a row where a column should stand is a transpose and a wrong axis"}),
    ("no sum", "axis_or_keepdims", "<dZ> / <m>", [3, 2, 1, ALL],
     {"also": ("missing_term",), "why": "the sum over the examples is left out"}),
    ("dZ after", "wrong_layer", "np.sum(<dZ+1>, axis=1, keepdims=True) / <m>", [2, 1, HIDDEN_LAYERS]),
    ("from dA", "missing_term", "np.sum(<dA>, axis=1, keepdims=True) / <m>", [2, 1, HIDDEN_LAYERS]),
    ("to int", "dtype", f"np.array({DB} / <m>, dtype=int)"),
    ("to float16", "dtype", f"({DB} / <m>).astype(np.float16)"),
    ("from dW", "wrong_layer", "np.sum(<dW>, axis=1, keepdims=True)", [3, 2, 1, ALL], ODD | BATCH),
)  # fmt: skip


EVERY_ROOT = [f"d{kind}{l}" for kind in "Wb" for l in ALL] + ["dZ3", "dA3"]


def _all_weights(name, template_W, template_b, family, roots, places):
    """The same mistake in all dW and db: a factor of all six gradients is a factor of dZ3, so that counts as the root as well."""

    def edit(program):
        for l in ALL:
            program.slots["dW", l], program.slots["db", l] = template_W, template_b

    return fault(name, family, edit, roots, places=places)


def _set(attribute, value):
    return lambda program: setattr(program, attribute, value)


def _m(name, text):
    return fault(name, "scale", _set("m", text), EVERY_ROOT, places=6)


def _swap(program):
    program.returns |= {"db1": ("db", 2), "db2": ("db", 1)}


def _dz_before(program):
    program.order = "deltas first"
    program.slots["dW", 2] = "DOT(<dZ-1>, <A-1>.T) / <m>"


def weight_faults():
    yield from everywhere(DW_ROWS, "dW")
    yield from everywhere(DB_ROWS, "db")
    yield _all_weights("no 1/m anywhere", DW, DB, "scale", EVERY_ROOT, 6)
    yield _all_weights("1/m twice everywhere", f"{DW} / <m> ** 2", f"{DB} / <m> ** 2", "scale", EVERY_ROOT, 6)
    yield _all_weights("all negative", f"-{DW} / <m>", f"-{DB} / <m>", "sign", ["dZ3", "dA3"], 1)
    yield _m("m is the number of inputs", "X.shape[0]")
    yield _m("m is one", "y.shape[0]")
    yield _m("m counts all inputs", "X.size")
    yield fault("db1 and db2 swapped", "wrong_layer", _swap, ["db1", "db2"], places=2, touches=frozenset({("db", 1), ("db", 2)}))
    yield fault("dW2 from dZ1", "wrong_layer", _dz_before, ["dW2"], touches=frozenset({("dW", 2)}))


# --- dA and dZ of the hidden layers ------------------------------------------------------------------------------------

WHICH = {"also": ("wrong_layer",), "why": "the next layer's dZ (or dA) passed on as it is: W is left out, or the wrong layer's is taken"}

DA_ROWS = (
    ("no T", "transpose", "DOT(<W+1>, <dZ+1>)"),
    ("negative", "sign", f"-{DA}"),
    ("doubled", "scale", f"2 * {DA}"),
    ("1/m too many", "scale", f"{DA} / <m>"),
    ("skips a layer", "wrong_layer", "DOT(<W+2>.T, <dZ+2>)", [1]),
    ("own W", "wrong_layer", "DOT(<W>.T, <dZ+1>)"),
    ("from dA", "missing_term", "DOT(<W+1>.T, <dA+1>)", [1]),
    ("no W", "missing_term", "<dZ+1>", [2, 1, HIDDEN_LAYERS], WHICH),
    ("no dZ", "missing_term", "<W+1>.T"),
    ("elementwise", "elementwise_vs_matmul", "<W+1>.T * <dZ+1>"),
    ("elementwise, no T", "elementwise_vs_matmul", "<W+1> * <dZ+1>"),
    ("to float16", "dtype", f"{DA}.astype(np.float16)"),
    ("rows summed", "elementwise_vs_matmul", "np.sum(<W+1>, axis=0).reshape(-1, 1) * <dZ+1>", [1], ODD),
    ("of magnitude", "sign", "DOT(np.abs(<W+1>).T, <dZ+1>)", [2, 1, HIDDEN_LAYERS], ODD),
)  # fmt: skip

NOTHING_LEFT = {"also": ("missing_term",), "why": "cut to whole numbers nothing is left of a small delta, as if it had never been computed"}

DZ_ROWS = (
    ("doubled", "scale", "2 * <dA> * <slope>"),
    ("1/m too many", "scale", "<dA> * <slope> / <m>"),
    ("negative", "sign", "-<dA> * <slope>"),
    ("no slope", "missing_term", "<dA>"),
    ("slope alone", "missing_term", "<slope> * 1.0"),
    ("dA after", "wrong_layer", "<dA+1> * <slope>", [1],
     {"also": ("missing_term",), "why": "dA2 in place of dA1 is the wrong layer's, or the step through layer 2 left out"}),
    ("matrix product", "elementwise_vs_matmul", "DOT(<dA>, <slope>)"),
    ("matrix product, T", "elementwise_vs_matmul", "DOT(<dA>, <slope>.T)"),
    ("slope averaged", "broadcasting", "<dA> * np.mean(<slope>, axis=1, keepdims=True)", [2, 1, HIDDEN_LAYERS],
     BATCH | {"also": ("axis_or_keepdims",), "why": "an average over the examples that is then broadcast over them"}),
    ("slope of the first", "broadcasting", "<dA> * <slope>[:, :1]", [2, 1, HIDDEN_LAYERS], BATCH),
    ("to int", "dtype", "(<dA> * <slope>).astype(int)", [2, 1, HIDDEN_LAYERS], NOTHING_LEFT),
    ("to float16", "dtype", "(<dA> * <slope>).astype(np.float16)"),
    ("slope of the first unit", "broadcasting", "<dA> * <slope>[:1]", [2, 1, HIDDEN_LAYERS], ODD),
    ("added", "elementwise_vs_matmul", "<dA> + <slope>", [2, 1, HIDDEN_LAYERS], ODD),
    ("slope squared", "scale", "<dA> * <slope> * <slope>", [2, 1, HIDDEN_LAYERS], ODD),
)  # fmt: skip

FACTOR = {"also": ("missing_term",), "why": "one factor of a (1 - a) left out, and another function in place of the slope"}
TURNED = {"also": ("sign", "derivative_of_wrong_argument"), "why": "the inequality turned round: the slope of min(0, z), or at -z"}
WRONG_SLOPES = {
    "relu": (
        ("sigmoid'", SLOPE_FROM_A["sigmoid"]), ("sigmoid' of z", SLOPE_FROM_Z["sigmoid"]), ("tanh'", SLOPE_FROM_A["tanh"]),
        ("tanh' of z", SLOPE_FROM_Z["tanh"]), ("leaky relu'", "np.where(<Z> > 0, 1, 0.01)"), ("softplus'", "sigmoid(<Z>)"),
        ("relu itself", "<A>"), ("turned round", "(<Z> < 0)", TURNED), ("1 - a", "(1 - <A>)"),
    ),
    "leaky_relu": (
        ("sigmoid'", SLOPE_FROM_A["sigmoid"]), ("sigmoid' of z", SLOPE_FROM_Z["sigmoid"]), ("tanh'", SLOPE_FROM_A["tanh"]),
        ("tanh' of z", SLOPE_FROM_Z["tanh"]), ("relu'", "(<Z> > 0)"), ("leak 0.1", "np.where(<Z> > 0, 1, 0.1)"),
        ("leaky relu itself", "<A>"), ("z where negative", "np.where(<Z> > 0, 1, 0.01 * <Z>)"),
        ("z where positive", "np.where(<Z> > 0, <Z>, 0.01)"), ("turned round", "np.where(<Z> < 0, 1, 0.01)", TURNED),
        ("-leak", "np.where(<Z> > 0, 1, -0.01)", {"also": ("sign",), "why": "the leak's sign, so not leaky ReLU's slope"}),
    ),
    "sigmoid": (
        ("tanh'", SLOPE_FROM_A["tanh"]), ("tanh' of z", SLOPE_FROM_Z["tanh"]), ("relu' of z", "(<Z> > 0)"),
        ("leaky relu'", "np.where(<Z> > 0, 1, 0.01)"), ("sigmoid itself", "<A>", FACTOR), ("1 - a", "(1 - <A>)", FACTOR),
    ),
    "tanh": (
        ("sigmoid'", SLOPE_FROM_A["sigmoid"]), ("sigmoid' of z", SLOPE_FROM_Z["sigmoid"]), ("relu' of z", "(<Z> > 0)"),
        ("leaky relu'", "np.where(<Z> > 0, 1, 0.01)"), ("tanh itself", "<A>"),
        ("1 - a", "(1 - <A>)", {"also": ("missing_term",), "why": "the square, or one factor a, left out"}),
    ),
}  # fmt: skip
"""Other functions' slopes in place of the right one."""

AT = {
    "relu": lambda x: f"({x} > 0)",
    "leaky_relu": lambda x: f"np.where({x} > 0, 1, 0.01)",
    "sigmoid": lambda x: f"d_sigmoid({x})",
    "tanh": lambda x: f"d_tanh({x})",
}
FROM_OUTPUT = {
    "relu": lambda a: f"({a} > 0)",
    "leaky_relu": lambda a: f"np.where({a} > 0, 1, 0.01)",
    "sigmoid": lambda a: f"{a} * (1 - {a})",
    "tanh": lambda a: f"(1 - {a} ** 2)",
}


def wrong_arguments(hidden):
    """Rows of the right slope, evaluated somewhere else."""
    rule, from_output, family = AT[hidden], FROM_OUTPUT[hidden], "derivative_of_wrong_argument"
    yield "slope of z at a", family, rule("<A>")
    yield "slope of a at z", family, from_output("<Z>")
    yield "at the layer before", family, rule("<Z-1>"), [2]
    yield "at the layer after", family, rule("<Z+1>")
    yield "at the layer before, from a", family, from_output("<A-1>"), [2]
    yield "at the layer after, from a", family, from_output("<A+1>")
    yield "at the gradient", family, rule("<dA>")
    yield "at the gradient, from a", family, from_output("<dA>")
    yield "at the next gradient", family, rule("<dZ+1>"), [2, 1, HIDDEN_LAYERS]


def slope_faults(hidden):
    for name, template, *more in WRONG_SLOPES[hidden]:
        yield from everywhere([(name, "wrong_derivative", template, [2, 1, HIDDEN_LAYERS], *more)], "slope")
    yield from everywhere(wrong_arguments(hidden), "slope", HIDDEN_LAYERS)
    if hidden in ("sigmoid", "tanh"):
        turned = {"sigmoid": "<A> * (<A> - 1)", "tanh": "(<A> ** 2 - 1)"}[hidden]
        yield from (_any_delta(f) for f in everywhere([("slope negative", "sign", turned)], "slope", HIDDEN_LAYERS))
    if hidden != "relu":
        groups = [2, 1, HIDDEN_LAYERS], NOTHING_LEFT if hidden != "leaky_relu" else {}
        yield from everywhere([("slope to int", "dtype", f"np.array({SLOPE_FROM_A[hidden]}, dtype=int)", *groups)], "slope")


def _any_delta(one):
    """A factor of the slope is a factor of dA as well."""
    return replace(one, statements=one.statements | {name.replace("dZ", "dA") for name in one.statements})


def hidden_faults(hidden):
    yield from everywhere(DA_ROWS, "dA", HIDDEN_LAYERS)
    yield from everywhere(DZ_ROWS, "dZ", HIDDEN_LAYERS)
    yield from slope_faults(hidden)


# --- the output ----------------------------------------------------------------------------------------------------------

TWO_NAMES = "the delta of the other squared error, and a factor 2 missing or too many"
DELTAS = {
    "A3 - y": "<A> - <y>",
    "2 (A3 - y)": "2 * (<A> - <y>)",
    "(A3 - y) s'": "(<A> - <y>) * <A> * (1 - <A>)",
    "2 (A3 - y) s'": "2 * (<A> - <y>) * <A> * (1 - <A>)",
    "(A3 - y) relu'": "(<A> - <y>) * (<Z> > 0)",
    "2 (A3 - y) relu'": "2 * (<A> - <y>) * (<Z> > 0)",
    "(A3 - y) / s'": "(<A> - <y>) / (<A> * (1 - <A>))",
}
"""Deltas of all pairs of output unit and loss, each somebody's right answer."""

MISSING, OTHER_SLOPE = "missing_term", "wrong_derivative"
OUTPUT_DELTAS = {
    ("sigmoid", "bce"): {"2 (A3 - y)": ["scale"], "(A3 - y) s'": [], "2 (A3 - y) s'": []},
    ("sigmoid", "mse"): {"A3 - y": [], "2 (A3 - y)": [MISSING], "(A3 - y) s'": ["scale"]},
    ("sigmoid", "half_mse"): {"A3 - y": [MISSING], "2 (A3 - y)": [], "2 (A3 - y) s'": ["scale"]},
    ("identity", "mse"): {"A3 - y": ["scale"], "(A3 - y) s'": [OTHER_SLOPE], "2 (A3 - y) s'": [OTHER_SLOPE], "(A3 - y) / s'": []},
    ("identity", "half_mse"): {"2 (A3 - y)": ["scale"], "(A3 - y) s'": [OTHER_SLOPE], "2 (A3 - y) s'": [OTHER_SLOPE], "(A3 - y) / s'": []},
    ("relu", "mse"): {"A3 - y": [], "2 (A3 - y)": [MISSING], "(A3 - y) relu'": ["scale"], "2 (A3 - y) s'": [OTHER_SLOPE]},
    ("relu", "half_mse"): {"A3 - y": [MISSING], "2 (A3 - y)": [], "2 (A3 - y) relu'": ["scale"], "(A3 - y) s'": [OTHER_SLOPE]},
    ("relu", "bce"): {"A3 - y": [], "2 (A3 - y)": [], "(A3 - y) s'": []},
}
"""For each pair the deltas of other losses, with the other names that fit: the factor, the slope left out, another unit's slope."""


def _delta(name, family, template, **more):
    return fault(f"{name}@dZ3", family, _set_slots({("dZ", 3): template}), ["dZ3", "dA3"], touches=frozenset({("dZ", 3)}), **more)


def _set_slots(slots):
    return lambda program: program.slots.update(slots)


def output_faults(output, loss):
    right = output_delta(output, loss)
    for name, others in OUTPUT_DELTAS[output, loss].items():
        why = TWO_NAMES if others == ["scale"] else "the other unit's delta differs from the right one by that factor alone" if others else ""
        yield _delta(name, "output_delta", DELTAS[name], also=tuple(others), why=why)
    yield _delta("y - A3", "sign", right.replace("(<A> - <y>)", "(<y> - <A>)") if "(<A> - <y>)" in right else "<y> - <A>")
    yield _delta("no y", "missing_term", right.replace("<A> - <y>", "<A>"))
    yield _delta("no A3", "missing_term", right.replace("<A> - <y>", "- <y>"))
    yield _delta("doubled", "scale", f"2 * ({right})")
    yield _delta("halved", "scale", f"0.5 * ({right})")
    yield _delta("1/m too many", "scale", f"({right}) / <m>")
    yield _delta("first label", "broadcasting", right.replace("<y>", "<y>[:, :1]"), **BATCH)
    column = right.replace("<y>", "<y>.T")
    yield _delta("labels in a column", "broadcasting", column, **BATCH)
    yield _delta("labels in a column, averaged", "broadcasting", f"np.mean({column}, axis=0, keepdims=True)", **BATCH)
    yield _delta("to int", "dtype", f"({right}).astype(int)")
    yield _delta("to float16", "dtype", f"({right}).astype(np.float16)")
    yield _delta("A3 to int", "dtype", right.replace("<A> - <y>", "<A>.astype(int) - <y>"))
    # Odd ones: the error of the rounded prediction, and one number for all examples.
    yield _delta("prediction", "output_delta", right.replace("<A> - <y>", "(<A> > 0.5) - <y>"), named=False)
    averaged = _delta("averaged", "broadcasting", f"np.full_like(<A>, np.mean({right}))", named=False, **BATCH)
    # It leaves db3 right, so that dW3 and dA2, each with its average, explain all that can be seen as well.
    yield replace(averaged, statements=averaged.statements | {"dW3", "dA2", "dZ2"}, places=2)
    yield _delta("magnitude", "sign", f"np.abs({right})", named=False)


def _dA3(name, family, template, **more):
    return fault(f"{name}@dA3", family, _set_slots({("dA", 3): template}), ["dA3", "dZ3"], touches=frozenset({("dZ", 3)}), **more)


def _slope3(name, family, template, **more):
    return fault(f"{name}@slope3", family, _set_slots({("slope", 3): template}), ["dZ3"], touches=frozenset({("dZ", 3)}), **more)


DA3_OF = {
    "bce": {
        ("A3 - y", "output_delta"): "<A> - <y>", ("2 (A3 - y)", "output_delta"): "2 * (<A> - <y>)",
        ("positive", "sign"): "<y> / <A> - (1 - <y>) / (1 - <A>)", ("a sign inside", "sign"): "-(<y> / <A> + (1 - <y>) / (1 - <A>))",
        ("first term", "missing_term"): "-<y> / <A>", ("second term", "missing_term"): "(1 - <y>) / (1 - <A>)",
    },
    "mse": {("bce's", "output_delta"): LOSS_SLOPE["bce"], ("y - A3", "sign"): "2 * (<y> - <A>)", ("no y", "missing_term"): "2 * <A>"},
    "half_mse": {("bce's", "output_delta"): LOSS_SLOPE["bce"], ("y - A3", "sign"): "<y> - <A>", ("no y", "missing_term"): "<A>"},
}  # fmt: skip


def output_faults_by_dA(output, loss):
    """Where dZ3 is made in two steps, dA3 and the slope of the output unit."""
    right = LOSS_SLOPE[loss]
    for (name, family), template in DA3_OF[loss].items():
        if name != "bce's" or output == "sigmoid":  # elsewhere A3 can be 0 or 1
            yield _dA3(name, family, template)
    other = {"mse": LOSS_SLOPE["half_mse"], "half_mse": LOSS_SLOPE["mse"]}.get(loss)
    if other:
        yield _dA3("the other squared error's", "output_delta", other, also=("scale",), why=TWO_NAMES)
    yield _dA3("halved", "scale", f"0.5 * {right}")
    yield _dA3("1/m too many", "scale", f"{right} / <m>")
    yield _dA3("first label", "broadcasting", right.replace("<y>", "<y>[:, :1]"))
    yield _dA3("labels in a column", "broadcasting", right.replace("<y>", "<y>.T"))
    yield _dA3("to int", "dtype", f"({right}).astype(int)")
    yield _dA3("to float16", "dtype", f"({right}).astype(np.float16)")
    if output != "identity":
        yield fault("no slope@dZ3", "missing_term", _set_slots({("dZ", 3): "<dA>"}), ["dZ3"], also=["output_delta"],
                    why="another unit's delta, identity's or (for cross-entropy) ReLU's, is dA3 itself", touches=frozenset({("dZ", 3)}))  # fmt: skip
    yield from _output_slopes(output)


def _output_slopes(output):
    also = {"also": ("output_delta",), "why": "another unit's delta differs by its slope alone"}
    if output == "sigmoid":
        yield _slope3("tanh'", "wrong_derivative", SLOPE_FROM_A["tanh"])
        yield _slope3("relu' of z", "wrong_derivative", "(<Z> > 0)")
        yield _slope3("sigmoid itself", "wrong_derivative", "<A>", **FACTOR)
        yield _slope3("1 - a", "wrong_derivative", "(1 - <A>)", **FACTOR)
        yield _slope3("slope of z at a", "derivative_of_wrong_argument", "d_sigmoid(<A>)")
        yield _slope3("slope of a at z", "derivative_of_wrong_argument", "<Z> * (1 - <Z>)")
        yield _slope3("at the gradient", "derivative_of_wrong_argument", "d_sigmoid(<dA>)")
        negative = _slope3("slope negative", "sign", "<A> * (<A> - 1)")
        yield _any_delta(negative)
    else:
        yield _slope3("sigmoid' of z", "wrong_derivative", SLOPE_FROM_Z["sigmoid"], **also)
        yield _slope3("tanh' of z", "wrong_derivative", SLOPE_FROM_Z["tanh"])
    if output == "relu":
        yield _slope3("at the gradient", "derivative_of_wrong_argument", "(<dA> > 0)")
        yield _slope3("leaky relu'", "wrong_derivative", "np.where(<Z> > 0, 1, 0.01)")
    if output == "identity":
        yield _slope3("relu' of z", "wrong_derivative", "(<Z> > 0)", **also)


# --- overwriting and order -----------------------------------------------------------------------------------------------


def in_place_faults(hidden, output, loss, form):
    """The slope written into the activation before the activation has been used."""
    slope = SLOPE_IN_PLACE[hidden]
    for layers in ((2,), (1,), HIDDEN_LAYERS):
        roots = [f"{kind}{l}" for kind in ("dZ", "dA") for l in layers]
        where = "".join(map(str, layers))
        touches = frozenset((kind, l) for l in layers for kind in ("dZ",)) | {("dW", l + 1) for l in layers}
        yield fault(f"masks first@dZ{where}", "in_place", _masks_first(slope, layers), roots, places=len(layers), touches=touches)
        yield fault(f"deltas first@dZ{where}", "in_place", _deltas_first(slope, layers), roots, places=len(layers), touches=touches)
    for layers in ((3,), (2,), (3, 2)):
        where = "".join(map(str, layers))
        touches = frozenset({("dW", l) for l in layers} | {("dZ", l - 1) for l in layers})
        yield fault(f"A divided in place@dW{where}", "in_place", _divided(hidden, layers), [f"dW{l}" for l in layers],
                    places=len(layers), touches=touches)  # fmt: skip
    if form == "dA" and loss == "mse" and output == "sigmoid":
        yield fault("A3 overwritten@dA3", "in_place", _residual_in_place, ["dA3", "dZ3"], touches=frozenset({("dZ", 3)}))


def _masks_first(slope, layers):
    def edit(program):
        for l in layers:
            program.start.append((f"<g> = {slope}", l))
            program.slots["slope", l] = "<g>"

    return edit


def _deltas_first(slope, layers):
    def edit(program):
        program.order = "deltas first"
        for l in layers:
            program.slots["slope", l] = slope

    return edit


def _divided(hidden, layers):
    def edit(program):
        for l in layers:
            program.before["dW", l] = ["<A-1> /= <m>"]
            program.slots["dW", l] = DW
            program.slots["slope", l - 1] = SLOPE_FROM_A[hidden]

    return edit


def _residual_in_place(program):
    program.before["dA", 3] = ["<A> -= <y>"]
    program.slots["dA", 3] = "2 * <A>"
    program.slots["slope", 3] = SLOPE_FROM_A["sigmoid"]


def update_faults():
    for rate, text in ((0.1, "<W> -= 0.1 * <dW>"), (1.2, "<W> = <W> - 1.2 * <dW>"), (0.5, "<W> -= 0.5 * <dW>; <b> -= 0.5 * <db>")):
        for layers in ((3,), (2,), ALL):
            edit = _updates(text, layers)
            roots = [f"update W{l}" for l in layers if l > 1]
            yield fault(f"rate {rate}@update{''.join(map(str, layers))}", "update_order", edit, roots, places=len(roots),
                        touches=frozenset(("dZ", l - 1) for l in layers if l > 1), **BATCH)  # fmt: skip


def _updates(text, layers):
    def edit(program):
        for l in layers:
            program.after["db", l] = text.split("; ")

    return edit


# --- the forward pass ------------------------------------------------------------------------------------------------------


def _forward(name, statements, lines=None, cache=None):
    changes = (("lines", tuple((lines or {}).items())), ("cache", tuple((cache or {}).items())))
    return fault(name, "forward_mismatch", lambda program: None, statements, places=len(statements), forward=changes)


def forward_faults(hidden, output):
    """A forward pass of one's own that is not the network that is meant."""
    for other in ACTIVATION:
        if other == hidden:
            continue
        text = {l: ACTIVATION[other].format(z=f"Z{l}") for l in (1, 2)}
        yield _forward(f"{other} units", ["forward A1", "forward A2"], {"A1": text[1], "A2": text[2]})
        for l in (1, 2):
            yield _forward(f"{other} units in layer {l}", [f"forward A{l}"], {f"A{l}": text[l]})
    if hidden == "leaky_relu":
        leak = {f"A{l}": f"np.where(Z{l} > 0, Z{l}, 0.2 * Z{l})" for l in (1, 2)}
        yield _forward("leak 0.2", ["forward A1", "forward A2"], leak)
    for l in (1, 2, 3):
        before = "X" if l == 1 else f"A{l - 1}"
        yield _forward(f"no b{l}", [f"forward Z{l}"], {f"Z{l}": f'p["W{l}"] @ {before}'})
        yield _forward(f"b{l} subtracted", [f"forward Z{l}"], {f"Z{l}": f'p["W{l}"] @ {before} - p["b{l}"]'})
    yield _forward("W2 transposed", ["forward Z2"], {"Z2": 'p["W2"].T @ A1 + p["b2"]'})
    yield _forward("b1 in layer 2", ["forward Z2"], {"Z2": 'p["W2"] @ A1 + p["b1"]'})
    yield _forward("Z1 into layer 2", ["forward Z2"], {"Z2": 'p["W2"] @ Z1 + p["b2"]'})
    yield _forward("A1 into layer 3", ["forward Z3"], {"Z3": 'p["W3"] @ A1 + p["b3"]'})
    for other in ("identity", "tanh", "relu", "sigmoid"):
        if other != output:
            yield _forward(f"{other} output", ["forward A3"], {"A3": ACTIVATION[other].format(z="Z3")})
    yield _forward("A1 cached before its activation", ["forward A1"], cache={"A1": "Z1"})
    yield _forward("A2 cached before its activation", ["forward A2"], cache={"A2": "Z2"})
    yield _forward("A1 cached as A2", ["forward A2"], cache={"A2": "A1"})
    yield _forward("Z1 cached as Z2", ["forward Z2"], cache={"Z2": "Z1"})


@functools.cache
def catalogue(hidden, output, loss, form):
    """All faults for one network, for a backward pass that makes dZ3 in one line ("delta") or by way of dA3 ("dA")."""
    return tuple(_catalogue(hidden, output, loss, form))


def _catalogue(hidden, output, loss, form):
    yield from output_faults_by_dA(output, loss) if form == "dA" else output_faults(output, loss)
    yield from hidden_faults(hidden)
    yield from weight_faults()
    yield from in_place_faults(hidden, output, loss, form)
    yield from update_faults()
    yield from forward_faults(hidden, output)
