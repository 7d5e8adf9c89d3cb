"""The tools of the browser tests: errors of others are forgiven by their exact words, and no others; a faint text, a foreign host are found."""

import json
import threading

from browser.axe import CONTRAST, findings
from browser.export import watch
from browser.lab import complaints

OURS = """Traceback (most recent call last):
  File "kit.py", line 3, in answer
ValueError: the widget's own
"""
THEIRS = """[I 2026-11-26 01:09:01.100 ServerApp] Kernel started: 46c2e003
[E 2026-11-26 01:09:01.141 ServerApp] Uncaught exception GET /api/kernels?1764119341 (127.0.0.1)
    Traceback (most recent call last):
      File "traitlets.py", line 849, in error
    traitlets.traitlets.TraitError: The 'last_activity' trait of a ServerKernelManager instance expected a datetime, not the NoneType None.
[W 2026-11-26 01:09:01.142 ServerApp] wrote error: 'Unhandled error'
[E 2026-11-26 01:09:01.142 ServerApp] {
      "Host": "127.0.0.1:58275"
    }
[E 2026-11-26 01:09:01.143 ServerApp] 500 GET /api/kernels?token=[secret] (faaa0cbbfdd7@127.0.0.1) 69.21ms referer=None
"""
INTERRUPTED = """Traceback (most recent call last):
  File "ipykernel_launcher.py", line 16, in <module>
KeyboardInterrupt
"""


def test_errors_of_the_server_are_forgiven_and_those_of_a_widget_are_not():
    assert complaints(THEIRS) == []
    assert complaints(THEIRS + OURS + INTERRUPTED) == [OURS]
    assert len(complaints("[IPKernelApp] ERROR | No such comm: 1\n[IPKernelApp] WARNING | late\n")) == 1
    assert len(complaints(THEIRS.replace("last_activity", "last_comm"))) == 1
    assert len(complaints(THEIRS.replace("/api/kernels?", "/api/contents?"))) == 1


def test_what_the_server_says_while_kernels_start_is_known(lab):
    log = lab.logged()
    asking = threading.Thread(target=lambda: [lab.lists_kernels() for _ in range(40)])
    asking.start()
    kernels = [json.loads(lab.request("api/kernels", "POST")) for _ in range(2)]
    asking.join()
    assert lab.complaints(log) == []
    for kernel in kernels:
        lab.request(f"api/kernels/{kernel['id']}", "DELETE")


def test_a_kernels_traceback_is_a_complaint(lab):
    log = lab.logged()
    with lab.log.open("a") as file:
        file.write(OURS)
    assert lab.complaints(log) == [OURS]


def test_the_console_forgives_the_same_answer_and_no_other(desk):
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(status=500, body='{"message": "Unhandled error"}')

    desk.errors.clear()
    desk.route("**/api/kernels?*", answer)
    desk.evaluate("() => window.jupyterapp.serviceManager.kernels.refreshRunning().catch(() => {})")
    assert asked and desk.errors == []
    desk.route("**/nothing", answer)
    desk.evaluate("() => fetch('/nothing').then((answer) => answer.text())")
    assert len(desk.errors) == 1 and "500" in desk.errors[0]


PLAIN = "<p>A text like <a href='#'>all</a> others.</p>"
PLANTS = """
<p id="faint ink" style="color: #bbb">text</p>
<div style="background: #666"><p id="dark ground">text</p></div>
<p id="seen through" style="opacity: 0.4">text</p>
<div style="background: #eee"><div style="background: #222"><p id="a ground on another">text</p></div></div>
<a id="a link" href="#" style="color: #9bd">text</a>
<div style="position: relative; height: 3em; background: #333"></div><p id="over a box" style="position: absolute; margin-top: -2em">text</p>
<input id="a field" value="text" style="color: #ccc">
<div id="a widget"></div>
"""
IN_A_SHADOW = """() => {
    document.getElementById('a widget').attachShadow({mode: 'open'}).innerHTML = '<p id="in a shadow" style="color: #bbb">text</p>';
}"""


def test_a_text_that_is_faint_is_found_among_many_that_are_not(page):
    page.set_content(f"<html lang='en'><title>Texts</title><body>{20 * PLAIN}{PLANTS}{20 * PLAIN}")
    page.evaluate(IN_A_SHADOW)
    (rule,) = findings(page, CONTRAST)
    named = {html.partition('id="')[2].partition('"')[0] for html in rule["nodes"]}
    assert named == {"faint ink", "dark ground", "seen through", "a ground on another", "a link", "over a box", "a field", "in a shadow"}


def test_what_a_page_asks_of_other_hosts_is_refused_and_listed(address, page):
    watch(page)
    page.goto(address)
    ask = "(url) => fetch(url, {mode: 'no-cors'}).then(() => 'answered', () => 'refused')"
    foreign = ["http://example.org/a.png", "https://192.0.2.1/a.png", "http://localhost:1/a.png"]
    assert [page.evaluate(ask, url) for url in ("/", *foreign)] == ["answered", *3 * ["refused"]]
    assert page.foreign == foreign
