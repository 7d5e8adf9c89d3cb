"""Explore training: the 2-10-10-1 network learns step by step, at the rate, with the weights and the units that you choose."""

from helpers.widgets.training_explorer.widget import TrainingExplorer

__all__ = ["TrainingExplorer"]
