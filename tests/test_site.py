"""The built site: each notebook has its page, links lead somewhere, what is folded is folded, nothing comes from another host.

`site` (conftest.py) is the site as `python docs/build.py` builds it, Sphinx's warnings being errors. How it looks and moves is seen in
the browser, in tests/browser/test_site.py.
"""

import json
import re
from html import unescape
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest

from helpers.widgets.gallery import EXHIBITS
from notebook_rules import anchor
from notebook_tools import NOTEBOOKS, by_id, cell_text, code_cells, formulas, headings, markdown_cells, notebook_paths, read
from site_pages import Page, style_files

MAX_WEIGHT = 3_000_000  # bytes, gzipped
PAGES = ("index", "routes", "questions", "clinic", "widgets", "search", "404")


@pytest.fixture(scope="module")
def pages(site):
    """{name: page} of all pages but JupyterLite's, which are JupyterLite's own."""
    files = [path for path in site.rglob("*.html") if path.relative_to(site).parts[0] not in ("lab", "_static")]
    return {page.name: page for page in (Page(path, site) for path in files)}


@pytest.fixture
def page(pages):
    """The page of a notebook."""
    return lambda path: pages[f"notebooks/{path.stem}.html"]


def each_notebook(test):
    """Run a test for each notebook."""
    return pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)(test)


def squeezed(text):
    """Text without blanks, as two ways of drawing the same output differ in them."""
    return re.sub(r"\s+", "", unescape(text))


# ---------------------------------------------------------------- all pages


def test_the_pages_are_there(pages):
    expected = {f"{name}.html" for name in PAGES} | {f"notebooks/{path.stem}.html" for path in notebook_paths()}
    assert expected <= pages.keys()


def test_links_lead_somewhere(pages, prefix):
    broken = {name: found for name, page in pages.items() if (found := page.broken(prefix, pages))}
    assert not broken


def test_style_sheets_find_their_fonts_and_pictures(site):
    missing = [
        f"{style.name}: {name}" for style in (site / "_static").rglob("*.css") for name in style_files(style)
        if "//" in name or not (style.parent / name).is_file()
    ]  # fmt: skip
    assert not missing


def test_no_table_is_shown_as_it_is_written(pages):
    shown = {name: [text for text in page.soup.select("article p") if "|---|" in text.get_text()] for name, page in pages.items()}
    assert not {name: texts for name, texts in shown.items() if texts}


def test_nothing_is_loaded_from_another_host(pages):
    assert not {name: found for name, page in pages.items() if (found := page.foreign())}


def test_a_page_is_no_heavier_than_its_budget(pages, prefix):
    assert not {name: weight for name, page in pages.items() if (weight := page.weight(prefix)) > MAX_WEIGHT}


def test_each_page_says_what_it_is_about_to_those_who_link_to_it(pages, site, prefix):
    for name, page in pages.items():
        if name in ("search.html", "404.html") or name.startswith("slides/"):
            continue
        said = {tag.get("property") or tag.get("name"): tag.get("content") for tag in page.soup.find_all("meta")}
        assert all(len(said.get(key) or "") > 3 for key in ("description", "og:title", "og:description", "og:url", "twitter:card")), name
        card = urlsplit(said["og:image"])
        assert card.scheme == "https" and (site / card.path.removeprefix(prefix).lstrip("/")).is_file(), name
        canonical = page.soup.find("link", rel="canonical")["href"]
        assert canonical.endswith("/" if name == "index.html" else name) or canonical.endswith(name)


def test_the_page_for_missing_ones_finds_everything_from_any_depth(pages, prefix):
    page = pages["404.html"]
    assert urlsplit(page.base(prefix)).path == f"{prefix}/404.html"
    assert page.broken(prefix, pages) == []
    assert "index.html" in str(page.soup.find("article"))


def test_a_broken_link_is_found(pages, prefix):
    page = pages["index.html"]
    page.references = [("a", "no/such.html"), ("a", "routes.html#no-such-place"), ("img", "https://cdn.example/a.png"), ("a", "routes.html#")]
    try:
        assert page.broken(prefix, pages) == ["no/such.html", "routes.html#no-such-place"]
        assert page.foreign() == ["https://cdn.example/a.png"]
    finally:
        del page.references  # it is read from the page again


# ---------------------------------------------------------------- the notebooks' pages


@each_notebook
def test_the_notebook_can_be_downloaded_as_it_stands(path, page, site):
    link = page(path).soup.select_one(".page-links a[download]")
    assert (site / "notebooks" / link["href"].removeprefix("../notebooks/")).read_bytes() == path.read_bytes()


@each_notebook
def test_headings_have_the_ids_that_jupyter_gives_them(path, page):
    assert {anchor(text) for _, text in headings(read(path))} - page(path).ids == set()


@each_notebook
def test_what_is_collapsed_in_jupyterlab_is_folded(path, page):
    """A collapsed output, and no other, stands inside something closed that says what it holds, whole; nothing asks for what cannot be written."""
    cells, shown = code_cells(read(path)), page(path).soup.select("article div.cell")
    assert len(shown) == len(cells)
    for cell, place in zip(cells, shown, strict=True):
        cell.outputs = [output for output in cell.outputs if "Your prediction" not in output.get("data", {}).get("text/html", "")]
        outputs = place.select(".cell_output")
        assert "Your prediction" not in place.get_text()
        assert bool(outputs) == bool(cell_text(cell).strip()), cell.id
        hidden = bool(cell.metadata.get("jupyter", {}).get("outputs_hidden"))
        folds = [output.find_parent("details", class_="hide") for output in outputs]
        assert [fold is not None for fold in folds] == [hidden] * len(outputs), cell.id
        widget = bool(place.select(".live-widget"))
        says = ["Show the widget" if widget else "Show the output", "Hide the widget" if widget else "Hide the output"]
        assert not any(fold.has_attr("open") or [*fold.find("summary").stripped_strings] != says for fold in folds if fold), cell.id
        printed = [squeezed(output.text) for output in cell.outputs if output.output_type == "stream"]
        assert all(text in squeezed("".join(output.get_text() for output in outputs)) for text in printed), cell.id


