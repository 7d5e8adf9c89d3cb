"""What speaks against which statement, and how much."""

from dataclasses import dataclass, field


@dataclass
class Charge:
    """What speaks against one statement: `weight` in all, {sentence: weight}, the gradients, [(weight, expression)]."""

    source: object
    weight: float = 0.0
    evidence: dict = field(default_factory=dict)
    gradients: set = field(default_factory=set)
    parts: dict = field(default_factory=dict)


class Charges(dict):
    """{statement: Charge}."""

    def add(self, source, statement, weight, name, said, part=""):
        """Charge a statement with `weight` for the gradient `name`."""
        if weight <= 0:
            return
        charge = self.setdefault(statement, Charge(source))
        charge.weight += weight
        charge.evidence[said] = charge.evidence.get(said, 0) + weight
        if name:
            charge.gradients.add(name)
        if part:
            charge.parts[part] = charge.parts.get(part, 0) + weight

    def against(self, event, weight, name, said, part=None):
        """Charge the statement of an event."""
        self.add(event.site.source, event.site.statement, weight, name, said, (part or event).site.text)
