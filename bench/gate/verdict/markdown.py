"""A verdict as Markdown, for a CI job's summary or a pull request."""

from __future__ import annotations

from bench.gate.verdict.verdict import Document
from bench.gate.verdict.wording import arms, banner, figures, headline, name_of, ordered, reason
from bench.writing.markdown import escape

MARKS = {
    "worse": "❌",
    "regression": "🔴",
    "missing": "❌",
    "broken": "❌",
    "inconclusive": "❔",
    "improvement": "🟢",
    "ok": "✅",
}
# GitHub cuts a job's summary off at 1 MiB; the report holds all rows.
MOST_ROWS = 500


def markdown(document: Document) -> str:
    """Return a verdict as Markdown.

    Args:
        document: The verdict.
    """
    lines = [f"### Performance gate: {escape(headline(document))}", "", f"{escape(arms(document))}.", ""]
    lines += [f"> **{escape(line)}**\n" for line in banner(document)]
    entries = ordered(document)
    if entries:
        lines += ["| verdict | case | ratio | 95 % interval | pairs | why |", "|---|---|---:|---|---:|---|"]
    for entry in entries[:MOST_ROWS]:
        verdict = f"{MARKS.get(entry['verdict'], '')} {entry['verdict'].replace('_', ' ')}".strip()
        cells = [verdict, *map(escape, (name_of(entry, document), *figures(entry), reason(entry)))]
        lines.append(f"| {' | '.join(cells)} |")
    if len(entries) > MOST_ROWS:
        lines.append(f"\n… and {len(entries) - MOST_ROWS} more, in `verdict.html`.")
    return "\n".join(lines) + "\n"
