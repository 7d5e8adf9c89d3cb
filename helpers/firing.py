r"""How often a leaky integrate-and-fire neuron fires at a steady current, and the ReLU that is its first approximation.

    rate = 1 / (t_ref + tau ln((V_inf - V_reset) / (V_inf - V_th))),  V_inf = V_rest + R I;  0 where V_inf <= V_th

Units: seconds, millivolts, megaohms, nanoamperes (megaohms times nanoamperes are millivolts); rates are impulses a second.
Source: Dayan, Abbott, "Theoretical Neuroscience", MIT Press 2001, section 5.4.

Derived in: notebooks/02_activations.ipynb, "Where does ReLU come from?"
"""

import numpy as np

from helpers import checks

TAU, R = 0.010, 10.0
V_REST, V_RESET, V_TH = -65.0, -65.0, -50.0
THRESHOLD = (V_TH - V_REST) / R
"""The current in nA up to which the neuron is quiet."""


def firing_rate(I, t_ref=0.0, tau=TAU):
    """Impulses a second at the steady current I, 1 / (t_ref + T) with T the time from reset to threshold; 0 up to the threshold.

    Parameters
    ----------
    I : array of any shape
        Current in nA.
    t_ref : float
        Refractory period in seconds, 0 or more: so long the neuron pauses after an impulse.
    tau : float
        Time constant of the membrane in seconds.

    Raises
    ------
    TypeError, ValueError
        Names the argument, what came and what was expected.

    Derived in: notebooks/02_activations.ipynb, "Where does ReLU come from?"
    """
    V_inf, tau = V_REST + R * checks.floats("I", I), checks.positive("tau", tau)
    if not checks.floats("t_ref", t_ref) >= 0:
        raise ValueError(f"t_ref is {checks.brief(t_ref)}, expected a number of seconds that is 0 or more")
    fires = V_inf > V_TH
    above = np.where(fires, V_inf, V_TH + 1.0)  # any number that has a logarithm where nothing fires
    return np.where(fires, 1 / (t_ref + tau * np.log((above - V_RESET) / (above - V_TH))), 0.0)


def relu_rate(I, tau=TAU):
    """max(0, R I - (V_th - V_rest)) / (tau (V_th - V_reset)): the ReLU that the rate follows at large currents, 1/(2 tau) below it.

    I : current in nA, any shape; tau : seconds. Returns impulses a second.
    Derived in: notebooks/02_activations.ipynb, "Where does ReLU come from?"
    """
    drive = V_REST - V_TH + R * checks.floats("I", I)
    return np.maximum(0.0, drive) / (checks.positive("tau", tau) * (V_TH - V_RESET))
