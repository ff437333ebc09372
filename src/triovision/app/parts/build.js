// Shared by all elements: build nodes from text (never from HTML), rebuild only what changed, keep the focus.
const build = (name, properties = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (key === "class") node.className = value;
    else if (key === "style") Object.assign(node.style, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

const rebuild = (parent, data, make) => {
  let root = parent.querySelector(".tv-root");
  if (!root) {
    root = build("div", { class: "tv-root" });
    parent.appendChild(root);
  }
  const written = JSON.stringify(data);
  if (root.tvData === written) return root;
  root.tvData = written;
  const focused = root.querySelector(":focus")?.getAttribute("data-focus");
  root.replaceChildren(...make(root));
  if (focused) root.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  return root;
};
