"""The class server: what is handed out and when it is replaced, settings that are refused, limits, and a hub that is started for a learner."""

import asyncio
import importlib
import json
import re
import runpy
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from browser.lab import wait_until
from notebook_tools import NOTEBOOKS
from oracles import missing, require

CLASSROOM = Path(__file__).resolve().parents[1] / "docs" / "classroom"


@pytest.fixture(autouse=True)
def classroom(monkeypatch):
    """The modules of docs/classroom can be imported by their names."""
    monkeypatch.syspath_prepend(str(CLASSROOM))


def module(name):
    return importlib.import_module(name)


def notebook(*sources, output=""):
    """A notebook of code cells, as bytes."""
    cells = [{"cell_type": "code", "source": source, "outputs": [output] if output else []} for source in sources]
    return json.dumps({"cells": cells}).encode()


class Class:
    """Material and a learner's copy of it, in a folder; `update()` starts the learner's server, so to speak."""

    def __init__(self, folder):
        self.material, self.copy = folder / "material", folder / "copy"
        self.material.mkdir()

    def publish(self, **files):
        for name, content in files.items():
            (self.material / f"{name}.ipynb").write_bytes(content)

    def write(self, name, content):
        (self.copy / f"{name}.ipynb").write_bytes(content)

    def read(self, name):
        return (self.copy / f"{name}.ipynb").read_bytes()

    def update(self, *more):
        return module("material").update([self.material, *more], self.copy)


V1, V2, V3, MINE, OTHER = (notebook(text) for text in ("v1", "v2", "v3", "my answer", "another answer"))


@pytest.fixture
def course(tmp_path):
    course = Class(tmp_path)
    course.publish(a=V1, b=V1)
    course.update()
    return course


def test_first_start_brings_all(tmp_path):
    course = Class(tmp_path)
    course.publish(a=V1)
    (course.material / "brought").mkdir()
    (course.material / "brought" / "script.py").write_text("x = 1")
    for private in (".ipynb_checkpoints/a.ipynb", "my_notes.json", "my_progress/a.json", "__pycache__/x.pyc"):
        (course.material / private).parent.mkdir(exist_ok=True)
        (course.material / private).write_text("private")
    assert course.update().brought == ["a.ipynb", "brought/script.py"]
    assert sorted(path.name for path in course.copy.rglob("*")) == [".material.json", "a.ipynb", "brought", "script.py"]


def test_nothing_happens_where_nothing_is_new(course):
    course.write("a", MINE)
    assert not course.update()
    assert course.read("a") == MINE


def test_untouched_is_replaced_and_changed_stays(course):
    course.write("a", MINE)
    course.publish(a=V2, b=V2)
    done = course.update()
    assert (done.replaced, done.beside) == (["b.ipynb"], [("a.ipynb", "a.new.ipynb")])
    assert (course.read("a"), course.read("a.new"), course.read("b")) == (MINE, V2, V2)
    assert "a.ipynb → a.new.ipynb" in str(done)
    assert not course.update()  # said once


def test_running_a_notebook_does_not_change_it(course):
    course.write("a", notebook("v1", output="42"))
    assert not course.update()
    assert course.read("a") == notebook("v1", output="42")
    course.publish(a=V2)
    assert course.update().replaced == ["a.ipynb"]


def test_new_outputs_alone_disturb_nobody_who_wrote(course):
    course.write("a", MINE)
    course.publish(a=notebook("v1", output="43"), b=notebook("v1", output="43"))
    assert course.update().replaced == ["b.ipynb"]
    assert course.read("a") == MINE


def test_changed_and_updated_twice(course):
    course.write("a", MINE)
    for version in (V2, V3):
        course.publish(a=version)
        assert course.update().beside == [("a.ipynb", "a.new.ipynb")]
        assert (course.read("a"), course.read("a.new")) == (MINE, version)


