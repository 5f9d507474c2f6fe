"""A walk-through in a format: text, Markdown, LaTeX, HTML, JSON."""
