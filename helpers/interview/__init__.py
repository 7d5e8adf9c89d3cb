"""A mock interview: ten answers drawn from a bank, each to be judged true, half true or false, with the experiment that decides.

- `Interview`: draws by seed without repetition, asks one at a time, judges with the reason, says what to read again
- `BANK`: all items; `EXPERIMENTS`: what decides them
- `Words`: a reader's own answers to the questions of the chapter, kept

Explained in: notebooks/12_interview.ipynb, "Are you ready for ten questions?"
"""

from helpers.interview.bank import BANK
from helpers.interview.experiments import EXPERIMENTS
from helpers.interview.item import TRUTHS, Item
from helpers.interview.talk import Interview
from helpers.interview.words import said, say

__all__ = ["BANK", "EXPERIMENTS", "TRUTHS", "Interview", "Item", "said", "say"]
