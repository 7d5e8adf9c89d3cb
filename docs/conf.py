"""Sphinx's settings: the pages that `build.py` has written into docs/_build/source."""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))

from docutils import nodes  # noqa: E402

from links import REPOSITORY, SITE  # noqa: E402
from narrow import fit_narrow_pages  # noqa: E402
from offers import add_offers  # noqa: E402

project = "The Backprop Casebook"
author = "The Backprop Casebook's authors"
copyright = "The Backprop Casebook's authors, BSD 3-clause"
language = "en"
extensions = ["myst_nb", "sphinx_copybutton", "formulas", "sphinxext.opengraph", "sphinx.ext.githubpages"]
templates_path = ["_templates"]
smartquotes = False  # what a notebook says is shown as it stands there

# Notebooks: run by executed.py, not by Sphinx; headings have the ids that Jupyter gives them, so that links are the same everywhere.
nb_execution_mode = "off"
nb_output_stderr = "remove-warn"
nb_render_markdown_format = "myst"  # what a cell says in Markdown may be a table
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 6
myst_heading_slug_func = "links.anchor"
myst_dmath_double_inline = True

html_math_renderer = "katex"  # rendered now, by formulas.py; the pages load a style and fonts
html_theme = "furo"
html_title = project
html_baseurl = SITE
html_static_path = ["_static", "_build/static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"}), ("widgets.js", {"type": "module"})]
html_theme_options = {"source_repository": REPOSITORY, "source_branch": "main", "source_directory": "docs/", "top_of_page_buttons": []}
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
copybutton_selector = ".cell_input pre, div.highlight:not(.cell_output *) > pre"
copybutton_exclude = ".linenos"

ogp_site_url = SITE
ogp_site_name = project
ogp_image = "_static/card.png"
ogp_image_alt = "The loss of one network over 300 steps: with sigmoid it falls, with ReLU it stays at the floor. Is the derivative wrong?"
ogp_social_cards = {"enable": False}
ogp_enable_meta_description = True
ogp_custom_meta_tags = ['<meta name="twitter:card" content="summary_large_image">']


def jupyter_ids(app, doctree):
    """Let each heading be known by the id that Jupyter gives it, in links to it as well; Sphinx's own stays beside it."""
    own = {}
    for section in doctree.findall(nodes.section):
        if slug := section.get("slug"):
            own[section["ids"][0]] = slug
            section["ids"] = [slug, *(name for name in section["ids"] if name != slug)]
    for reference in doctree.findall(nodes.reference):
        if reference.get("refid") in own:
            reference["refid"] = own[reference["refid"]]
    known = app.env.metadata[app.env.current_document.docname].get("myst_slugs", {})
    for slug, (line, name, text) in known.items():
        known[slug] = (line, own.get(name, name), text)


def setup(app):
    """What each page offers stands at its top; headings are renamed before Sphinx makes its table of contents of them."""
    app.connect("doctree-read", jupyter_ids, priority=100)
    app.connect("doctree-read", fit_narrow_pages)
    app.connect("html-page-context", add_offers)
