"""The base of every widget: one Python class, one ES module, a recording in between, a picture for readers without JavaScript."""

import re
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import ClassVar

import anywidget
import ipywidgets
import numpy as np
import traitlets

from helpers import checks
from helpers.widgets.kit import scripts
from helpers.widgets.kit.settings import Setting

DTYPES = ("float64", "float32", "int32", "uint16", "uint8")
VIEW = "application/vnd.jupyter.widget-view+json"


def table(array, dtype="float64"):
    """An array as the browser takes it: {"dtype", "shape", "bytes"}, read there with `readTable` of numbers.js.

    Parameters
    ----------
    array : array of any shape
        NaN and infinities are kept.
    dtype : str
        One of float64, float32, int32, uint16, uint8; whole numbers must fit.

    Raises
    ------
    TypeError
        Says what the array holds instead of numbers.
    ValueError
        Names the dtype that is unknown, or in which the numbers do not fit.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {checks.shown(dtype)}, expected one of {', '.join(DTYPES)}")
    array = checks.reals("array", array)
    kept = np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<"))
    if not dtype.startswith("float") and not np.array_equal(kept, array):
        raise ValueError(f"the array holds numbers that do not fit in {dtype}")
    return {"dtype": dtype, "shape": list(array.shape), "bytes": kept.tobytes()}


def key_order(value, path=()):
    """Yield [path, keys] of each dict below `value` whose keys do not stand in the alphabet's order.

    Rows of a table and choices are shown in the order of a dict. Where the state of a widget is stored, in a notebook or for a page, its
    keys are sorted; `inOrder` of numbers.js puts them back.
    """
    if isinstance(value, dict) and "bytes" not in value:
        if path and list(value) != sorted(value):
            yield [list(path), list(value)]
        for name, one in value.items():
            yield from key_order(one, (*path, name))
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from key_order(one, (*path, place))


class Widget(anywidget.AnyWidget):
    """A widget that plays a recording of the reference implementation.

    A subclass names its folder, in which view.js and style.css stand, in `_folder`, declares its settings with `Setting`, hands
    over its numbers once in `recording` (a dict of JSON values and `table`s), and says what there is to see in `describe` and
    `picture`. Where fresh numbers are needed it answers the browser's questions in `answer`.
    """

    _folder: ClassVar[Path]
    recording = traitlets.Dict().tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        if "_folder" in cls.__dict__:
            cls._esm, cls._css = scripts.bundle(cls._folder), scripts.page_styles()
        super().__init_subclass__(**kwargs)

    def __init__(self, **settings):
        unknown = sorted(set(settings) - set(self.settings()) - set(ipywidgets.DOMWidget.class_trait_names()))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no setting {unknown[0]!r}, expected {', '.join(self.settings())}")
        super().__init__(**settings)
        recording = self.record()
        self.recording = recording | {"key_order": list(key_order(recording))}
        self.on_msg(self._asked)

    @classmethod
    def settings(cls):
        """The names of all settings, in the order in which they are declared."""
        names = [name for base in reversed(cls.__mro__) for name, trait in vars(base).items() if isinstance(trait, Setting)]
        return list(dict.fromkeys(names))

    def record(self):
        """Return what the browser plays: a dict of JSON values and of `table`s."""
        raise NotImplementedError

    def describe(self):
        """Return in words what the widget shows now."""
        raise NotImplementedError

    def picture(self):
        """Return what the widget shows now as the text of an SVG (see `helpers.widgets.kit.svg`)."""
        raise NotImplementedError

    def answer(self, question):
        """Return the answer to a question of the browser, a dict of JSON values and `table`s; what it raises is shown in the widget."""
        raise NotImplementedError

    def _asked(self, _, message, buffers):
        if not isinstance(message, dict) or message.get("kind") != "ask":
            return
        reply = {"kind": "answer", "id": message.get("id")}
        try:
            answer = self.answer(message.get("question"))
        except Exception as error:  # a learner's function may raise anything, and the widget says so
            self.send(reply | {"error": f"{type(error).__name__}: {error}"})
        else:
            tables = {name: value for name, value in answer.items() if isinstance(value, dict) and isinstance(value.get("bytes"), bytes)}
            heads = {name: {"dtype": value["dtype"], "shape": value["shape"], "size": len(value["bytes"])} for name, value in tables.items()}
            whole = b"".join(value["bytes"] for value in tables.values())  # one buffer travels faster than forty
            self.send(reply | {"answer": answer | heads, "tables": list(tables)}, [whole] if tables else [])

    def __repr__(self):
        shown = [f"{name}={getattr(self, name)!r}" for name in self.settings() if getattr(self, name) != self.trait_defaults(name)]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_mimebundle_(self, **kwargs):
        """The live view, and for readers who have none the picture of the first state with its description."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/html": as_html(self.picture(), self.describe())}, metadata


def as_html(picture, text):
    """Return an SVG as a light card of HTML: a picture, which even an untrusted notebook shows, with `text` beneath and as alt text.

    It looks as `helpers.figures.show` does. The bytes depend on nothing but the arguments.
    """
    width = int(re.search(r'viewBox="0 0 (\d+)', picture)[1])
    image, text = b64encode(picture.encode()).decode(), escape(text)
    return (
        f'<figure style="margin: 4px 0; padding: 12px; border-radius: 6px; background: #ffffff; color: #111111; max-width: {width}px">'
        f'<img alt="{text}" src="data:image/svg+xml;base64,{image}" width="{width}" style="max-width: 100%; height: auto">'
        f'<figcaption style="margin-top: 8px; color: #111111; font-size: 15px; line-height: 1.45">{text} '
        "Run the cell to make it move.</figcaption></figure>"
    )