def test_what_lies_beside_is_the_learners_as_soon_as_it_is_written_in(course):
    course.write("a", MINE)
    course.publish(a=V2)
    course.update()
    course.write("a.new", OTHER)
    course.publish(a=V3)
    assert course.update().beside == [("a.ipynb", "a.new-2.ipynb")]
    assert [course.read(name) for name in ("a", "a.new", "a.new-2")] == [MINE, OTHER, V3]


def test_a_file_of_the_learners_under_the_name_of_a_new_version_stays(course):
    course.write("a", MINE)
    course.write("a.new", OTHER)
    course.publish(a=V2)
    assert course.update().beside == [("a.ipynb", "a.new-2.ipynb")]
    assert course.read("a.new") == OTHER


def test_deleted_or_renamed_comes_back_in_the_present_version(course):
    (course.copy / "a.ipynb").unlink()
    (course.copy / "b.ipynb").rename(course.copy / "mine.ipynb")
    course.publish(a=V2)
    assert course.update().brought == ["a.ipynb", "b.ipynb"]
    assert (course.read("a"), course.read("b"), course.read("mine")) == (V2, V1, V1)


def test_taking_the_new_version_settles_it(course):
    course.write("a", MINE)
    course.publish(a=V2)
    course.update()
    (course.copy / "a.ipynb").rename(course.copy / "old.ipynb")
    (course.copy / "a.new.ipynb").rename(course.copy / "a.ipynb")
    assert not course.update()
    course.publish(a=V3)
    assert course.update().replaced == ["a.ipynb"]
    assert course.read("old") == MINE


def test_new_material_does_not_overwrite_a_file_of_the_learners(course):
    course.write("c", MINE)
    course.write("d", V1)
    course.publish(c=V1, d=V1)
    assert course.update().beside == [("c.ipynb", "c.new.ipynb")]  # d is what was published
    assert course.read("c") == MINE


def test_what_left_the_material_goes_unless_the_learner_wrote_in_it(course):
    course.write("a", MINE)
    for path in course.material.iterdir():
        path.unlink()
    assert course.update().removed == ["b.ipynb"]
    assert course.read("a") == MINE
    course.publish(a=V1)
    assert course.update().beside == [("a.ipynb", "a.new.ipynb")]


def test_an_update_that_was_cut_short_is_completed(course):
    course.publish(a=V2, b=V2)
    shutil.copyfile(course.material / "a.ipynb", course.copy / "a.ipynb")  # written, not yet recorded
    assert course.update().replaced == ["b.ipynb"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"given": {"a.ipynb": 1}, "beside": {}}', '{"given": {}}'])
def test_a_lost_record_overwrites_nothing(course, content):
    course.write("a", MINE)
    (course.copy / ".material.json").write_text(content)
    done = course.update()
    assert (course.read("a"), course.read("a.new")) == (MINE, V1)
    assert not done.replaced and not course.update()


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"cells": [1]}', b'{"cells": {"a": 1}}', b"\xff\xfe", b"[" * 100_000])
def test_a_broken_notebook_counts_as_changed(course, broken):
    course.write("a", broken)
    course.publish(a=V2)
    assert course.update().beside == [("a.ipynb", "a.new.ipynb")]
    assert course.read("a") == broken


def test_a_folder_in_the_way_costs_only_itself(course):
    (course.copy / "a.ipynb").unlink()
    (course.copy / "a.ipynb").mkdir()
    (course.copy / "brought").write_text("a file where a folder is to be")
    (course.material / "brought").mkdir()
    (course.material / "brought" / "script.py").write_text("x = 1")
    course.publish(a=V2, b=V2)
    done = course.update()
    assert (done.beside, done.replaced) == ([("a.ipynb", "a.new.ipynb")], ["b.ipynb"])
    assert [text.split()[0] for text in done.failed] == ["brought/script.py"]


def test_a_teachers_folder_adds_and_overrides(course, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "sheet.ipynb").write_bytes(V1)
    (own / "b.ipynb").write_bytes(V2)
    done = course.update(own)
    assert (done.brought, done.replaced) == (["sheet.ipynb"], ["b.ipynb"])
    with pytest.raises(FileNotFoundError, match="no folder"):
        course.update(tmp_path / "nowhere")


