"""What the softmax explorer says: sentences with places for numbers, which Python and the browser fill in alike."""

SHOW = {"wish": "what each unit wishes, dA1", "passed": "what ReLU lets pass, dZ1"}
CHIPS = {"wish": "the wish, dA1", "passed": "what passes, dZ1"}
DATA = {"toy": "toy network", "digits": "digits", "own": "your network"}

CELL = "Step {step}, unit {unit}, example {example} ({name}): dA1 = {wish}, z = {z} is {state}, so dZ1 = {passed}. "
STATE = ("on", "off")
COUNTS = "Off: {lost} of {units} units for this example, {dead} of {units} for all {examples}; this unit for {missed} of {examples}"
EVERYTHING = ", on for {on} of the {everything} training images"

HEAT = "T = {T}: {top} has the largest p, {p}, as at every T. Loss {loss}; largest |dZ| {largest}. "
SHIFTED = "Adding {shift} to every logit changes p by at most {drift}. "
PLAIN = "Without subtracting the maximum: {verdicts}."
NAIVE = ("the same p", "∞ / ∞ = nan", "0 / 0 = nan", "p is off by more than 0.01")
SHORT = ("right", "nan", "nan", "wrong")

SENTENCES = {"cell": CELL, "counts": COUNTS, "everything": EVERYTHING, "heat": HEAT, "shifted": SHIFTED, "plain": PLAIN}


def called(name):
    """What an example of a class is called: "a 3", "an 8", "class 2"."""
    return f"{'an' if name == '8' else 'a'} {name}" if name.isdigit() else name


def classed(name):
    """What a class is called: "digit 3", "class 2"."""
    return f"digit {name}" if name.isdigit() else name
