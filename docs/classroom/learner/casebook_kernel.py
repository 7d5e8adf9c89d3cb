"""An IPython extension: where memory runs out, the last line of the traceback says what that means and what to do."""

import resource


def load_ipython_extension(shell) -> None:
    """Called by IPython as the kernel starts."""
    shell.set_custom_exc((MemoryError,), explain)


def explain(shell, kind, error, traceback, tb_offset=None):
    """Show the traceback, which ends with the limit; the kernel lives on."""
    allowed = resource.getrlimit(resource.RLIMIT_DATA)[0] / 2**30
    said = f"{error}. " if str(error) else ""
    message = f"{said}This notebook may use {allowed:.3g} GiB. Make the numbers smaller, then restart the kernel to free what it holds."
    shell.showtraceback((MemoryError, MemoryError(message), traceback), tb_offset=tb_offset)
