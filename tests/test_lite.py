"""JupyterLite without a browser: its lock file, the wheels, the links of a page. None of these tests builds it.

What stands on the built site, and that a kernel starts there, is seen in tests/browser/test_lite.py.
"""

import hashlib
import json
import os
import tomllib
import zipfile

import pytest
import yaml

from notebook_tools import ROOT
from oracles import require

INFO = {"arch": "wasm32", "platform": "emscripten_5_0_3", "python": "3.14.2"}
NUMPY = {"name": "numpy", "version": "2.4.6", "file_name": "numpy-2.4.6-cp314.whl", "depends": [], "sha256": "0", "imports": ["numpy"]}
CACHE = ROOT / "docs" / "_cache" / "wheels"  # as the build's
HOME = "https://github.com/somebody/casebook"


@pytest.fixture
def wheel(tmp_path):
    """Write a wheel of one package that needs what is named."""

    def write(name="learner", version="1.0", needs=()):
        path = tmp_path / f"{name}-{version}-py3-none-any.whl"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{name}/__init__.py", "")
            archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def merged(docs):
    """Merge wheels into the lock file of a Pyodide that has NumPy alone."""
    from lite import lock

    return lambda *wheels: lock.merged({"info": INFO, "packages": {"numpy": NUMPY}}, list(wheels), "../../pypi/", "https://cdn.example/")


# ---------------------------------------------------------------- the lock file


