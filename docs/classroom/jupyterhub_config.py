"""The class server: `jupyterhub -f docs/classroom/jupyterhub_config.py`. What a teacher sets stands in settings.toml."""

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import people  # noqa: E402
from settings import SettingsError, class_folder, read  # noqa: E402

PROXY = HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
NODE = shutil.which("node")

try:
    settings = read(class_folder())
except SettingsError as error:
    sys.exit(f"The class server does not start: {error}.")
if not (NODE and PROXY.exists()):
    sys.exit("The class server does not start: its proxy is missing. Install Node.js 20 or later, then run `npm ci` in docs/classroom.")

os.umask(0o077)
hub_folder = settings.folder / "hub"
learners = settings.folder / "learners"
own = settings.accounts == "own"
for folder, mode in ((settings.folder, 0o711 if own else 0o700), (hub_folder, 0o700), (learners, 0o711 if own else 0o700)):
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
idle = int(settings.idle_minutes * 60)
often = max(1, min(300, idle // 4))  # seconds between looks at what is idle
on_root = os.geteuid() == 0 and not own  # the load test in a container

c = get_config()  # noqa: F821  (JupyterHub puts it here)

# The hub and its proxy.
hub_port, proxy_port = settings.inner_ports
c.JupyterHub.bind_url = f"{'https' if settings.certificate else 'http'}://{settings.address}:{settings.port}"
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = settings.certificate, settings.key
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [NODE, str(PROXY)]
c.ConfigurableHTTPProxy.pid_file = str(hub_folder / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{hub_folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(hub_folder / "cookie_secret")

# Who comes in.
c.Authenticator.username_pattern = people.NAME
c.Authenticator.admin_users = set(settings.teachers)
if settings.sign_in == "anyone":
    c.JupyterHub.authenticator_class = "dummy"
    c.Authenticator.allow_all = True
else:
    c.JupyterHub.authenticator_class = people.ClassList
    c.Authenticator.allow_existing_users = True  # the list is the hub's own
    c.ClassList.folder = str(hub_folder)
    c.JupyterHub.template_vars = {"announcement_login": "Your first visit? The password that you type now is yours from then on."}

# What a learner gets.
material = [HERE.parents[1] / "notebooks", *map(Path, settings.material)]
c.Spawner.cmd = [
    sys.executable,
    str(HERE / "launch.py"),
    f"--memory={settings.memory}",
    f"--processor-seconds={int(settings.processor_minutes * 60)}",
    *(f"--material={folder.absolute()}" for folder in material),
]
c.Spawner.args = [
    "--ServerApp.kernel_manager_class=casebook_server.FewKernels",
    f"--FewKernels.max_kernels={settings.kernels}",
    # A page that is open and in view keeps asking its server for news, so that never looks idle; its kernels do.
    f"--FewKernels.cull_idle_timeout={idle}",
    f"--FewKernels.cull_interval={often}",
    "--FewKernels.cull_connected=True",
    *(["--allow-root"] if on_root else []),
]
c.Spawner.default_url = "/lab/tree/notebooks"
c.Spawner.environment = {
    "PYTHONPATH": str(HERE / "learner"),
    "JUPYTER_CONFIG_PATH": str(HERE / "learner"),  # labconfig: no question about Jupyter's news, Markdown as a page
    "JUPYTERHUB_ACTIVITY_INTERVAL": str(often),
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")},  # a class shares the processor
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.JupyterHub.concurrent_spawn_limit = 2 * (os.cpu_count() or 1)

# As whom it runs.
if own:
    if closed := people.closed_to_learners([Path(sys.executable), HERE / "launch.py", *material, learners]):
        sys.exit(f"The class server does not start: learners' accounts cannot enter {', '.join(map(str, closed))}. Install it in /opt, say.")
    c.Spawner.pre_spawn_hook = lambda spawner: people.make_account(spawner.user.name, learners / spawner.user.name)
    if Path("/run/systemd/system").exists():
        c.JupyterHub.spawner_class = "systemd"
        c.SystemdSpawner.username_template = people.PREFIX + "{USERNAME}"
        c.SystemdSpawner.unit_name_template = people.PREFIX + "{USERNAME}"
        c.SystemdSpawner.mem_limit = settings.kernels * settings.memory  # all processes of a learner together
        c.SystemdSpawner.cpu_limit = 1.0
        c.SystemdSpawner.isolate_tmp = True
        c.SystemdSpawner.unit_extra_properties = {"TasksMax": "256"}
    else:
        c.JupyterHub.spawner_class = people.OwnAccountSpawner
else:
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(learners / "{username}")

# What is idle, ends.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={idle}", f"--cull-every={often}"),
            f"--max-age={int(settings.longest_hours * 3600)}",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
