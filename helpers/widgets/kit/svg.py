"""Pictures of a widget's first state, drawn in Python without matplotlib: charts as text of an SVG, the same bytes every time."""

from html import escape

import numpy as np

from helpers.widgets.kit.numerals import number

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
DASHES = ("", "10 5", "14 5 3 5", "3 4", "20 6")
GRID, GREY, TEXT = "#E2E2E2", "#767676", "#111111"
LEFT, RIGHT, TOP, BOTTOM = 72, 96, 34, 50


def look(index):
    """Colour and dashes of line number `index`, as `look` of chart.js."""
    return COLOURS[index % 5], DASHES[(index + index // 5) % 5]


def element(tag, content="", **attributes):
    """One element; `content` is markup already, underscores in names of attributes become hyphens."""
    listed = "".join(f' {name.rstrip("_").replace("_", "-")}="{escape(_written(value))}"' for name, value in attributes.items() if value != "")
    return f"<{tag}{listed}>{content}</{tag}>"


def text(words, x, y, **attributes):
    """One line of text at (x, y)."""
    return element("text", escape(words), x=x, y=y, fill=TEXT, **attributes)


def document(width, height, *parts):
    """A whole picture on a white ground."""
    ground = element("rect", width=width, height=height, fill="#FFFFFF")
    return element(
        "svg", ground + "".join(parts), xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}",
        width=width, height=height, font_family="DejaVu Sans, Verdana, Helvetica, Arial, sans-serif", font_size=14,
    )  # fmt: skip


class Chart:
    """One chart: axes, lines with their names at the right end, points.

    Parameters
    ----------
    heading, x_label, y_label : str
    x, y : pair of float
        The ranges; what is drawn outside is cut off.
    left : float
        Where in the picture it begins.
    width, height : float
    log : bool
        Whether y is logarithmic.
    x_ticks : list of (float, str), optional
        Where along x numbers stand, and which; round numbers unless given.
    """

    def __init__(self, heading, x_label, y_label, *, x, y, left=0, width=540, height=330, log=False, x_ticks=None):
        self.x_range, self.y_range, self.log = x, y, log
        self.x_ticks = [(value, number(value)) for value in ticks(*x, 8)] if x_ticks is None else x_ticks
        self.left, self.width, self.height = left + LEFT, width - LEFT - RIGHT, height - TOP - BOTTOM
        self.parts = [text(heading, left + 4, 18, font_weight="bold", font_size=15)]
        self.labels = []
        self._axes(x_label, y_label)

    def x(self, value):
        """Where a value of x stands."""
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * self.width

    def y(self, value):
        """Where a value of y stands, held within a picture's height of the frame."""
        low, high, value = np.log10([*self.y_range, value]) if self.log else (*self.y_range, value)
        return TOP + self.height - np.clip((value - low) / (high - low), -1, 2) * self.height

    def _axes(self, x_label, y_label):
        for value, written in self.x_ticks:
            self._rule(self.x(value), TOP, self.x(value), TOP + self.height, value == 0)
            self.parts.append(text(written, self.x(value), TOP + self.height + 19, text_anchor="middle"))
        for value in decades(*self.y_range) if self.log else ticks(*self.y_range, 6):
            written = power(value) if self.log else number(value)
            self._rule(self.left, self.y(value), self.left + self.width, self.y(value), value == 0 and not self.log)
            self.parts.append(text(written, self.left - 8, self.y(value) + 5, text_anchor="end"))
        middle = TOP + self.height / 2
        self.parts.append(text(x_label, self.left + self.width / 2, TOP + self.height + 42, text_anchor="middle"))
        turned = f"translate({_written(self.left - 55)} {_written(middle)}) rotate(-90)"
        self.parts.append(text(y_label, 0, 0, text_anchor="middle", transform=turned))

    def _rule(self, x1, y1, x2, y2, zero):
        self.parts.append(element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=GREY if zero else GRID))

    def line(self, xs, ys, index, *, name="", width=2.6, opacity=1, dash=None):
        """A line through the points, inside the frame, in the look of number `index`; `name` stands at its right end."""
        colour, dashes = look(index)
        points = [(self.x(a), self.y(b)) for a, b in zip(xs, ys, strict=True) if np.isfinite(b) and self.x_range[0] <= a <= self.x_range[1]]
        joined = " ".join(f"{_written(a)},{_written(b)}" for a, b in points)
        self.parts.append(element(
            "polyline", points=joined, fill="none", stroke=colour, stroke_width=width, opacity=opacity, stroke_linejoin="round",
            stroke_dasharray=dashes if dash is None else dash, clip_path=f"url(#frame{_written(self.left)})"))  # fmt: skip
        if name and points:
            self.labels.append((points[-1][1], name, colour))

    def point(self, x, y, index, *, hollow=False):
        """A dot, hollow for a value that is left out."""
        colour, _ = look(index)
        self.parts.append(element("circle", cx=self.x(x), cy=self.y(y), r=6, fill="#FFFFFF" if hollow else colour, stroke=colour, stroke_width=2))

    def markup(self):
        """The chart as elements for `document`."""
        frame = element("rect", x=self.left, y=TOP, width=self.width, height=self.height)
        clip = element("clipPath", frame, id=f"frame{_written(self.left)}")
        return clip + "".join(self.parts) + "".join(self._names())

    def _names(self):
        right, lowest = self.left + self.width, TOP - 10
        for wanted, name, colour in sorted(self.labels):
            place = lowest = max(wanted, lowest + 17)
            leader = f"M{_written(right + 2)} {_written(wanted)}L{_written(right + 10)} {_written(place)}h4"
            yield element("path", d=leader, fill="none", stroke=colour)
            yield text(name, right + 18, place + 5)


def ticks(low, high, count):
    """Round numbers from low to high, about `count` of them."""
    rough = (high - low) / count
    power = 10 ** np.floor(np.log10(rough))
    step = next(n * power for n in (1, 2, 5, 10) if n * power >= rough * 0.999)
    return [float(f"{k * step:.12g}") for k in range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)]


def decades(low, high, count=7):
    """Powers of ten from low to high, at most about `count` of them."""
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = max(1, -(-(last - first) // count))
    return [float(f"1e{k}") for k in range(first, last + 1) if k % step == 0]


def power(value):
    """A power of ten as a label: 1e−7 where it is small or large."""
    return number(value) if 0.01 <= value <= 999 else f"1e{round(np.log10(value))}".replace("-", "−")


def _written(value):
    """A coordinate to a tenth of a pixel; anything else as it is."""
    if isinstance(value, int | float | np.number):
        return f"{round(float(value), 1) + 0.0:g}" if abs(value) < 1e5 else str(value)
    return str(value)
