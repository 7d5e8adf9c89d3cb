"""The reference implementation behind the notebooks: one module, one purpose.

The mathematics (activations, losses, datasets, convolution, network, autograd, paths, case, gradcheck, training) and the clinic need NumPy alone;
`figures` draws with matplotlib, `widgets` shows live pictures in Jupyter, `exercises` judges a reader's answers. Imports point only downwards:
activations, losses, datasets, convolution <- network, autograd <- paths, case, gradcheck, training <- clinic <- figures, widgets <- exercises.
"""
