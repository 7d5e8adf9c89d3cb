"""The base of the widgets: joined scripts, checked settings, tables, numbers, questions, and what a stored notebook keeps."""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import traitlets
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook

from helpers.widgets.kit import base, scripts, settings, svg
from helpers.widgets.kit.numerals import beside_one, number
from notebook_rules import digit_complaints, image_complaints
from notebook_tools import LIVE_VIEW, execute, normalised, to_text, without_live_views

ROOMS = scripts.KIT.parent
VIEWS = sorted(ROOMS.glob("*/view.js"))
each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda path: path.parent.name)


class Meter(base.Widget):
    """The least widget there can be."""

    _folder = ROOMS / "activation_explorer"
    level = settings.Setting(settings.nearest_of([0, 0.5, 1]), 0.5)
    name = settings.Setting(settings.one_of(["volume", "speed"]), "speed")

    def record(self):
        """Ten numbers."""
        return {"numbers": base.table(np.arange(10))}

    def describe(self):
        """The level."""
        return f'{self.name} "at" {number(self.level)}'

    def picture(self):
        """A chart of one line."""
        chart = svg.Chart("Level", "time", "level", x=(0, 1), y=(0, 1))
        chart.line([0, 1], [0, self.level], 1, name=self.name)
        return svg.document(540, 330, chart.markup())

    def answer(self, question):
        """The square root of what is asked."""
        root = base.table(np.sqrt([question["of"]]))
        return {"count": base.table([1, 2, 3], "uint8"), "root": root, "words": "done", **({} if question["of"] > 0 else {}["no"])}


@pytest.fixture
def meter():
    widget = Meter()
    yield widget
    widget.close()


# ---------------------------------------------------------------- scripts


@each_view
def test_a_joined_module_stands_alone(view, tmp_path):
    text = scripts.module(view)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
    if not shutil.which("node"):
        pytest.skip("no node on this machine to read JavaScript")
    (tmp_path / "joined.mjs").write_text(text, encoding="utf-8")
    assert subprocess.run(["node", "--check", tmp_path / "joined.mjs"], capture_output=True, text=True).stderr == ""


@each_view
def test_a_module_fetches_nothing(view):
    text = scripts.module(view) + scripts.stylesheet(view.with_name("style.css")) + scripts.page_styles()
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'`]*", re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(fetch|eval|XMLHttpRequest|innerHTML|import)\b\s*[(=]", text)


def test_the_scripts_hold_no_formula_of_the_subject():
    for path in ROOMS.glob("*/*.js"):
        found = re.findall(r"Math\.(?:exp|expm1|log|log1p|log2|tanh|cosh|sinh)\b", path.read_text(encoding="utf-8"))
        assert not found, f"{path.name} computes with {found}: let Python compute"


def test_each_file_is_joined_once_in_order(tmp_path):
    (tmp_path / "kit").mkdir()
    (tmp_path / "own").mkdir()
    (tmp_path / "kit" / "kit.js").write_text("export function one() {}\nexport const two = 2;\n")
    (tmp_path / "kit" / "chart.js").write_text('import { one } from "./kit.js";\nexport function draw() { one(); }\n')
    own = 'import { draw } from "../kit/chart.js";\nimport { one, two } from "../kit/kit.js";\nexport default { draw };\n'
    (tmp_path / "own" / "view.js").write_text(own)
    joined = scripts.module(tmp_path / "own" / "view.js")
    assert " ".join(joined.split()) == "function one() {} const two = 2; function draw() { one(); } export default { draw };"


def test_a_wrong_import_and_a_name_used_twice_are_named(tmp_path):
    (tmp_path / "kit.js").write_text("export function one() {}\nfunction hidden() {}\n")
    (tmp_path / "wrong.js").write_text('import { one, hidden } from "./kit.js";\n')
    (tmp_path / "twice.js").write_text('import { one } from "./kit.js";\nconst hidden = 1;\n')
    with pytest.raises(ImportError, match=r"wrong\.js imports hidden from kit\.js, which exports one"):
        scripts.module(tmp_path / "wrong.js")
    with pytest.raises(ImportError, match=r"twice\.js declares hidden, as kit\.js does"):
        scripts.module(tmp_path / "twice.js")


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("check", "given", "kept"),
    [
        (settings.one_of(["relu", "tanh"]), "tanh", "tanh"),
        (settings.some_of(["relu", "tanh"]), ["tanh", "relu"], ("relu", "tanh")),
        (settings.some_of(["relu", "tanh"]), "tanh", ("tanh",)),
        (settings.one_number_of((0.0, 0.5, 1.0)), np.float64(0.5), 0.5),
        (settings.nearest_of([-1, 0, 1]), 0.6, 1.0),
        (settings.whole_number(1, 20), 20, 20),
        (settings.interval(-8, 8, 1), [-1, 1], (-1.0, 1.0)),
        (settings.yes_or_no, np.bool_(True), True),
    ],
)
def test_a_check_returns_what_is_kept(check, given, kept):
    result = check("setting", given)
    assert result == kept and type(result) is type(kept)
    assert check("setting", result) == result