@each_notebook
def test_answers_hints_and_solutions_are_folded(path, page):
    wanted = [summary for cell in markdown_cells(read(path)) for summary in re.findall(r"<summary>(.*?)</summary>", cell.source)]
    shown = [fold.find("summary").get_text() for fold in page(path).soup.find("article").find_all("details")]
    assert [text for text in shown if text in wanted] == [text for text in wanted if text in shown] and set(wanted) <= set(shown)


@each_notebook
def test_the_mathematics_is_rendered(path, page):
    article = page(path).soup.find("article")
    wanted = sum(len(formulas(cell.source)) for cell in markdown_cells(read(path)))
    assert len(article.select(".katex-html")) == wanted
    assert not article.select(".katex-error")


@each_notebook
def test_each_widget_has_its_place(path, page, site):
    wanted = [cell.id for cell in code_cells(read(path)) if "Run the cell to make it move." in cell_text(cell)]
    places = page(path).soup.select(".live-widget")
    assert len(places) == len(wanted)
    for place in places:
        assert place.find("img")["alt"], "the picture that stands there until the widget is drawn"
        kept = json.loads((site / "_static" / place["data-recording"]).read_text(encoding="utf-8"))
        assert kept["state"]["recording"] and json.loads(place["data-settings"])
        assert "export default" in (site / "_static" / place["data-module"]).read_text(encoding="utf-8")


@each_notebook
def test_pictures_are_files_whose_size_is_known(path, page):
    pictures = page(path).soup.find("article").find_all("img", src=re.compile(r"\.png$"))
    stored = sum(cell_text_with_pictures(cell).count("data:image/png") for cell in code_cells(read(path)))
    assert len(pictures) == stored
    assert all(int(image["width"]) > 100 and int(image["height"]) > 20 and image["alt"] for image in pictures)


def cell_text_with_pictures(cell):
    """The HTML in the outputs of a cell."""
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


# ---------------------------------------------------------------- pages made from what stands elsewhere


def rows_of(cell_id):
    """The rows of the tables in a cell of notebook 00 that hold a link."""
    return [line for line in by_id(read(notebook_paths()[0]))[cell_id].source.splitlines() if line.startswith("|") and "](" in line]


@pytest.mark.parametrize(("name", "cell"), [("questions", "question-index"), ("routes", "routes")])
def test_the_index_and_the_routes_are_those_of_notebook_00(name, cell, pages):
    links = pages[f"{name}.html"].soup.find("article").find_all("a")
    fragments = {unquote(urlsplit(link["href"]).fragment) for link in links}
    wanted = {unquote(goal) for row in rows_of(cell) for goal in re.findall(r"\]\([^)#]*#([^)]+)\)", row)}
    assert wanted and wanted <= fragments
    assert len(pages[f"{name}.html"].soup.find("article").select("tbody tr")) >= len(rows_of(cell))


def test_the_first_page_leads_to_all_notebooks_and_has_a_widget(pages):
    article = pages["index.html"].soup.find("article")
    links = {link["href"] for link in article.find_all("a")}
    assert {f"notebooks/{path.stem}.html" for path in notebook_paths()} | {"routes.html", "questions.html", "clinic.html"} <= links
    assert len(article.select(".live-widget")) == 1
    minutes = [re.search(r"\*\*Time:\*\* (\d+)", read(path).cells[0].source)[1] for path in notebook_paths()]
    assert [row.find_all("td")[2].get_text() for row in article.select("tbody tr")] == minutes


def test_every_page_has_the_way_on_the_search_and_all_pages_beside_it(pages):
    names = [f"notebooks/{path.stem}.html" for path in notebook_paths()]
    for name, following in pairwise(names):
        page = pages[name]
        assert page.soup.select_one("a.next-page")["href"] == following.removeprefix("notebooks/")
        assert page.soup.select_one(".sidebar-search-container input[name=q]") and "have been run" in page.soup.select_one(".page-note").get_text()
        beside = {link["href"] for link in page.soup.select(".sidebar-tree a")}
        assert {"../questions.html", "../routes.html", "../clinic.html", "../widgets.html"} <= beside


def test_the_search_has_a_place_for_words_of_its_own(pages):
    assert pages["search.html"].soup.select_one("article h1") and pages["search.html"].soup.select_one("article form input[name=q]")


def test_all_widgets_stand_on_one_page(pages):
    assert len(pages["widgets.html"].soup.select(".live-widget")) == len(EXHIBITS)


def test_the_clinic_s_page_shows_what_its_example_prints(pages, run_example):
    assert squeezed(run_example) in squeezed(pages["clinic.html"].soup.find("article").get_text())


def test_the_search_finds_words_of_the_notebooks(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert all(word in index for word in ("transpos", "softmax", "relu", "notebooks/05_backward_propagation"))


def test_a_new_notebook_would_appear_by_itself(docs):
    import sources

    assert sources.notebook_paths() == sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    with pytest.raises(SystemExit, match="no notebook 77, expected some of 00, 01"):
        sources.notebook_paths(["77"])
