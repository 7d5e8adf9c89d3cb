"""The second view of the training explorer: gradient descent and heavy ball on a quadratic."""

from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.svg import document


class Bowl(Widget):
    """The settings of the bowl, and what it records, says and draws."""

    def bowl_recording(self):
        """What bowl.js plays: a dict of JSON values and of `table`s, the view's `tape`."""
        return {}

    def bowl_answer(self, question):
        """The answer to a question of bowl.js."""
        raise ValueError(f"the question is {question['kind']!r}, expected 'run'")

    def bowl_words(self):
        """What the bowl shows now, in words."""
        return "The bowl."

    def bowl_picture(self):
        """The bowl as the text of an SVG."""
        return document(1080, 400)