@pytest.mark.parametrize(
    ("check", "given", "error", "message"),
    [
        (settings.one_of(["relu", "tanh"]), "relo", ValueError, "setting is 'relo', expected one of relu, tanh: did you mean 'relu'?"),
        (settings.some_of(["relu", "tanh"]), [], TypeError, "setting is .*, expected at least one of relu, tanh"),
        (settings.some_of(["relu", "tanh"]), 3, TypeError, "setting is 3, expected at least one of"),
        (settings.one_number_of((0.0, 0.5)), 0.25, ValueError, "setting is 0.25, expected one of 0, 0.5"),
        (settings.one_number_of((0.0, 0.5)), "0", TypeError, "setting is '0', expected one of 0, 0.5"),
        (settings.nearest_of([-1, 1]), 1.5, ValueError, "setting is 1.5, expected a number from -1 to 1"),
        (settings.nearest_of([-1, 1]), np.nan, ValueError, "setting is nan, expected a number from -1 to 1"),
        (settings.nearest_of([-1, 1]), 10**400, ValueError, "setting is .*, expected a number from -1 to 1"),
        (settings.nearest_of([-1, 1]), np.complex64(1), TypeError, "expected a number from -1 to 1"),
        (settings.whole_number(1, 20), 10**400, ValueError, "expected at most 20"),
        (settings.nearest_of([-1, 1]), True, TypeError, "setting is True, expected a number"),
        (settings.nearest_of([-1, 1]), None, TypeError, "setting is None, expected a number"),
        (settings.whole_number(1, 20), 21, ValueError, "setting is 21, expected at most 20"),
        (settings.whole_number(1, 20), 1.5, TypeError, "setting is 1.5, expected a whole number"),
        (settings.interval(-8, 8, 1), (0, 0.5), ValueError, "at least 1 apart"),
        (settings.interval(-8, 8, 1), (0, 9), ValueError, "between -8 and 8"),
        (settings.interval(-8, 8, 1), 4, TypeError, r"two numbers \(from, to\)"),
        (settings.yes_or_no, 1, TypeError, "setting is 1, expected True or False"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_an_error_names_what_came_and_what_was_expected(check, given, error, message):
    with pytest.raises(error, match=message):
        check("setting", given)


def test_a_bad_setting_changes_nothing(meter):
    with pytest.raises(ValueError, match="level is 7, expected a number from 0 to 1"):
        meter.level = 7
    assert meter.level == 0.5
    with pytest.raises(ValueError, match="name is 'sped', expected one of volume, speed: did you mean 'speed'"):
        Meter(name="sped")
    with pytest.raises(TypeError, match="Meter has no setting 'levels', expected level, name"):
        Meter(levels=1)


def test_what_the_browser_sends_is_checked_too(meter):
    meter.set_state({"level": 0.9})
    assert meter.level == 1.0
    with pytest.raises(ValueError, match="level is 3"):
        meter.set_state({"level": 3})
    assert meter.level == 1.0


def test_a_setting_can_be_observed(meter):
    seen = []
    meter.observe(lambda change: seen.append(change.new), "level")
    meter.level = 1
    meter.level = 0.99
    assert seen == [1.0]
    assert isinstance(Meter.level, traitlets.TraitType)


# ---------------------------------------------------------------- tables and numbers


@pytest.mark.parametrize("dtype", base.DTYPES)
def test_a_table_is_the_array(dtype):
    array = np.arange(12).reshape(3, 4).T
    sent = base.table(array, dtype)
    assert np.array_equal(np.frombuffer(sent["bytes"], "<" + np.dtype(dtype).str[1:]).reshape(sent["shape"]), array)


def test_a_table_keeps_nan_and_infinity_and_refuses_what_does_not_fit():
    assert np.array_equal(np.frombuffer(base.table([np.nan, -np.inf])["bytes"]), [np.nan, -np.inf], equal_nan=True)
    with pytest.raises(ValueError, match="do not fit in uint8"):
        base.table([256], "uint8")
    with pytest.raises(TypeError, match="array holds text, expected real numbers"):
        base.table(["a"])
    with pytest.raises(ValueError, match="dtype is 'float16', expected one of float64"):
        base.table([1], "float16")


NUMBERS = {-0.0: "0", 1.0: "1", -1.5: "−1.5", 0.05: "0.05", 1234.5: "1235", 0.12345: "0.1235", 1e-4: "0.0001", 9.99996e-5: "0.0001",
           2.785e-7: "2.785e−7", -3e12: "−3e12", 1e7: "1e7", 9999999.0: "9999999", 123456.0: "123456", 1048576.0: "1048576", 12345.6: "12346",
           9999999.7: "1e7",
           np.inf: "∞", -np.inf: "−∞", 0.30000000000000004: "0.3"}  # fmt: skip


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers_are_written_with_four_digits(value):
    assert number(value) == NUMBERS[value]
    assert number(np.nan) == "nan"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.99999977493, "0.99999977"), (-0.99999977493, "−0.99999977"), (1.00001234, "1.000012"), (1.0, "1"), (1 - 1e-16, "1"), (0.9994, "0.9994"),
     (0.99996, "0.99996"), (0.99949, "0.9995"), (2.00001, "2"), (0.3, "0.3"), (np.nan, "nan"), (np.inf, "∞")],
)  # fmt: skip
def test_a_number_beside_1_is_told_apart_from_it(value, text):
    assert beside_one(value) == text


