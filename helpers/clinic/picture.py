"""Pictures without matplotlib, so that the clinic needs NumPy alone: a slope against z and losses against steps, as inline SVG."""

import html

import numpy as np

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 560, 300, 56, 44, 34, 16
RIGHT_SLOPE, USED_SLOPE = "#0072B2", "#D55E00"
# As in helpers.figures.style, which needs matplotlib: no background, and ink that reads on a light page and on a dark one.
INK, RIGHT_WORDS, USED_WORDS = "#757575", "#007BC0", "#C15500"
GRID = f'stroke="{INK}" stroke-opacity="0.35"'


def slope_svg(z, used, grid, right, description):
    """The right slope as a line over `grid`, the slope used as crosses at z, for light and dark pages.

    z, used : arrays of one shape; grid, right : arrays of one shape. Returns a string.
    """
    low, high = min(used.min(), right.min(), 0.0), max(used.max(), right.max(), 1.0)
    pad = 0.06 * (high - low)
    low, high = low - pad, high + pad

    def x(t):
        return LEFT + (t - grid[0]) / (grid[-1] - grid[0]) * (WIDTH - LEFT - RIGHT)

    def y(t):
        return HEIGHT - BOTTOM - (t - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    line = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(grid, right, strict=True))
    crosses = "".join(f"M{x(a) - 3:.1f} {y(b) - 3:.1f}l6 6m0 -6l-6 6" for a, b in zip(z, used, strict=True))
    parts = [
        f'<svg role="img" aria-label="{html.escape(description)}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        'style="max-width: 100%; height: auto; font: 13px sans-serif" xmlns="http://www.w3.org/2000/svg">',
        *(_tick_x(x, value) for value in _ticks(grid[0], grid[-1])),
        *(_tick_y(y, value) for value in _ticks(low, high)),
        f'<polyline points="{line}" fill="none" stroke="{RIGHT_SLOPE}" stroke-width="2.5"/>',
        f'<path d="{crosses}" fill="none" stroke="{USED_SLOPE}" stroke-width="1.5"/>',
        f'<text x="{LEFT}" y="18" fill="{RIGHT_WORDS}">line: the right slope</text>',
        f'<text x="{LEFT + 170}" y="18" fill="{USED_WORDS}">crosses: the slope your code uses</text>',
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="{INK}">z</text>',
        "</svg>",
    ]
    return "".join(parts)


def _ticks(low, high):
    """About five round numbers between low and high."""
    step = 10 ** np.floor(np.log10((high - low) / 5))
    step *= next(k for k in (1, 2, 5, 10) if (high - low) / (k * step) <= 6)
    return [float(t) + 0.0 for t in np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step]  # + 0.0 turns -0.0 into 0.0


def _tick_x(x, value):
    return (f'<line x1="{x(value):.1f}" y1="{TOP}" x2="{x(value):.1f}" y2="{HEIGHT - BOTTOM}" {GRID}/>'
            f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="{INK}">{value:g}</text>')  # fmt: skip


def _tick_y(y, value):
    return (f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{WIDTH - RIGHT}" y2="{y(value):.1f}" {GRID}/>'
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end" fill="{INK}">{value:g}</text>')  # fmt: skip


def curves_svg(curves, floor, description):
    """Small panels side by side, one for each (note, steps, losses), all with the same axes; a dashed line at `floor`."""
    width, height, gap = 210, 130, 18
    columns = 3
    rows = -(-len(curves) // columns)
    finite = [v for _, _, values in curves for v in values if np.isfinite(v)]
    top = min(max([*finite, floor]), 2.5 * floor)
    last = max([s for _, steps, _ in curves for s in steps] or [1]) or 1
    parts = [f'<svg role="img" aria-label="{html.escape(description)}" viewBox="0 0 {columns * (width + gap)} {rows * (height + 44)}" '
             f'width="{columns * (width + gap)}" style="max-width: 100%; height: auto; font: 12px sans-serif" '
             'xmlns="http://www.w3.org/2000/svg">']  # fmt: skip
    for k, (note, steps, values) in enumerate(curves):
        left, up = k % columns * (width + gap) + 8, k // columns * (height + 44) + 24

        def y(value, up=up):
            return up + height - min(value, top) / top * height

        points = " ".join(f"{left + s / last * width:.1f},{y(v):.1f}" for s, v in zip(steps, values, strict=True) if np.isfinite(v))
        parts += [
            f'<text x="{left}" y="{up - 8}" fill="{INK}">{html.escape(note)}</text>',
            f'<rect x="{left}" y="{up}" width="{width}" height="{height}" fill="none" stroke="{INK}"/>',
            f'<line x1="{left}" y1="{y(floor):.1f}" x2="{left + width}" y2="{y(floor):.1f}" stroke="{INK}" stroke-dasharray="4 3"/>',
            f'<polyline points="{points}" fill="none" stroke="{RIGHT_SLOPE}" stroke-width="2"/>',
            f'<text x="{left + 4}" y="{up + 14}" fill="{INK}">loss {top:.2g}</text>',
            f'<text x="{left + 4}" y="{up + height - 4}" fill="{INK}">0</text>',
            f'<text x="{left + width - 4}" y="{up + height + 14}" text-anchor="end" fill="{INK}">step {last}</text>',
        ]
    return "".join([*parts, "</svg>"])


def framed(svg, description):
    """The picture as a <figure>, with its description beneath it, smaller than prose as under every other figure."""
    words = f'<small style="font-size: 12.5px; line-height: 1.45; opacity: 0.75">{html.escape(description)}</small>'
    return f'<figure style="margin: 4px 0; max-width: 864px">{svg}<figcaption>{words}</figcaption></figure>'
