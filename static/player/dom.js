// @ts-check
/**
 * Building the page: everything that comes from a trace enters it as text, never as markup, and
 * nothing sets a `style` attribute, which a strict Content-Security-Policy refuses.
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string | Record<string, string>} attributes a class, or attributes by name
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string | Record<string, string | number>} attributes
 * @param {...(Node | string | null | false)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {string | Record<string, string | number>} attributes
 * @param {(Node | string | null | false)[]} children
 * @returns {E}
 */
function filled(element, attributes, children) {
  const named = typeof attributes === "string" ? { class: attributes } : attributes;
  for (const [name, value] of Object.entries(named)) element.setAttribute(name, String(value));
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/**
 * Scrolls `panel`, and nothing around it, so far that `element` is in sight. An element's own
 * `scrollIntoView` would also scroll the page, and the slide an embed is on.
 * @param {Element} panel
 * @param {Element} element
 * @param {{margin?: number, sideways?: boolean}} options
 */
export function reveal(panel, element, { margin = 24, sideways = false } = {}) {
  const outer = panel.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  panel.scrollTop += overhang(inner.top, inner.bottom, outer.top + margin, outer.bottom - margin);
  if (sideways) panel.scrollLeft += overhang(inner.left, inner.right, outer.left, outer.right);
}

/**
 * How far a stretch lies outside of another; its beginning counts most.
 * @param {number} from
 * @param {number} to
 * @param {number} first
 * @param {number} last
 */
const overhang = (from, to, first, last) => (from < first ? from - first : Math.max(Math.min(to - last, from - first), 0));
