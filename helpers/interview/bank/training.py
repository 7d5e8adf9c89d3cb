"""Questions on training: starts, rates, cures, losses."""

from helpers.interview.item import Item

TRAINING = (
    Item(
        "zeros-never", 1, "May all weights start at 0?",
        "No: from zeros nothing ever learns.",
        "half true", "All hidden units stay alike, so it is a poor start. But on the tumours sigmoid units reach 98 % from there.",
        "zeros", "08 When do zeros learn?",
    ),
    Item(
        "thousandfold", 2, "A tanh network starts with weights a thousand times as large as usual. What happens?",
        "It learns faster, since larger weights make larger gradients.",
        "false", "Nearly every unit stands at -1 or 1, where the slope is nearly 0: next to nothing of the gradient gets through.",
        "saturation", "08 How do you see saturated units?",
    ),
    Item(
        "stuck-gradient", 1, "The loss stays at 0.693. Is the gradient wrong?",
        "It must be: a right gradient would lower the loss.",
        "false", "With a dead layer the right gradient is 0 for all weights below it. The check passes there, and the run stands still.",
        "check when stuck", "08 What does a run tell before you change anything?",
    ),
    Item(
        "always-inf", 2, "What does too high a learning rate do?",
        "The loss goes to infinity.",
        "half true", "With leaky ReLU at rate 10, most runs do. ReLU's runs die instead, at a finite loss.",
        "rates", "12 Which rate is too high?",
    ),
    Item(
        "leaky-cures", 2, "Does leaky ReLU cure dying units?",
        "Yes: its slope is nowhere 0, so the trouble is gone.",
        "half true", "At rate 5 more starts train with it. At rate 10 most of its runs end as not-a-number: the rate was the trouble.",
        "cures", "12 Does leaky ReLU cure a dying network?",
    ),
    Item(
        "adam-any-rate", 2, "Does Adam spare you the learning rate?",
        "Yes: it finds its own.",
        "false", "Its steps are about as long as the rate says, whatever the gradient's size: too long stays too long.",
        "cures", "08 Which cure cures what?",
    ),
    Item(
        "momentum-limit", 3, "How does momentum 0.9 change the highest rate on a quadratic?",
        "It rises from 2/λ to 3.8/λ.",
        "true", "The limit of heavy-ball descent is 2(1 + β)/λ.",
        "bowl", "08 What does momentum add?",
    ),
    Item(
        "two-over-lambda", 2, "When is a learning rate too high?",
        "On a quadratic, beyond 2 divided by the largest curvature.",
        "true", "There each step turns the error round and makes it larger; a little below, it shrinks.",
        "bowl", "08 When is a learning rate too high?",
    ),
    Item(
        "clip-direction", 2, "What does clipping by the norm of all gradients change?",
        "The length of the step, not its direction.",
        "true", "All gradients are multiplied by one factor. Clipping each entry would turn the direction.",
        "direction", "08 What does clipping keep?",
    ),
    Item(
        "clip-entries", 3, "Is clipping each entry of a gradient the same as clipping its norm?",
        "Yes: both limit the step.",
        "false", "Entry by entry the large components are cut and the small stay, which turns the direction.",
        "direction", "08 How do you clip all gradients together?",
    ),
    Item(
        "standardise", 1, "Why are inputs standardised?",
        "Their spread and offset decide the largest curvature, and with it the highest rate that works.",
        "true", "The same starts that die on the raw tumours train on the standardised ones.",
        "inputs", "08 What do offset and spread of the inputs do?",
    ),
    Item(
        "scale-only", 2, "Does a network not learn to rescale its inputs by itself?",
        "It does, from every start, if only the rate is low enough.",
        "half true", "From some starts it does: on the raw tumours at most 9 of 20, at rates up to 0.001. Standardised, all 20 train at 0.12.",
        "inputs", "07 Suspect 8: what do unscaled inputs do?",
    ),
    Item(
        "batch-norm", 3, "Can batch normalisation replace standardised inputs?",
        "It can: where the plain network is stuck on raw inputs, the normalised one learns.",
        "true", "It rescales every weighted sum of the hidden layers by its own spread over the batch. Shown for five starts.",
        "inputs", "12 Does batch normalisation rescue raw inputs?",
    ),
    Item(
        "wrong-and-sure", 1, "Why cross-entropy and not squared error, with a sigmoid?",
        "Where the output is wrong and sure of it, squared error's slope in z is nearly 0; cross-entropy's is a - y.",
        "true", "At z = -10 with y = 1 the two differ by a factor of about 11,000.",
        "wrong and sure", "03 Why does squared error learn slowly when it is confidently wrong?",
    ),
    Item(
        "never-squared", 2, "How does a sigmoid output learn with squared error?",
        "Hardly: wherever it is wrong, the slope in z is nearly 0.",
        "half true", "Where it is wrong and sure of it: from z = -10 it waits for long. Wrong and near a = 0.5, it has a slope and trains.",
        "wrong and sure", "12 Why cross-entropy and not squared error?",
    ),
    Item(
        "relu-before-sigmoid", 2, "May a ReLU stand before the last sigmoid?",
        "Yes: one more nonlinearity does no harm.",
        "false", "σ(ReLU(z)) is never below 0.5, so label 0 can never be given a probability above a half, and examples with z < 0 send no gradient.",
        "smallest output", "03 What if the sigmoid follows a ReLU?",
    ),
)  # fmt: skip
