"""Makes the environment that every template is rendered in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def environment(package: str, **options: Any) -> Environment:
    """Return an environment for the templates of a package, which may extend those of this one.

    Values from outside are escaped, a name without a value is an error, and a line with only a statement leaves no
    line.

    Args:
        package: The package in whose directory ``templates`` they lie.
        options: Further options, and others in place of these.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    rooms = Environment(  # noqa: S701 - it is on, but for Markdown
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("bench.writing")]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **{"autoescape": True, **options},
    )
    rooms.filters["breakable"] = breakable
    return rooms


def breakable(text: str) -> Markup:
    """Return a text for HTML, escaped, whose names may break after an underscore and so need not inside a word.

    Args:
        text: The text.
    """
    from markupsafe import Markup, escape

    return escape(text).replace("_", Markup("_<wbr>"))