def test_pyodides_packages_come_from_its_cdn_and_ours_from_the_site(merged, wheel):
    path = wheel(needs=["numpy>=2"])
    packages = merged(path)["packages"]
    assert packages["numpy"]["file_name"] == "https://cdn.example/numpy-2.4.6-cp314.whl"
    ours = packages["learner"]
    assert ours["file_name"] == "../../pypi/learner-1.0-py3-none-any.whl"
    assert ours["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (ours["depends"], ours["imports"]) == (["numpy"], ["learner"])


def test_what_markers_leave_out_and_what_is_front_end_is_not_needed(merged, wheel):
    needs = ["colorama; sys_platform == 'win32'", "tomli; python_version < '3.11'", "pytest; extra == 'test'", "jupyterlab_widgets~=3.0"]
    assert merged(wheel(needs=needs))["packages"]["learner"]["depends"] == []


def test_wheels_may_need_each_other_by_any_spelling(merged, wheel):
    packages = merged(wheel("own_helper"), wheel(needs=["Own.Helper"]))["packages"]
    assert packages["learner"]["depends"] == ["own-helper"]


@pytest.mark.parametrize(
    ("need", "said"),
    [
        ("torch", "learner needs torch: neither Pyodide nor the site has it; add it to FROM_PYPI in docs/lite/wheels.py"),
        ("numpy>=3", "learner needs numpy>=3, and Pyodide has 2.4.6"),
    ],
)
def test_what_would_fail_in_the_readers_browser_fails_in_the_build(merged, wheel, need, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        merged(wheel(needs=[need]))


# ---------------------------------------------------------------- Pyodide


def test_the_kernel_runs_on_the_pyodide_whose_lock_file_is_taken(docs):
    require("jupyterlite_pyodide_kernel")
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    for name in ("package.json", "package-lock.json"):
        packages = json.loads((ROOT / "docs" / name).read_text(encoding="utf-8"))
        asked = packages.get("packages", {}).get("", packages)["dependencies"]["pyodide"]
        assert asked == PYODIDE_VERSION, f"docs/{name} names Pyodide {asked}: write {PYODIDE_VERSION}, then npm install"


def test_without_npms_package_the_build_says_what_to_do(docs, tmp_path, monkeypatch):
    require("jupyterlite_pyodide_kernel")
    from lite import lab

    monkeypatch.setattr(lab, "PYODIDE", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"holds no Pyodide: run `npm ci` in docs/ first"):
        lab._from_npm()
    (tmp_path / "pyodide-lock.json").write_text("{}", encoding="utf-8")
    (tmp_path / "package.json").write_text('{"version": "0.1.0"}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"names Pyodide 0\.1\.0, and the kernel .* runs on "):
        lab._from_npm()


# ---------------------------------------------------------------- our wheel


def test_the_wheel_of_helpers_holds_all_of_it_and_is_built_once(docs):
    from lite import wheels

    path = wheels.own(CACHE)
    held = {name for name in zipfile.ZipFile(path).namelist() if name.startswith("helpers/")}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "helpers").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert held == there
    built = path.stat().st_mtime_ns
    assert wheels.own(CACHE) == path and path.stat().st_mtime_ns == built


def test_another_file_gives_another_name(docs, tmp_path):
    from lite import wheels

    (tmp_path / "a.py").write_text("x = 1")
    first = wheels.digest(tmp_path)
    (tmp_path / "a.py").write_text("x = 2")
    second = wheels.digest(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, wheels.digest(tmp_path)}) == 3


# ---------------------------------------------------------------- a page's links


def test_a_page_offers_its_notebook_in_the_browser_and_on_binder(docs):
    from lite.links import links

    here, binder = links("05_backward_propagation", HOME, "../")
    assert here.url == "../lab/lab/index.html?path=05_backward_propagation.ipynb"
    assert binder.url == "https://mybinder.org/v2/gh/somebody/casebook/main?urlpath=lab%2Ftree%2Fnotebooks%2F05_backward_propagation.ipynb"


@pytest.mark.parametrize(
    ("repository", "place"),
    [
        (f"{HOME}.git", "gh/somebody/casebook"),
        (f"{HOME}/", "gh/somebody/casebook"),
        ("https://gitlab.com/a/group/casebook", "gl/a%2Fgroup%2Fcasebook"),
        ("https://codeberg.org/a/casebook", "git/https%3A%2F%2Fcodeberg.org%2Fa%2Fcasebook"),
    ],
)
def test_binder_is_told_where_a_repository_lives(docs, repository, place):
    from lite.links import binder

    assert binder(repository) == f"https://mybinder.org/v2/{place}/main?urlpath=lab"


@pytest.mark.parametrize("wrong", ["", "casebook", "github.com/somebody/casebook", "https://github.com/somebody"])
def test_what_is_no_address_is_refused_with_what_came(docs, wrong):
    from lite.links import binder

    with pytest.raises(ValueError, match=rf"^the address of the repository is '{wrong}', and not like https://"):
        binder(wrong)


# ---------------------------------------------------------------- Binder


def test_binder_installs_what_the_root_names(docs):
    """repo2docker takes requirements.txt at the root, with `-e .`, and a Python of runtime.txt."""
    assert "-e ." in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert not (ROOT / "environment.yml").exists(), "it would win over requirements.txt"
    assert (ROOT / "runtime.txt").read_text(encoding="utf-8").strip() in {"python-3.11", "python-3.12", "python-3.13"}
    assert not any((ROOT / name).exists() for name in ("binder", ".binder")), "its files would win over the root's"


# ---------------------------------------------------------------- what is said of the project


def test_the_citation_says_what_the_package_and_the_site_say(docs):
    from links import REPOSITORY, SITE

    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (said["version"], said["license"]) == (project["version"], project["license"])
    if not os.environ.keys() & {"CASEBOOK_REPOSITORY", "CASEBOOK_SITE"}:
        assert (said["repository-code"], said["url"]) == (REPOSITORY, SITE)


def test_the_workflow_runs_what_ci_runs_on_the_pythons_of_the_package_and_publishes_what_it_built():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    steps = jobs["test"]["steps"]
    assert jobs["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert {"run": "bash .ci/run"} in steps
    assert any(step.get("with", {}).get("path") == "docs/_build/site" for step in steps)
    assert jobs["publish"]["needs"] == "test" and "refs/heads/main" in jobs["publish"]["if"]
