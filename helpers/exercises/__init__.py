"""Checks of the readers' answers: each `check_…` says right, not attempted, or what is wrong and why. None ever raises.

One module per chapter; `feedback` holds what they share.
"""

from helpers.exercises.feedback import Feedback

__all__ = ["Feedback"]
