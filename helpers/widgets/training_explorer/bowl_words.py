"""What the bowl says and writes: labels, sentences with places for numbers, filled in the same way here and in bowl.js."""

from helpers.widgets.kit.numerals import beside_one, number

LABELS = {
    "raw": "raw tumours", "standardised": "standardised tumours",
    "balanced": "dead network, balanced labels", "tumours": "dead network, tumours' labels",
}  # fmt: skip
SIGNS = ("<", "=", ">")
DIGITS = 5  # of losses: 1.0444

TEMPLATES = {
    "rate": "{label}{momentum}: rate {rate} {sign} {formula} = {threshold}. ",
    "momentum": ", momentum β = {beta}",
    "formulas": {
        "quadratic": ["2/λ", "2(1 + β)/λ"],
        "bias": ["2/(f(1 − f))", "2(1 + β)/(f(1 − f))"],
    },
    "quadratic": " After step {step}: loss {loss}, distance {steep} along the steep direction, {flat} along the flat one.",
    "bias": " After step {step}: b3 = {b}, loss {loss}.",
    "signs": SIGNS, "digits": DIGITS,
}  # fmt: skip

TEXTS = {
    "quadratic": {
        "left": "The bowl from above, λ = {curvature}",
        "right": "The loss", "strip": "By what each step multiplies a distance, against the rate",
        "x": "flat direction (16th of 31), curvature {flat}", "y": "steep direction (1st)", "up": "size", "gone": "left the picture at step {step}",
    },
    "bias": {
        "left": "The bowl from the side, f(1 − f) = {curvature}",
        "right": "The loss", "strip": "The losses at which it ends, against the rate",
        "x": "output bias b3", "y": "loss J", "up": "loss", "gone": "",
    },
}  # fmt: skip
"""Headings and names of axes."""

_EACH = "Each step multiplies the distance along the steep direction by {multiplier}"
_LATER = "In the long run each step multiplies the distance along the steep direction by {multiplier}"
RULES = {
    "nearer": f"{_EACH}.",
    "hops": f"{_EACH}: it hops across and comes nearer.",
    "at": f"{_EACH}: it hops across for ever.",
    "away": f"{_EACH}: it hops across and gets further away.",
    "nearer with momentum": f"{_LATER}.",
    "hops with momentum": f"{_LATER}: it hops across and comes nearer.",
    "swings with momentum": f"{_LATER} in size: it swings to and fro.",
    "at with momentum": f"{_LATER}: it hops across for ever.",
    "away with momentum": f"{_LATER}: it hops across and gets further away.",
    "rests": "The bias comes to rest where the loss is at its floor, {floor}.",
    "creeps": "The bias nears its best value ever more slowly, and the loss its floor, {floor}.",
    "stands": "In the end the bias goes round in {period} values, and the loss stands at {high}, above the floor {floor}.",
    "stands below the threshold": "Close to its best value the bias would come to rest; from here it goes round in {period} values, "
    "and the loss stands at {high}, above the floor {floor}.",
    "cycles below the threshold": "Close to its best value the bias would come to rest; from here it goes round in {period} values, "
    "with losses from {low} to {high}; the floor is {floor}.",
    "cycles": "In the end the bias goes round in {period} values, with losses from {low} to {high}; the floor is {floor}.",
    "wanders": "No round of up to 16 steps is found: the loss goes on between {low} and {high}; the floor is {floor}.",
}
"""What holds at a rate; the order is that of the numbers in the recording."""


def sentence(tape, steep, momenta, i, j, step):
    """The words for momentum number i, rate number j and a step of a tape of `bowl_recording`, with its `steep` distances."""
    beta = momenta[i]
    momentum = TEMPLATES["momentum"].format(beta=number(beta)) if beta else ""
    values = {
        "label": tape["label"], "momentum": momentum, "rate": number(tape["rates"][j]), "sign": SIGNS[tape["sides"][i, j]],
        "formula": TEMPLATES["formulas"][tape["kind"]][beta > 0], "threshold": number(tape["thresholds"][i]),
        "step": number(step), "loss": number(tape["loss"][i, j, step], DIGITS),
    }  # fmt: skip
    if tape["kind"] == "quadratic":
        values |= {"multiplier": beside_one(tape["multipliers"][0, i, j])}
        values |= {"steep": number(steep[i, j, step]), "flat": number(tape["flat"][i, j, step])}
    else:
        values |= {"b": number(tape["b"][i, j, step]), "period": number(tape["periods"][i, j]), "floor": number(tape["floor"], DIGITS)}
        values |= {end: number(tape[end][i, j], DIGITS) for end in ("low", "high")}
    rule = list(RULES.values())[tape["rule"][i, j]]
    return (TEMPLATES["rate"] + rule + TEMPLATES[tape["kind"]]).format(**values)