def test_the_notebooks_are_handed_out_whole(tmp_path):
    done = module("material").update([NOTEBOOKS], tmp_path / "copy")
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} <= set(done.brought)
    assert "brought/script.py" in done.brought and not done.failed


# Settings


def settings(tmp_path, text="", root=False):
    (tmp_path / "settings.toml").write_text(text)
    return module("settings").read(tmp_path, root=root)


def test_default_settings(tmp_path):
    (tmp_path / "cert").touch()
    chosen = settings(tmp_path)
    assert (chosen.address, chosen.sign_in, chosen.accounts, chosen.memory) == ("127.0.0.1", "password", "one", 2**30)
    text = f'address = "0.0.0.0"\ncertificate = "{tmp_path / "cert"}"\nkey = "{tmp_path / "cert"}"\nidle_minutes = 0.5\nmemory = "512m"'
    assert settings(tmp_path, text).memory == 512 * 2**20
    assert settings(tmp_path, 'accounts = "own"', root=True).accounts == "own"


@pytest.mark.parametrize(
    ("text", "root", "said"),
    [
        ('sign_in = "anyone"\naddress = "0.0.0.0"', False, "asks for no password"),
        ('sign_in = "anyone"\naddress = "192.168.0.7"\nplain_http = true', False, "asks for no password"),
        ('sign_in = "anyone"\naddress = ""', False, "asks for no password"),
        ('address = "0.0.0.0"', False, "unencrypted"),
        ('accounts = "own"', False, "must run as root"),
        ("", True, "every learner root"),
        ("teachers = []", False, "somebody has to put"),
        ('memroy = "2G"', False, "did you mean 'memory'"),
        ('memory = "2"', False, 'like "512M"'),
        ('memory = "64M"', False, "less than 256M"),
        ("memory = 2", False, "expected something like '1G'"),
        ('kernels = "4"', False, "like 4"),
        ("kernels = true", False, "like 4"),
        ("kernels = 0", False, "above 0"),
        ("kernels = 1.5", False, "like 4"),
        ("teachers = [1]", False, "expected a list"),
        ("port = 8081", False, "three different numbers"),
        ('sign_in = "pam"', False, "one of 'password', 'anyone'"),
        ('certificate = "x"', False, "needs its key"),
        ('certificate = "nowhere"\nkey = "nowhere"', False, "cannot be read"),
        ('material = ["/nowhere"]', False, "no folder"),
        ("kernels", False, "is not TOML"),
    ],
)
def test_settings_that_are_refused(tmp_path, text, root, said):
    with pytest.raises(module("settings").SettingsError, match=said):
        settings(tmp_path, text, root)


# Limits


def limited(code, memory=400, seconds=60):
    """Run Python under the limits of a learner's process."""
    start = f"import launch; launch.limit({memory * 2**20}, {seconds})\n"
    return subprocess.run([sys.executable, "-c", start + code], cwd=CLASSROOM, capture_output=True, text=True, timeout=60)


def test_memory_and_processor_are_limited():
    assert limited("import numpy as np; np.ones((3000, 3000)); print('fits')").stdout == "fits\n"
    assert "Unable to allocate" in limited("import numpy as np; np.ones((30000, 30000))").stderr
    assert "MemoryError" in limited("held = []\nwhile True: held.append(bytearray(10**7))").stderr
    assert "not allowed" in limited("import resource; resource.setrlimit(resource.RLIMIT_DATA, (2**40, 2**40))", seconds=60).stderr or is_root()
    assert limited("while True: pass", seconds=1).returncode < 0


def is_root():
    return module("os").geteuid() == 0


