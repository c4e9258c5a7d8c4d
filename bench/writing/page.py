"""Writes a page: one HTML file that needs nothing else, neither network nor library nor a file beside it.

A page's template extends ``page.html.j2`` and fills its blocks ``title`` and ``body``. Its content security policy
allows its own style sheet and its own script by their hashes, and nothing else: no attribute ``style``, no handler.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from bench.writing.jinja import environment

STYLE = "page.css"  # colours, light and dark, by the names that charts use


def render(package: str, template: str, *, style: str, script: str | None = None, **values: Any) -> str:
    """Return a page.

    Args:
        package: The package in whose directory ``templates`` its files lie.
        template: The template.
        style: The page's style sheet, which is put after that of all pages.
        script: The page's script; None for a page that runs nothing.
        values: The values that the template shows.
    """
    from markupsafe import Markup

    rooms = environment(package)

    def read(name: str) -> str:
        source, _, _ = rooms.loader.get_source(rooms, name)  # type: ignore[union-attr]
        return source.strip()

    styles = f"{read(STYLE)}\n{read(style)}"
    program = read(script) if script else ""
    return rooms.get_template(template).render(
        policy=policy(styles, program),
        style=Markup(styles),  # noqa: S704 - our own files
        script=Markup(program),  # noqa: S704 - our own file
        **values,
    )


def policy(style: str, script: str = "") -> str:
    """Return the content security policy of a page.

    Args:
        style: The text of its style sheet.
        script: The text of its script; empty for none.
    """
    scripts = f"script-src {_source(script)}; " if script else ""
    return (
        f"default-src 'none'; style-src {_source(style)}; {scripts}img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