def test_python_and_javascript_write_the_same_numbers(tmp_path):
    if not shutil.which("node"):
        pytest.skip("no node on this machine to run JavaScript")
    rng = np.random.default_rng(0)
    near_one = 1 + rng.choice([-1, 1], 60) * 10.0 ** rng.uniform(-14, -3, 60)
    values = [*near_one, 0.5, 2.5, 0.125, 1 / 8192, *(float(v) for v in NUMBERS if np.isfinite(v))]
    values += [*(rng.normal(size=300) * 10.0 ** rng.integers(-12, 12, 300))]
    code = 'import { besideOne, number } from "./numbers.mjs";\n'
    code += f"console.log([{','.join(repr(float(v)) for v in values)}].flatMap((v) => [number(v), number(v, 2), besideOne(v)]).join(' '));"
    (tmp_path / "numbers.mjs").write_text(scripts.module(scripts.KIT / "numbers.js") + "export { besideOne, number };")
    (tmp_path / "test.mjs").write_text(code)
    done = subprocess.run(["node", tmp_path / "test.mjs"], capture_output=True, text=True, encoding="utf-8")
    assert done.stderr == ""
    assert done.stdout.split() == [text for v in values for text in (number(v), number(v, 2), beside_one(v))]


def test_choices_and_rows_keep_their_order_where_the_state_is_stored_with_its_keys_sorted(tmp_path):
    """As in a notebook that is saved with its widgets, and on the pages of the site."""
    recording = {"views": {"slide": "b", "gradient": "a"}, "runs": [{"t": {"z": 1, "y": {"d": 2, "c": [3]}}}, {"s": 4}]}
    kept = recording | {"key_order": list(base.key_order(recording))}
    if not shutil.which("node"):
        pytest.skip("no node on this machine to run JavaScript")
    (tmp_path / "numbers.mjs").write_text(scripts.module(scripts.KIT / "numbers.js") + "export { inOrder };")
    (tmp_path / "test.mjs").write_text(
        'import { inOrder } from "./numbers.mjs";\n'
        f"const {{ key_order, ...rest }} = inOrder({json.dumps(kept, sort_keys=True)});\nconsole.log(JSON.stringify(rest));"
    )
    done = subprocess.run(["node", tmp_path / "test.mjs"], capture_output=True, text=True, encoding="utf-8")
    assert done.stderr == "" and "slide" in done.stdout
    back = json.loads(done.stdout)
    assert back == recording and [*back["views"]] == ["slide", "gradient"] and json.dumps(back["runs"]) == json.dumps(recording["runs"])


