"""A derivation as a tree: text, Markdown, LaTeX, HTML."""