def test_lack_of_memory_is_explained():
    code = (
        "import sys; sys.path.insert(0, 'learner'); from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance()\n"
        "import casebook_kernel; casebook_kernel.load_ipython_extension(s)\n"
        "for cell in ('import numpy as np; np.ones((50000, 50000))', 'x = []\\nwhile True: x.append(bytearray(10**7))', 'del x; print(1 + 1)'):\n"
        "    s.run_cell(cell)"
    )
    said = limited(code).stdout
    assert said.count("This notebook may use 0.391 GiB") == 2 and "Unable to allocate 18.6 GiB" in said and said.endswith("2\n")


# The hub


@pytest.fixture(scope="module")
def proxy():
    """The proxy, fetched by npm as the lock file says."""
    shutil.which("npm") or missing("no npm on this machine, which fetches the proxy of the class server")
    if not (CLASSROOM / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=CLASSROOM, check=True, timeout=120)


def test_lock_file_names_no_registry():
    assert "resolved" not in (CLASSROOM / "package-lock.json").read_text()


@pytest.fixture
def served(tmp_path, proxy):
    """Start a class server over one and the same folder, with settings."""
    require("jupyterhub")
    running = module("load.running")
    return lambda **chosen: running.Hub(tmp_path / "class", **chosen)


def test_a_learner_from_the_first_visit_to_an_update(served, tmp_path):
    """A server brings the notebooks, runs, refuses, and ends when idle; the next one brings what is new."""
    learner, own = module("load.learner"), tmp_path / "own"
    own.mkdir()
    for name in ("sheet", "other"):
        (own / f"{name}.ipynb").write_bytes(V1)
    copy = tmp_path / "class" / "learners" / "ada" / "notebooks"
    with served(material=[str(own)], kernels=2, memory="512M", idle_minutes=0.25) as hub, learner.Learner(hub.url, "ada") as ada:
        ada.sign_in()
        ada.start_server()
        ada.open("notebooks/03_loss.ipynb")
        said = [text(ada.run(code)) for code in ("import helpers; print(6 * 7)", "import numpy as np; np.ones((50000, 50000))", "print('alive')")]
        assert said[0] == "42\n" and "This notebook may use 0.5 GiB" in said[1] and said[2] == "alive\n"
        assert ada.run("from helpers.widgets import LossExplorer; LossExplorer(view='logits')") and ada.widgets
        assert "answer" in ada.ask(next(iter(ada.widgets)), {"kind": "logits", "logits": [1.0, 0.0, -1.0], "true": 0})
        with ThreadPoolExecutor() as pool:
            asked = [{"path": f"{n}.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}} for n in range(3)]
            refused = [str(future.exception()) for future in [pool.submit(ada.post, "api/sessions", body) for body in asked] if future.exception()]
        assert len(refused) == 2 and all("2 of your notebooks run already, as many as may" in said for said in refused)
        assert len(hub.processes()) == 6  # hub, proxy, culler, server, two kernels

        (copy / "sheet.ipynb").write_bytes(MINE)
        for name in ("sheet", "other", "third"):
            (own / f"{name}.ipynb").write_bytes(V2)
        wait_until(lambda: len(hub.processes()) == 3, "the end of an idle kernel and its server", 90)
        ada.start_server()
        found = {name: (copy / f"{name}.ipynb").read_bytes() for name in ("sheet", "sheet.new", "other", "third")}
        assert found == {"sheet": MINE, "sheet.new": V2, "other": V2, "third": V2}
        assert "sheet.ipynb → sheet.new.ipynb" in (copy / "what_is_new.md").read_text(encoding="utf-8")
        started = hub.processes()
    assert len(started) == 4 and not any(process.is_running() for process in started)


def text(messages):
    """What a cell printed, or why it failed."""
    said = [message["content"] for message in messages if message["msg_type"] in ("stream", "error")]
    return "".join(content.get("text") or content["evalue"] for content in said)


def test_the_hub_says_why_it_does_not_start(tmp_path, monkeypatch):
    require("jupyterhub")
    monkeypatch.setenv("CASEBOOK_CLASS", str(tmp_path))
    (tmp_path / "settings.toml").write_text('sign_in = "anyone"\naddress = "0.0.0.0"')
    with pytest.raises(SystemExit, match="does not start: sign_in = \"anyone\" asks for no password"):
        runpy.run_path(str(CLASSROOM / "jupyterhub_config.py"))
    (tmp_path / "settings.toml").write_text('sign_in = "anyone"')
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SystemExit, match=r"Install Node\.js 20 or later"):
        runpy.run_path(str(CLASSROOM / "jupyterhub_config.py"))


# Who comes in


@pytest.fixture
def class_list(tmp_path):
    require("jupyterhub")
    people = module("people")
    made = people.ClassList(folder=str(tmp_path), admin_users={"teacher"}, allow_existing_users=True)
    made.allowed_users |= {"ada", "teacher"}
    return made


def enter(class_list, name, password):
    """The name that is let in, or the sentence that refuses."""
    from tornado.web import HTTPError

    asked = class_list.authenticate(None, {"username": name, "password": password})
    try:
        with ThreadPoolExecutor() as thread:  # where a browser is open, this one has a loop of its own already
            return thread.submit(asyncio.run, asked).result()
    except HTTPError as refused:
        return refused.log_message


def test_the_first_password_counts_from_then_on(class_list, tmp_path):
    assert "not on the list" in enter(class_list, "eve", "a long password")
    assert "at least 8 characters" in enter(class_list, "ada", "short")
    assert enter(class_list, "Ada", "correct horse ü") == "ada"
    assert "not the password" in enter(class_list, "ada", "correct horse u")
    assert enter(class_list, "ada", "correct horse ü") == "ada"
    kept = tmp_path / "passwords.json"
    assert "correct" not in kept.read_text() and kept.stat().st_mode & 0o077 == 0
    class_list.delete_user(SimpleNamespace(name="ada"))
    class_list.allowed_users.add("ada")
    assert enter(class_list, "ada", "a new password") == "ada"


def test_nobody_becomes_the_teacher_by_coming_first(class_list, tmp_path):
    assert "not the password" in enter(class_list, "teacher", "I am the teacher")
    file = tmp_path / "first_passwords.txt"
    name, password = file.read_text().split()
    assert enter(class_list, name, password) == "teacher" and file.stat().st_mode & 0o077 == 0
    module("passwords").Passwords(tmp_path / "passwords.json").set("teacher", "another one")
    assert enter(class_list, "teacher", "another one") == "teacher"
    assert enter(class_list, "teacher", password) != "teacher"


def test_guessing_takes_time(class_list, monkeypatch):
    enter(class_list, "ada", "correct horse")
    for _ in range(5):
        assert "not the password" in enter(class_list, "ada", "a guess")
    assert "Wait a minute" in enter(class_list, "ada", "correct horse")
    monkeypatch.setattr("people.time.monotonic", lambda now=time.monotonic: now() + 61)
    assert enter(class_list, "ada", "correct horse") == "ada"


@pytest.mark.parametrize("name", ["root;id", "../ada", "ada lovelace", "-f", "a" * 21, "Ädä", "1st", ""])
def test_names_that_are_no_folder_are_refused(name):
    assert not re.match(module("people").NAME, name)


@pytest.mark.parametrize(("own", "systemd"), [(False, False), (True, False), (True, True)])
def test_every_setting_of_the_hub_exists(tmp_path, monkeypatch, proxy, own, systemd):
    """Traitlets passes over a name that is misspelt with a warning; here it is an error, for each kind of spawner."""
    require("jupyterhub")
    from jupyterhub.app import JupyterHub

    (tmp_path / "settings.toml").write_text('accounts = "own"' if own else "")
    monkeypatch.setenv("CASEBOOK_CLASS", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0 if own else 1000)
    monkeypatch.setattr("people.closed_to_learners", lambda paths: [])
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: systemd if str(path) == "/run/systemd/system" else exists(path))
    monkeypatch.setattr("shutil.which", lambda name: "node")
    monkeypatch.setattr("os.umask", lambda mask: None)
    hub = JupyterHub(log_level=40)
    hub.load_config_file(str(CLASSROOM / "jupyterhub_config.py"))
    classes = [JupyterHub, hub.spawner_class, hub.authenticator_class, hub.proxy_class]
    parents = {parent for cls in classes for parent in cls.__mro__ if hasattr(parent, "class_trait_names")}
    known = {parent.__name__: set(parent.class_trait_names(config=True)) for parent in parents}
    given = {(section, name) for section, values in hub.config.items() for name in values}
    assert not {(section, name) for section, name in given if name not in known.get(section, ())}
    assert hub.spawner_class.__name__ == {(0, 0): "SimpleLocalProcessSpawner", (1, 0): "OwnAccountSpawner", (1, 1): "SystemdSpawner"}[own, systemd]


