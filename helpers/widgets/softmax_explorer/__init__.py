"""Explore softmax: which gradients survive ReLU, per unit, example and batch; and what temperature and shift do to logits."""

from helpers.widgets.softmax_explorer.widget import SoftmaxExplorer

__all__ = ["SoftmaxExplorer"]
