"""Charts as SVG made on the server: no script, they print, and a table of the figures stands beside them."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

BAR, GAP, HEIGHT, BASE = 26, 10, 110, 90


def bar_chart(values: Sequence[tuple[str, int]], *, title: str) -> SafeString:
    """A bar for each (label, count), with the same figures as a text for screen readers."""
    highest = max((count for _, count in values), default=0) or 1
    bars = [
        {
            "x": GAP + index * (BAR + GAP),
            "y": BASE - round(count / highest * 70),
            "height": round(count / highest * 70),
            "middle": GAP + index * (BAR + GAP) + BAR // 2,
            "label": label,
            "count": count,
        }
        for index, (label, count) in enumerate(values)
    ]
    width = GAP + len(values) * (BAR + GAP)
    text = ", ".join(f"{label}: {count}" for label, count in values)
    return render_to_string(
        "console/bar_chart.svg",
        {"bars": bars, "width": width, "height": HEIGHT, "base": BASE, "bar": BAR, "title": title, "text": text},
    )
