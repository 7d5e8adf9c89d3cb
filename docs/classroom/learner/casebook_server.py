"""What a learner's server does besides: it runs only so many kernels, and has each say what to do when memory runs out."""

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Integer


class TooManyKernels(web.HTTPError):
    """Refused; JupyterLab shows the sentence as it is."""

    def __init__(self, running: int):
        self.sentence = f"{running} of your notebooks run already, as many as may. Shut one down: the second tab on the left lists them."
        super().__init__(429, self.sentence)

    def __str__(self):
        return self.sentence


class FewKernels(AsyncMappingKernelManager):
    """Kernels up to a number: the memory of a kernel is limited, so that of a learner is, too."""

    max_kernels = Integer(4, help="How many kernels may run at a time.", config=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.starting = set()  # JupyterLab asks for several at once where it opens again what was open

    async def start_kernel(self, *, kernel_id=None, **kwargs):
        """Start a kernel, or refuse with what to do."""
        running = self.starting.union(self.list_kernel_ids())
        if len(running) >= self.max_kernels and kernel_id not in running:
            raise TooManyKernels(len(running))
        kernel_id = kernel_id or self.new_kernel_id(**kwargs)
        arguments = [*kwargs.pop("extra_arguments", ()), "--IPKernelApp.extra_extensions=casebook_kernel"]
        self.starting.add(kernel_id)
        try:
            return await super().start_kernel(kernel_id=kernel_id, extra_arguments=arguments, **kwargs)
        finally:
            self.starting.discard(kernel_id)
