"""A process of its own that draws charts: Vega-Lite specs from standard input, SVG to standard output, a line each.

Started as a file by ``drawing.py``; it imports nothing of this package, so that it starts at once and holds no table.
"""

import json
import sys
from typing import Any

import vl_convert

_VEGA_LITE = "5.20"
_NOTHING: dict[str, Any] = {
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


def svg(spec: dict[str, Any]) -> str:
    """The drawing of a spec, which loads nothing from anywhere."""
    return str(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))


def main() -> None:
    """Answer until there is nothing more to read: when the other process ends, however it does."""
    # The engine takes a while to start: now, before anybody waits for a drawing.
    svg(_NOTHING)
    for line in sys.stdin:
        try:
            answer = {"svg": svg(json.loads(line))}
        except Exception as error:
            # What it says of the spec would quote names.
            answer = {"error": type(error).__name__}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