# When a class outgrows one machine

# Names from values.schema.yaml of the chart of Zero to JupyterHub (4.x), which allows no others; None: anything may stand below.
CHART = {
    "singleuser": {
        "image": {"name", "tag"},
        "cmd": None,
        "defaultUrl": None,
        "memory": {"limit", "guarantee"},
        "cpu": {"limit", "guarantee"},
        "storage": {"capacity", "homeMountPath"},
    },
    "cull": {"enabled", "timeout", "every", "maxAge", "users", "concurrency"},
    "hub": {"config": None},
    "proxy": {"https": {"enabled": None, "hosts": None, "letsencrypt": {"contactEmail"}}},
}


def unknown(values, known, path=""):
    """The keys that the chart does not know."""
    if known is None:
        return []
    below = known if isinstance(known, dict) else dict.fromkeys(known)
    return [found for key, value in values.items() for found in (unknown(value, below[key], f"{path}{key}.") if key in below else [path + key])]


def test_values_for_kubernetes():
    values = require("yaml").safe_load((CLASSROOM / "z2jh-values.yaml").read_text())
    assert unknown(values, CHART) == [] and unknown({"cull": {"evry": 1}}, CHART) == ["cull.evry"]
    python, program, *arguments = values["singleuser"]["cmd"]
    assert_launched(program.replace("/srv/casebook", str(CLASSROOM.parents[1])), arguments, "/srv/casebook")
    recipe = (CLASSROOM / "Dockerfile").read_text()
    assert python == "python" and "COPY . /srv/casebook" in recipe and f"WORKDIR {values['singleuser']['storage']['homeMountPath']}" in recipe


