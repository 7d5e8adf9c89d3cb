"""Live widgets for the notebooks: Python computes with `helpers`, the browser plays what was recorded.

Each is a class, shown as the last line of a cell; its settings can be set and read from the next one. Which there are is listed
once, in `helpers.widgets.gallery`; `gallery()` shows all of them, each under a heading and a sentence.

Each widget has a folder of its own, in which always the same files stand:

- `widget.py`: the class, its settings, its description and picture
- `recording.py`: what the browser plays, computed with `helpers`
- `words.py`: what is said and written
- `view.js` and `style.css`: how it is drawn

`kit` holds what they share. To add a widget, copy a folder's shape and put the class on the gallery's list.
"""

from helpers.widgets.gallery import EXHIBITS, exhibit, gallery

__all__ = [*EXHIBITS, "gallery"]


def __getattr__(name):
    """The class of a widget, imported when it is first asked for."""
    if name in EXHIBITS:
        return exhibit(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
