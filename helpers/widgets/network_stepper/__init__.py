"""Step through a network forward and back: each statement with its numbers, each gradient as a sum over paths, a learner's code beside the truth."""

from helpers.widgets.network_stepper.widget import NetworkStepper

__all__ = ["NetworkStepper"]
