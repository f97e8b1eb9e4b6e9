"""The public surface stays what it is: commands, options, Python names, types, schemas."""

import json

from golden.surface import SURFACE, differences, surface


def test_the_public_surface_is_as_it_was_recorded() -> None:
    """Every command with its options, every name, signature, field and schema equals ``golden/surface.json``; what is
    meant to change is recorded anew with ``PYTHONPATH=tests python -P -m golden.surface --record`` and named in the
    changelog."""
    lines = differences(json.loads(SURFACE.read_text("utf-8")), surface())
    assert not lines, "\n".join(lines)


def test_a_changed_option_is_named() -> None:
    """A default changed, an option gone, a command new: a line each, with its place."""
    old = {"commands": {"audit": {"seed": {"default": 0}, "jobs": {}}}}
    new = {"commands": {"audit": {"seed": {"default": False}}, "more": {}}}
    assert differences(old, new) == [
        "/commands/audit/seed/default: 0 -> false",
        '/commands/audit/jobs: {} -> "-"',
        '/commands/more: "-" -> {}',
    ]
