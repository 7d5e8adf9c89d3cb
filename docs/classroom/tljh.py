"""The casebook on The Littlest JupyterHub: copy this file to /opt/tljh/config/jupyterhub_config.d/casebook.py, then `sudo tljh-config reload`.

The repository lies in /opt/casebook, its requirements are in TLJH's user environment; see README.md for the commands, and for what was tried.
"""

CASEBOOK = "/opt/casebook"
MEMORY = 2**30  # bytes that one process of a learner may allocate; `limits.memory` of TLJH holds for all of them together

c = get_config()  # noqa: F821  (JupyterHub puts it here)
c.Spawner.cmd = [
    "/opt/tljh/user/bin/python",
    f"{CASEBOOK}/docs/classroom/launch.py",
    f"--memory={MEMORY}",
    "--processor-seconds=3600",
    f"--material={CASEBOOK}/notebooks",
]
c.Spawner.args = [
    "--ServerApp.kernel_manager_class=casebook_server.FewKernels",
    "--FewKernels.cull_idle_timeout=3600",
    "--FewKernels.cull_connected=True",
]
c.Spawner.environment = {
    "PYTHONPATH": f"{CASEBOOK}/docs/classroom/learner",
    "JUPYTER_CONFIG_PATH": f"{CASEBOOK}/docs/classroom/learner",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
c.Spawner.default_url = "/lab/tree/notebooks"
