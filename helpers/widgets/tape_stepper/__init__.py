"""Step along the tape of a small expression: forward values, then gradients handed back one node at a time, in the right order or a wrong one."""

from helpers.widgets.tape_stepper.widget import TapeStepper

__all__ = ["TapeStepper"]
