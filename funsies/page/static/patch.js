// Changes only what differs, where a page is told anew. So what is pressed, focused, pointed at or
// scrolled is the same element before and after: a press on a link that was replaced before it is
// let go would be no click.

// What an element is told from those beside it by; a row, by what it is about.
function markOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  for (const name of ["id", "href", "aria-label", "aria-labelledby"]) {
    const value = node.getAttribute(name);
    if (value) return value;
  }
  if (node.localName !== "tr" && node.localName !== "li") return "";
  const link = node.querySelector("a[href]:not(td a)");
  return link ? link.getAttribute("href") : (node.querySelector("th")?.textContent ?? "");
}

// The children by name: several with one mark are told apart by their order.
function childrenOf(parent) {
  const times = new Map();
  const found = new Map();
  for (const node of parent.childNodes) {
    const name = `${node.nodeName} ${markOf(node)}`;
    times.set(name, (times.get(name) ?? 0) + 1);
    found.set(`${name} ${times.get(name)}`, node);
  }
  return found;
}

function patchAttributes(element, wanted) {
  for (const name of element.getAttributeNames()) {
    if (!wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const name of wanted.getAttributeNames()) {
    const value = wanted.getAttribute(name);
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

function patchNode(node, wanted) {
  if (node.isEqualNode(wanted)) return;
  if (node.nodeType === Node.ELEMENT_NODE) {
    patchAttributes(node, wanted);
    patch(node, wanted);
  } else node.nodeValue = wanted.nodeValue;
}

// Give an element the children of another, which loses those that are new.
export function patch(element, wanted) {
  const before = childrenOf(element);
  const after = childrenOf(wanted);
  for (const [name, node] of before) if (!after.has(name)) node.remove();
  let next = element.firstChild;
  for (const [name, node] of after) {
    const kept = before.get(name);
    if (kept) patchNode(kept, node);
    if (kept && kept === next) next = next.nextSibling;
    else element.insertBefore(kept ?? node, next);
  }
}
