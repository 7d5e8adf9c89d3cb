"""Explore losses: what a probability costs, softmax with its gradient p - y, and what the loss of a stuck run says."""

from helpers.widgets.loss_explorer.widget import LossExplorer

__all__ = ["LossExplorer"]
