"""Questions on activations: linear or not, the kink, slopes through depth, units that are off or dead."""

from helpers.interview.item import Item

UNITS = (
    Item(
        "no-activation", 1, "Why does a network need a nonlinear activation?",
        "Without one, any number of layers computes no more than one layer can.",
        "true", "A product of matrices is a matrix: with the identity every start ends at the loss of logistic regression.",
        "identity", "01 Why is a network without activations one linear map?",
    ),
    Item(
        "two-lines", 1, "Is ReLU linear?",
        "It is made of two straight lines, so a network of ReLUs is a linear model.",
        "false", "It is linear on each side of 0 and not across: relu(1 + (-1)) is 0, relu(1) + relu(-1) is 1.",
        "sum of inputs", "01 Is ReLU linear?",
    ),
    Item(
        "no-derivative", 1, "ReLU has no derivative at 0. Can backpropagation train it?",
        "No, since backpropagation needs a derivative at every point.",
        "false", "It needs one number there, and any subgradient serves: starts trained with 0 and with 1 at the kink end alike.",
        "slope at 0", "02 When does the choice at 0 matter?",
    ),
    Item(
        "never-zero", 2, "Does it matter which slope you choose at 0?",
        "No: with random weights no weighted sum is exactly 0.",
        "half true", "From random weights with real inputs hardly any is. But above a dead layer, while biases are 0, all of them are.",
        "exact zeros", "06 Is every number right at a kink?",
    ),
    Item(
        "subgradient", 2, "What is the slope of ReLU at 0?",
        "It has none: from the left it is 0, from the right 1, and every number between is a subgradient, of which one is chosen.",
        "true", "The two one-sided quotients differ, so there is no derivative; the frameworks' relu takes 0.",
        "one-sided", "02 What is ReLU's slope at 0?",
    ),
    Item(
        "from-output", 1, "Can you compute an activation's slope from its output alone?",
        "For ReLU, sigmoid and tanh, yes, each with a formula of its own.",
        "true", "They are (a > 0), a(1 - a) and 1 - a²; each agrees with central differences. SiLU has none: inputs with one output differ in slope.",
        "slope from a", "02 May you compute the slope from the output?",
    ),
    Item(
        "tanh-rule", 1, "What is the sigmoid's derivative, written with its output a?",
        "It is 1 - a².",
        "false", "That is tanh's. The sigmoid's is a(1 - a), smaller by a factor of 1 + 1/a, which is more than 2.",
        "slope from a", "02 Whose derivative does the comment in the case give?",
    ),
    Item(
        "quarter", 1, "Why do gradients vanish in deep sigmoid networks?",
        "Every layer multiplies by a slope of at most 1/4, and weights of the usual size do not make up for it.",
        "true", "Over 20 starts the gradient of layer 2 is about 1e-18 of that of layer 30.",
        "depth", "02 How do slopes multiply through depth?",
    ),
    Item(
        "tanh-deep", 2, "Is tanh any better than sigmoid in depth?",
        "Yes: its gradient arrives, because tanh does not saturate.",
        "half true", "With Glorot's weights it arrives in all 20 starts. But tanh saturates as sigmoid does: the reason is its slope of 1 at 0.",
        "depth", "12 Why do gradients vanish through sigmoids?",
    ),
    Item(
        "relu-solves", 2, "Does ReLU solve the vanishing gradient?",
        "Its slope is 1 where a unit is on, so the gradient arrives.",
        "half true", "The slope is 1 there. But with half of He's variance 30 layers lose the signal, and the gradients of all weights with it.",
        "scale of a start", "12 Can gradients vanish through ReLU?",
    ),
    Item(
        "he-two", 2, "Why is there a 2 in He's variance 2/n?",
        "ReLU cuts off half of the squared signal on average, and the 2 pays for it.",
        "true", "With 1/n the signal halves in the square from layer to layer; with 2/n its mean square stays.",
        "scale of a start", "07 By what factor does the signal grow in a layer?",
    ),
    Item(
        "off-is-dead", 1, "What is a dead unit?",
        "A unit that gives 0 for the example at hand.",
        "false", "That unit is off. It is dead when its slope is 0 for every example: off is normal, dead is not.",
        "count off", "00 When does a run train, and when is it stuck?",
    ),
    Item(
        "first-layer", 2, "Can a dead unit of the first layer come back?",
        "Under plain gradient descent on the same data, no.",
        "true", "Its gradient is 0 and its inputs do not move, so its weighted sums stay what they are. None came back in the runs.",
        "comebacks", "08 Which layer can come back?",
    ),
    Item(
        "lost-for-good", 2, "Can a dead unit of a higher layer come back?",
        "No: its gradient is 0, so nothing about it can ever change.",
        "false", "Its own parameters stand still, but the layer below moves its inputs. Most that died in layer 2 came back.",
        "comebacks", "08 Which layer can come back?",
    ),
    Item(
        "one-step", 2, "What kills ReLU units?",
        "Steps that are too long for the weights and the data, often the first two.",
        "true", "One long step can push the sums of every example below 0, and from there no gradient leads back.",
        "first steps", "07 Suspects 6 and 7: what happens in the first two steps?",
    ),
    Item(
        "stillborn", 3, "Can a ReLU network be dead before its first step?",
        "Yes, and the narrower it is for its depth, the likelier.",
        "true", "With 20 hidden layers a dead layer stands at the start of nearly all networks of width 2 and of hardly any of width 10.",
        "born dead", "12 Can a network be dead before the first step?",
    ),
    Item(
        "one-sign", 3, "ReLU is never negative. What does that do to the weights above?",
        "All weights of a unit can only rise together or fall together in a step.",
        "half true", "For one example, yes. Summed over 200 examples about one row in four has a single sign.",
        "signs", "12 Does it matter that ReLU is never negative?",
    ),
    Item(
        "wasted", 2, "About half of the units are off for an example. Is that waste?",
        "Yes: half the network does nothing.",
        "false", "Another half is off for another example: nearly every unit is on for some. Which ones are on is what makes it nonlinear.",
        "count off", "12 Are the units that are off wasted?",
    ),
)  # fmt: skip
