"""The reference implementation behind the notebooks: one module, one purpose.

The mathematics (activations, losses, datasets, network, case, gradcheck, training) needs NumPy alone;
`figures` draws with matplotlib, `widgets` shows live pictures in Jupyter, `exercises` judges a reader's answers. Imports point only downwards:
activations, losses, datasets <- network <- case, gradcheck, training <- figures, widgets <- exercises.
"""
