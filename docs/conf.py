"""How the pages of this folder become a site: ``make docs``. Nothing is fetched, neither by the build nor by a page."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import chainrule  # noqa: E402

project = "chainrule"
author = "chainrule"
copyright = "chainrule, MIT"
version = release = chainrule.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "docstrings",
    "running",
    "told",
    "listing",
    "legend",
    "notebooks",
    "playing",
    "elsewhere",
    "summaries",
    "tables",
    "pictures",
]
exclude_patterns = ["_ext", "_static", "_templates", "README*"]
templates_path = ["_templates"]
myst_heading_anchors = 4
highlight_language = "none"

# Docstrings: written for people, with formulas in plain text.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the parameters say in words what they are
autodoc_class_signature = "mixed"
python_display_short_literal_types = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "chainrule"
html_static_path = ["_static"]
html_css_files = ["chainrule.css"]
html_js_files = ["chainrule.js"]
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = (
    False  # it is fetched, which a page from file:// can't: _static/search.js shows others
)
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": True}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
