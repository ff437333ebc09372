// Making elements. Text is always set as text, so a name with markup in it is shown as written.

/** `make("button", { class: "tool", "aria-label": "Zoom in", onclick }, child, "text")`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Our own drawings, 24 by 24, strokes only.
const PATHS = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3.6 6 3.6 9s-.6 6-3.6 9c-3-3-3.6-6-3.6-9S9 6 12 3z",
  flat: "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14",
  reset: "M4 12a8 8 0 1 0 2.6-5.9M4 4v4.4h4.4",
  position: "M12 2.5l9.5 9.5-9.5 9.5L2.5 12zM12 9.5v5M9.5 12h5",
  enlarge: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  shrink: "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5",
  layers: "M12 3l9 5-9 5-9-5zM3.5 12.5L12 17l8.5-4.5M3.5 16.5L12 21l8.5-4.5",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  polygon: "M12 4l8 6-3 9H7l-3-9z",
  line: "M5 19L10 9l5 5 4-9",
  ruler: "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2",
  hand: "M6 4l12 8-5.4 1.2L10 19z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  download: "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 20h14",
  close: "M6 6l12 12M18 6L6 18",
};

export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that is only a drawing: its name is read out, and shown on hovering. */
export function iconButton(name, label, onclick, attributes = {}) {
  const button = make("button", { type: "button", class: "tool", onclick, ...attributes }, icon(name));
  relabel(button, label);
  return button;
}

export function relabel(button, label, name) {
  button.setAttribute("aria-label", label);
  button.title = label;
  if (name) button.replaceChildren(icon(name));
}
