"""Explore the firing rate of a leaky integrate-and-fire neuron: drag the current, and compare the rate with a ReLU."""

from helpers.widgets.firing_rate_explorer.widget import FiringRateExplorer

__all__ = ["FiringRateExplorer"]
