"""Explore activations: drag z, see value, slope and tangent, and the slope that a rule gives from a."""

from helpers.widgets.activation_explorer.widget import ActivationExplorer

__all__ = ["ActivationExplorer"]