# ---------------------------------------------------------------- what a notebook shows and stores


def test_a_repr_names_what_was_set_and_no_address(meter):
    assert repr(meter) == "Meter()"
    assert repr(Meter(level=1, name="volume")) == "Meter(level=1.0, name='volume')"


def test_the_bundle_has_a_live_view_and_a_picture_of_the_same_bytes_every_time(meter):
    bundle, again = meter._repr_mimebundle_()[0], Meter()._repr_mimebundle_()[0]
    assert bundle[base.VIEW]["model_id"] == meter.model_id
    assert {key: bundle[key] for key in ("text/plain", "text/html")} == {key: again[key] for key in ("text/plain", "text/html")}
    assert 'alt="speed &quot;at&quot; 0.5"' in bundle["text/html"]
    assert "<svg" not in bundle["text/html"], "an untrusted notebook would not show it"
    meter.level = 1
    assert meter._repr_mimebundle_()[0]["text/html"] != bundle["text/html"]


def test_what_is_stored_keeps_the_rules_of_the_notebooks(meter):
    output = from_dict({"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": meter._repr_mimebundle_()[0]})
    stored = without_live_views([output])
    assert sorted(stored[0].data) == ["text/html", "text/plain"]
    cell = from_dict({"cell_type": "code", "id": "meter", "source": "meter", "outputs": stored, "execution_count": 1, "metadata": {}})
    notebook = from_dict({"cells": [cell], "metadata": {}})
    assert image_complaints(notebook, None) == digit_complaints(notebook, None) == []


def test_a_notebook_with_a_widget_is_stored_as_the_same_bytes_and_passes_strict_nbval(tmp_path):
    source = "from helpers.widgets import ActivationExplorer\n\nActivationExplorer('tanh')"
    texts = []
    for _ in range(2):
        notebook = new_notebook(cells=[new_code_cell(source, id="explore")])
        execute(notebook, tmp_path)
        assert LIVE_VIEW in notebook.cells[0].outputs[0].data
        texts.append(to_text(normalised(notebook)))
    assert texts[0] == texts[1] and LIVE_VIEW not in texts[0] and "data:image/svg+xml;base64," in texts[0]
    (tmp_path / "stored.ipynb").write_text(texts[0], encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "stored.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout


def test_a_picture_is_a_well_formed_svg_inside_its_frame(meter):
    root = ElementTree.fromstring(meter.picture())
    assert root.get("viewBox") == "0 0 540 330"
    places = [float(node.get(name)) for node in root.iter() for name in ("x", "x1", "x2", "cx") if node.get(name)]
    assert min(places) >= 0 and max(places) <= 540
    assert {"Level", "time", "level", "speed"} <= {node.text for node in root.iter() if node.text}


# ---------------------------------------------------------------- questions of the browser


def test_questions_are_answered_and_errors_are_said(meter, monkeypatch):
    sent = []
    monkeypatch.setattr(meter, "send", lambda content, buffers=None: sent.append((content, buffers)))
    meter._handle_custom_msg({"kind": "ask", "id": "view-1", "question": {"of": 4.0}}, [])
    reply, buffers = sent.pop()
    assert reply["id"] == "view-1" and reply["tables"] == ["count", "root"]
    heads = {"count": {"dtype": "uint8", "shape": [3], "size": 3}, "root": {"dtype": "float64", "shape": [1], "size": 8}}
    assert reply["answer"] == heads | {"words": "done"}
    assert len(buffers) == 1 and list(buffers[0][:3]) == [1, 2, 3] and np.frombuffer(buffers[0][3:]) == [2.0]
    meter._handle_custom_msg({"kind": "ask", "id": "view-2", "question": {"of": 0.0}}, [])
    assert sent.pop()[0] == {"kind": "answer", "id": "view-2", "error": "KeyError: 'no'"}
    meter._handle_custom_msg({"kind": "other"}, [])
    assert sent == []


@pytest.mark.parametrize(("value", "error"), [(10**400, ValueError), (np.complex64(1 + 2j), TypeError), ([1.0], TypeError), (np.nan, ValueError)])
def test_a_number_that_cannot_be_one_is_named_in_a_few_words(value, error):
    with pytest.raises(error, match=r"z is .{1,60}, expected a number from -1 to 1$"):
        settings.nearest_of([-1, 0, 1])("z", value)
