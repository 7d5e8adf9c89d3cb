"""Questions on what networks can do, on softmax and convolution, and on where ReLU comes from."""

from helpers.interview.item import Item

NETWORKS = (
    Item(
        "universal", 2, "One hidden layer can approximate any continuous function. So why more?",
        "A theorem of that kind says that good weights exist, not that training finds them.",
        "true", "32 units placed by hand follow a sine to 0.005; trained ones stay well above that in every start.",
        "hand-made", "12 Does universal mean trainable?",
    ),
    Item(
        "universal-learns", 2, "Is a network with one wide layer able to learn any function?",
        "Yes: that is the universal approximation theorem.",
        "half true", "It can represent it as closely as you like on a bounded domain. That it learns it is not in the theorem.",
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
        "true", "For one example most entries of dW1 may be 0, for a batch hardly any are.",
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
        "Nair and Hinton, in 2010.",
        "half true", "They named it, in Boltzmann machines that learn. Householder wrote of such responses in 1941, Fukushima used one in 1969.",
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
        "It is the firing rate of a leaky integrate-and-fire neuron.",
        "half true", "It keeps the threshold and the growth. The neuron's rate starts steeply, ends 1/(2τ) above the line, and has a ceiling.",
        "firing curve", "12 Is a nerve cell a ReLU?",
    ),
    Item(
        "minus-threshold", 3, "What is a bias in the picture of a firing nerve cell?",
        "Minus a threshold.",
        "true", "Currents add up before it: the drive is the weighted sum less what is needed to fire at all.",
        "firing curve", "02 What are a bias, an inhibition and a spike in this picture?",
    ),
    Item(
        "negative-rate", 2, "What does an inhibiting input do in that picture?",
        "It makes the output negative.",
        "false", "Rates are never negative. It is a negative weight before the threshold, and the output stops at 0.",
        "firing curve", "02 What are a bias, an inhibition and a spike in this picture?",
    ),
)  # fmt: skip
