"""Questions on what networks can do, on softmax and convolution, and on where ReLU comes from."""

from helpers.interview.item import Item

NETWORKS = (
    Item(
        "universal", 2, "One hidden layer can approximate any continuous function. So why more?",
        "A theorem of that kind says that good weights exist, not that training finds them.",
        "true", "32 units placed by hand follow a sine to 0.005; after 1,000 steps of Adam 32 trained ones are further off in all 20 starts.",
        "hand-made", "12 Does universal mean trainable?",
    ),
    Item(
        "universal-learns", 2, "What does the universal approximation theorem promise of one wide layer?",
        "It can represent any continuous function closely, and therefore learn it.",
        "half true", "It can represent it as closely as you like on a bounded domain. That training finds the weights is not in the theorem.",
        "hand-made", "12 Does universal mean trainable?",
    ),
    Item(
        "deeper-bends", 3, "Does depth buy more linear pieces?",
        "Yes: with as many parameters a deeper ReLU network always has more of them.",
        "false", "It can have. At the start 37 units in one layer cut the square into more pieces than 10 and 10, with as many parameters.",
        "linear pieces", "12 Does a deep ReLU network bend its output more often?",
    ),
    Item(
        "temperature-top", 2, "What does a temperature change in softmax?",
        "How sure it is, and which class is on top.",
        "half true", "How sure, yes. The order of the logits stays, so the class on top does too.",
        "temperature", "09 What does a temperature do?",
    ),
    Item(
        "relu-kills", 2, "Does ReLU kill the gradient in a network with softmax?",
        "It cuts it for each unit and example that is off; the gradient of a weight adds over the examples for which the unit is on.",
        "true", "On the digits about half of the entries of dW2 are 0 for one example, a tenth for a batch of 32, those of dead units for all.",
        "survival", "09 Does ReLU kill my gradient?",
    ),
    Item(
        "flip", 3, "Convolution or cross-correlation: does the flip of the kernel matter?",
        "No: the kernel is learned, so its orientation is too.",
        "half true", "For the forward pass and dK, yes. In dX the kernel stands turned round, and leaving it as it is gives a wrong gradient.",
        "kernel back", "11 Why does the kernel turn round on the way back?",
    ),
    Item(
        "invariant", 2, "Is a convolutional network unmoved by a shift of its input?",
        "Yes: it is invariant by construction.",
        "false", "A convolution moves along with its input. Edges, strides and the dense layer break that, and accuracy falls with one pixel.",
        "one pixel", "11 What does a shift of one pixel do?",
    ),
    Item(
        "inventor", 1, "Who invented ReLU?",
        "Nair and Hinton used it in 2010, and nobody had before.",
        "half true", "They did, in Boltzmann machines that learn. Fukushima had analog threshold elements in 1969, Hahnloser a circuit in 2000.",
        "sources", "12 Who invented ReLU?",
    ),
    Item(
        "year-2010", 2, "Was max(0, z) unknown before 2010?",
        "Yes, networks had sigmoids until then.",
        "false", "Fukushima's layered network of 1969 had analog threshold elements, Hahnloser's silicon circuit of 2000 rectifies.",
        "sources", "12 Who invented ReLU?",
    ),
    Item(
        "is-a-neuron", 2, "Is ReLU a model of a nerve cell?",
        "It has the threshold of a leaky integrate-and-fire neuron, and its rate at every current above.",
        "half true", "The threshold, yes, and the growth at large currents. A cell's rate starts steeply, ends 1/(2τ) above ReLU, and has a ceiling.",
        "firing curve", "12 Is a nerve cell a ReLU?",
    ),
    Item(
        "minus-threshold", 3, "What is a bias in the picture of a firing nerve cell?",
        "Minus a threshold.",
        "true", "Currents add up before it: the drive is the weighted sum less what is needed to fire at all.",
        "firing curve", "02 What are a bias, an inhibition and a spike in this picture?",
    ),
    Item(
        "negative-rate", 2, "What does an inhibiting input do, in the picture of a firing nerve cell?",
        "It makes the output negative.",
        "false", "Rates are never negative. It is a negative weight before the threshold, and the output stops at 0.",
        "firing curve", "02 What are a bias, an inhibition and a spike in this picture?",
    ),
)  # fmt: skip
