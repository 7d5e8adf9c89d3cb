"""The rules of axe-core, on a page or on a part of it.

    findings(page)                                     # all rules, on the whole page
    findings(page, "color-contrast", within=HOSTS)     # one rule, on what a selector finds

Four fifths of axe-core's time go into the contrast of texts, which it finds out for each of them. Most are written in the same ink on
the same ground as a hundred others: of those it is asked for three, the first, the middle and the last. It says nothing of texts in SVG.
"""

import json

from oracles import require

CONTRAST = "color-contrast"
LOADED = "() => 'axe' in window"
RUN = """async ([within, options]) => {
    const found = await axe.run(within ?? document, {...options, resultTypes: ['violations']});
    return found.violations.map(({id, impact, nodes}) => ({id, impact, nodes: nodes.map(({html}) => html)}));
}"""
# Three texts of each kind: of one ink and size, on the same grounds. What is taken out of the flow may lie on another ground than that
# of the boxes in which it stands, so its class counts as well.
SAMPLES = """(within) => {
    const grounds = new Map(), kinds = new Map();
    const box = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
    const ground = (node) => {
        if (!node) return '';
        if (!grounds.has(node)) {
            const {backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position} = getComputedStyle(node);
            const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join(' ');
            const plain = own === 'rgba(0, 0, 0, 0) none 1 none normal';
            const free = ['absolute', 'fixed', 'sticky'].includes(position) ? `${node.tagName} ${node.getAttribute('class')}` : '';
            grounds.set(node, ground(box(node)) + (plain && !free ? '' : `/${own} ${free}`));
        }
        return grounds.get(node);
    };
    const look = (root) => {
        for (const node of root.querySelectorAll('*')) {
            if (node.shadowRoot) look(node.shadowRoot);
            const own = [...node.childNodes].some(({nodeType, data}) => nodeType === Node.TEXT_NODE && data.trim());
            if (!(own || node.matches('input, select, textarea')) || node.ownerSVGElement || !node.checkVisibility()) continue;
            const {color, fontSize, fontWeight, textShadow} = getComputedStyle(node);
            const kind = [ground(node), color, fontSize, fontWeight, textShadow, node.disabled].join('|');
            if (!kinds.has(kind)) kinds.set(kind, []);
            kinds.get(kind).push(node);
        }
    };
    for (const root of within ? document.querySelectorAll(within) : [document]) look(root.shadowRoot ?? root);
    return {include: [...kinds.values()].flatMap((all) => [...new Set([all[0], all[all.length >> 1], all.at(-1)])])};
}"""


def findings(page, *rules: str, within: str | None = None) -> list[dict]:
    """What axe-core finds: of each rule that is broken its id, its impact and the html of the nodes; of all rules where none is named."""
    if not page.evaluate(LOADED):
        page.evaluate(require("axe_playwright_python.sync_playwright").Axe().axe_script)
    found = []
    if not rules or CONTRAST in rules:
        options = {"runOnly": {"type": "rule", "values": [CONTRAST]}}
        found += page.evaluate(f"async (within) => {{ return ({RUN})([({SAMPLES})(within), {json.dumps(options)}]); }}", within)
    if others := [rule for rule in rules if rule != CONTRAST]:
        found += page.evaluate(RUN, [within, {"runOnly": {"type": "rule", "values": others}}])
    if not rules:
        found += page.evaluate(RUN, [within, {"rules": {CONTRAST: {"enabled": False}}}])
    return found