def test_configuration_for_the_littlest_jupyterhub():
    config = require("traitlets.config").Config()
    space = runpy.run_path(str(CLASSROOM / "tljh.py"), init_globals={"get_config": lambda: config})
    _, program, *arguments = config.Spawner.cmd
    assert_launched(program.replace(space["CASEBOOK"], str(CLASSROOM.parents[1])), [*arguments, *config.Spawner.args], space["CASEBOOK"])
    folders = {config.Spawner.environment[name] for name in ("PYTHONPATH", "JUPYTER_CONFIG_PATH")}
    assert folders == {f"{space['CASEBOOK']}/docs/classroom/learner"} and (CLASSROOM / "learner" / "casebook_server.py").exists()


def assert_launched(program, arguments, root):
    """The program exists, knows its arguments, and the server knows the others."""
    assert Path(program) == CLASSROOM / "launch.py"
    options, rest = module("launch").parsed(arguments)
    assert options.material == [Path(root) / "notebooks"] and options.memory >= 2**29
    sys.path.insert(0, str(CLASSROOM / "learner"))
    try:
        kernels = module("casebook_server").FewKernels
    finally:
        sys.path.remove(str(CLASSROOM / "learner"))
    names = [argument.removeprefix("--").partition("=")[0].split(".") for argument in rest]
    assert rest and all(name in kernels.class_trait_names(config=True) for section, name in names if section == "FewKernels")
    assert {section for section, _ in names} == {"FewKernels", "ServerApp"}
