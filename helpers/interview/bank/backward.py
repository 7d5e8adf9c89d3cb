"""Questions on the backward pass: its direction, its transposes, its checks, its engine."""

from helpers.interview.item import Item

BACKWARD = (
    Item(
        "one-loss", 2, "Why does backpropagation go backwards?",
        "One loss depends on many parameters: from its end each layer costs a vector times a matrix, from the other a matrix times a matrix.",
        "true", "Both orders give the same gradient; the count of multiplications differs by the width of the layers.",
        "two orders", "10 Forwards or backwards?",
    ),
    Item(
        "not-forwards", 2, "Could the gradient be computed forwards?",
        "No, it is known only once the loss is.",
        "false", "It could, one pass for each parameter. For few inputs and many outputs forwards is even the cheaper way.",
        "two orders", "10 Is forward mode obsolete?",
    ),
    Item(
        "learning-rule", 1, "What is backpropagation?",
        "It finds the gradients and corrects the weights with them.",
        "half true", "It finds the gradients. What is done with them, a plain step, momentum or Adam, is another rule.",
        "update rules", "12 Is backpropagation a way of learning?",
    ),
    Item(
        "approximate", 2, "Is automatic differentiation numerical differentiation?",
        "Yes: it computes with numbers and therefore carries an error that depends on a step.",
        "false", "There is no step. It applies exact rules to numbers and agrees with the formula to rounding.",
        "three ways", "10 Is it numerical, symbolic or neither?",
    ),
    Item(
        "formula-first", 3, "Is automatic differentiation symbolic differentiation?",
        "It uses the same rules, but on the numbers of this one input, without ever writing the formula.",
        "true", "It keeps values and local slopes in a graph; no expression is built that could swell.",
        "three ways", "10 Is it numerical, symbolic or neither?",
    ),
    Item(
        "other-index", 1, "Why does the transpose of W stand in the backward pass?",
        "A unit collects from all units that it feeds, so the sum runs over the other index of W.",
        "true", "Forward, row i of W gathers inputs; backward, column j gathers what input j is blamed for.",
        "entries", "05 How does the gradient cross W2?",
    ),
    Item(
        "numpy-tells", 1, "How do you notice a forgotten transpose?",
        "NumPy protests.",
        "half true", "Only where the shapes do not fit. W2 is 10 × 10 here, and not a word is said.",
        "shapes", "05 What if you forget the transpose of W2?",
    ),
    Item(
        "cannot-train", 3, "What does a network do whose backward pass has forgotten one transpose?",
        "It cannot train.",
        "false", "With W2 not transposed all 20 starts train, though dW1 is wrong: the loss is no witness for a gradient.",
        "no transpose", "12 What if you forget the transpose?",
    ),
    Item(
        "uses-add", 1, "A variable is used twice. What becomes of its gradient?",
        "The contributions of both uses are added.",
        "true", "One for each path to the result: a + a gives 2, a · a gives 2a, as central differences confirm.",
        "used twice", "04 What if a variable is used twice?",
    ),
    Item(
        "for-speed", 3, "Why does a backward pass visit the nodes in topological order?",
        "To save time; any order gives the right gradient.",
        "false", "A node that passes its gradient on before all of it has arrived passes on too little: one graph, three orders, three answers.",
        "visit orders", "10 In which order do slopes go back?",
    ),
    Item(
        "overwritten", 2, "An engine keeps its gradients in the parameters. What if you do not set them to zero between two steps?",
        "Nothing: the second backward pass overwrites the first.",
        "false", "An engine adds into the gradients, since variables may be used twice. The second pass adds to what is there.",
        "two backwards", "10 What if the gradients are not zeroed?",
    ),
    Item(
        "few-forwards", 3, "What does a backward pass cost?",
        "The time of a few forward passes, and the memory of everything that the forward pass kept.",
        "true", "One sweep serves all parameters. What is kept grows with depth, and checkpoints trade memory for time.",
        "tape", "10 What does the tape cost?",
    ),
    Item(
        "always-minus", 1, "Why is dZ = A - y at the output?",
        "Because that is the derivative of the loss with respect to z, for any loss.",
        "false", "It holds for sigmoid or softmax with cross-entropy and no activation with half the squared error, not for sigmoid with the latter.",
        "other outputs", "03 For which outputs and losses does it hold?",
    ),
    Item(
        "check-passes", 2, "Your gradient check passes. Is the backward pass right?",
        "Yes: it is right here, and therefore everywhere.",
        "half true", "Here, at these parameters and for these data. A fault in a unit that is off, or at a kink, shows at other ones.",
        "check elsewhere", "06 Is every number right at a kink?",
    ),
    Item(
        "smaller-step", 2, "Which step do you take for central differences?",
        "The smaller, the better.",
        "false", "The error of the series falls, but rounding grows as the step shrinks: in float64 about 1e-5 is best.",
        "step sweep", "06 How small should the step be?",
    ),
    Item(
        "loss-falls", 1, "The loss falls. Is the gradient right?",
        "Yes: along a wrong one it could not fall.",
        "false", "Anything within 90 degrees of the gradient goes downhill for short steps. The wrong formula of the case trains.",
        "wrong on purpose", "06 Why does the wrong one train?",
    ),
)  # fmt: skip
