// Elements of the page: made, given attributes and texts.

const SVG = "http://www.w3.org/2000/svg";

/** Set attributes; undefined, null and false remove one, true sets it empty. What stands there already is not set again: that would be styled anew. */
export function attributes(node, values) {
  for (const [name, value] of Object.entries(values)) {
    const wanted = value === undefined || value === null || value === false ? null : value === true ? "" : String(value);
    if (node.getAttribute(name) === wanted) continue;
    if (wanted === null) node.removeAttribute(name);
    else node.setAttribute(name, wanted);
  }
  return node;
}

/** Set a text, unless it stands there already: that would be laid out anew. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An HTML element; children are nodes or texts. */
export function html(tag, values = {}, ...children) {
  const node = attributes(document.createElement(tag), values);
  node.append(...children.flat());
  return node;
}

/** An SVG element. */
export function svg(tag, values = {}, ...children) {
  const node = attributes(document.createElementNS(SVG, tag), values);
  node.append(...children.flat());
  return node;
}

let ids = 0;

/** An id that no other element of the page has, also when a widget is displayed twice. */
export function freshId(name = "part") {
  return `${name}-${Date.now().toString(36)}-${++ids}`;
}
