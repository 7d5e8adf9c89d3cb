"""What all widgets share, in a real browser: questions to Python, messages instead of errors, keys, and the end of a view."""

from browser.widgets import marks, play, python, status, violations, wait_until

# A widget that shows n at once, and n squared as soon as Python has answered; 13 cannot be drawn, 77 cannot be answered.
ECHO = '''
import os, tempfile, time
from pathlib import Path
from helpers.widgets.kit import base, scripts, settings

room = Path(tempfile.mkdtemp())
kit = os.path.relpath(scripts.KIT.resolve(), room.resolve())
(room / "style.css").write_text("")
(room / "view.js").write_text(f"""import {{ html }} from "{kit}/elements.js";
import {{ number }} from "{kit}/numbers.js";
import {{ mount }} from "{kit}/mount.js";
import {{ slider }} from "{kit}/controls.js";
""" + """
function render(context) {
  const view = mount(context, "Echo");
  window.echoed = context.model;
  const answered = html("output", { class: "answered" });
  const ask = (n) => view.ask({ n }, (answer) => answered.append(`${answer.word} ${answer.odd.data} ${number(answer.square.at(0))}; `));
  const n = slider({ label: "n", min: 0, max: 100, step: 1, onInput: (value) => { view.set({ n: value }); ask(value); } });
  view.root.append(n.node, answered);
  view.part(["n"], () => {
    n.show(view.get("n"), number(view.get("n")));
    if (view.get("n") === 13) throw new Error("thirteen");
    view.say(`n is ${number(view.get("n"))}`);
  });
  return view.start();
}
export default { render };
""")

class Echo(base.Widget):
    _folder = room
    n = settings.Setting(settings.whole_number(0, 100), 1)
    def record(self):
        return {}
    def describe(self):
        return f"n is {self.n}"
    def picture(self):
        return "<svg xmlns='http://www.w3.org/2000/svg' viewBox=\\"0 0 10 10\\"></svg>".replace("'", '"')
    def answer(self, question):
        asked.append(question["n"])
        time.sleep(PAUSE)
        if question["n"] == 77:
            raise ValueError("77 has no square here")
        return {"odd": base.table([1, 3, 5], "uint8"), "square": base.table([question["n"] ** 2]), "word": "after"}

asked, PAUSE = [], 0.05
echo = Echo()
echo
'''
DRAG = """(slider) => {
    for (let n = 2; n <= 60; n++) {
        slider.value = n;
        slider.dispatchEvent(new Event('input', {bubbles: true}));
    }
    return slider.closest('.casebook').querySelector('.cb-status').textContent;
}"""


def answered(widget):
    """The squares that Python has answered with, each behind a table of another kind."""
    return [int(text.removeprefix("after 1,3,5 ")) for text in widget.locator(".answered").text_content().split("; ")[:-1]]


def test_questions_never_queue_up_and_nobody_waits_for_answers(stage):
    widget = play(stage, ECHO)
    n = widget.get_by_label("n", exact=True)
    assert n.evaluate(DRAG) == "n is 60", "painted before Python has answered"
    wait_until(lambda: answered(widget) == [4, 3600], "the answer that came on the way, and the newest")
    assert python(stage, "print(asked)") == "[2, 60]", "of 59 questions the first and the newest are asked"
    n.fill("77")
    notice = widget.locator(".cb-notice")
    wait_until(lambda: notice.text_content() == "ValueError: 77 has no square here", "what Python raised")
    assert notice.is_visible() and status(widget) == "n is 77" and answered(widget) == [4, 3600]
    n.fill("8")
    wait_until(lambda: answered(widget)[-1] == 64, "the next answer")
    assert notice.is_hidden() and violations(stage) == [] and stage.errors == []


def test_a_late_echo_does_not_undo_a_move(stage):
    widget = play(stage, ECHO)
    n = widget.get_by_label("n", exact=True)
    late = "(slider) => { slider.value = 6; slider.dispatchEvent(new Event('input', {bubbles: true})); window.echoed.set({n: 5}); }"
    n.evaluate(late)
    assert status(widget) == "n is 6" and n.input_value() == "6"
    wait_until(lambda: python(stage, "print(echo.n)") == "6", "the move in Python")
    python(stage, "echo.n = 9")
    wait_until(lambda: status(widget) == "n is 9" and n.input_value() == "9", "what Python set once the move was sent")


def test_what_cannot_be_drawn_is_said_and_gets_well_again(stage):
    widget = play(stage, ECHO)
    notice = widget.locator(".cb-notice")
    widget.get_by_label("n", exact=True).fill("13")
    assert notice.text_content() == "This cannot be drawn: thirteen"
    wait_until(lambda: answered(widget) == [169], "the answer of Python")
    assert notice.text_content() == "This cannot be drawn: thirteen", "an answer does not mend it"
    python(stage, "echo.n = 14")
    wait_until(lambda: status(widget) == "n is 14", "what Python set")
    wait_until(notice.is_hidden, "the message goes away")
    assert stage.errors == []


def test_plain_keys_stay_in_the_widget_and_shortcuts_do_not(stage):
    widget = play(stage, ECHO)
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    before = stage.evaluate(cells)
    widget.get_by_label("n", exact=True).focus()
    for key in "abxddvmyr":
        stage.keyboard.press(key)
    stage.keyboard.press("ArrowUp")
    assert stage.evaluate(cells) == before and status(widget) == "n is 2"
    dirty = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"
    stage.evaluate("() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true; }")
    stage.keyboard.press("Control+s")
    wait_until(lambda: not stage.evaluate(dirty), "Ctrl+S saves")
    assert stage.errors == []


def test_a_view_that_ends_stops_listening(stage):
    widget = play(stage, ECHO)
    old = widget.element_handle()
    play(stage, "echo")
    assert not old.evaluate("(root) => root.isConnected")
    python(stage, "echo.n = 40")
    wait_until(lambda: status(stage.locator(".casebook").first) == "n is 40", "what Python set")
    assert old.evaluate("(root) => root.querySelector('.cb-status').textContent") == "n is 1"
    assert marks(stage.locator(".casebook").first, "any") == [] and stage.errors == []


def test_without_a_kernel_a_question_says_what_it_needs(exported, page):
    exported(page, ECHO)
    widget = page.locator(".casebook").first
    widget.get_by_label("n", exact=True).fill("9")
    assert status(widget) == "n is 9" and answered(widget) == []
    assert widget.locator(".cb-notice").text_content().startswith("New numbers need Python: open the notebook")
    assert violations(page) == [] and page.errors == [] and page.foreign == []
