"""Explore gradient checks: the step size from 1e-16 to 1 in two precisions, and what happens near a kink."""

from helpers.widgets.gradient_check_explorer.widget import GradientCheckExplorer

__all__ = ["GradientCheckExplorer"]
