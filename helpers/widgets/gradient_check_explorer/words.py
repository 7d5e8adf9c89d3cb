"""What the gradient check explorer writes: names, sides of a kink, verdicts."""

LABELS = {"sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "silu": "SiLU", "relu": "ReLU", "leaky_relu": "leaky ReLU"}
KIND_LABELS = {"central": "central", "one_sided": "one-sided"}
SIDES = ("below the kink", "at the kink", "above the kink")
CROSSINGS = (
    "All three points lie on one side of the kink.",
    "One end of the step touches the kink.",
    "z − h lies on the other side of the kink.",
    "z + h lies on the other side of the kink.",
    "z sits on the kink.",
)
VERDICTS = ("agrees", "crossed the kink", "differs")
