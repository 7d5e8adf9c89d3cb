"""The bank of questions, a module for each part of the subject."""

from helpers.interview.bank.backward import BACKWARD
from helpers.interview.bank.networks import NETWORKS
from helpers.interview.bank.training import TRAINING
from helpers.interview.bank.units import UNITS

BANK = (*UNITS, *BACKWARD, *TRAINING, *NETWORKS)
"""All items, in the order of the subject."""
