"""What the firing-rate explorer says: sentences with places for numbers, which Python and the browser fill in alike."""

NAMES = {"neuron": "neuron", "relu": "ReLU"}
ROWS = {
    "neuron": "neuron: 1 / (t_ref + T)", "relu": "ReLU: (V∞ − V_th) / (τ (V_th − V_reset))",
    "difference": "neuron minus ReLU", "ceiling": "ceiling: 1 / t_ref",
}  # fmt: skip
NO_CEILING = "none"

QUIET = "At {I} nA the neuron is quiet: the threshold is {threshold} nA. Neuron and ReLU say 0. "
FIRES = "At {I} nA the neuron fires {rate} times a second, the ReLU says {relu}: a difference of {difference}. "
FREE = "Without refractory period the difference settles at 1 / (2τ) = {offset}."
BOUND = "With {t_ref} ms of refractory period no current exceeds {ceiling} impulses a second."

SENTENCES = {"quiet": QUIET, "fires": FIRES, "free": FREE, "bound": BOUND}
