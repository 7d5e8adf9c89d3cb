"""Explore convolution: slide a kernel over an image, learn one back from images, and see over which places its gradient is summed."""

from helpers.widgets.convolution_explorer.widget import ConvolutionExplorer

__all__ = ["ConvolutionExplorer"]
