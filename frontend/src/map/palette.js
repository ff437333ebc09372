// The map's colours in both themes; the page's own stand in src/triovision/app/theme.py and are the same.

const LIGHT = {
  sea: "#d3e0f4",
  space: "#f4f6fc",
  halo: "#c6d3f0",
  ramp: ["#f1f3fb", "#b9c2f0", "#7e8be0", "#4453c6", "#232c7a"],
  border: "#5c68a6",
  graticule: "#b3c5e4",
  label: "#18203a",
  labelHalo: "#ffffff",
  predicted: "#c77700",
  selected: "#0b7a75",
  gps: "#b83a1b",
  drawing: "#0b7a75",
};

const DARK = {
  sea: "#0d1630",
  space: "#0f1424",
  halo: "#1d2a55",
  ramp: ["#222b4a", "#39479a", "#5e6ee8", "#8f9bff", "#d3d9ff"],
  border: "#8792bd",
  graticule: "#202c52",
  label: "#edf0fa",
  labelHalo: "#0b1020",
  predicted: "#f5b953",
  selected: "#4fd1c5",
  gps: "#ff8f70",
  drawing: "#4fd1c5",
};

export const paletteOf = (dark) => (dark ? DARK : LIGHT);

/** Whether a CSS colour, `#rrggbb` or `rgb(r, g, b)`, is a dark one. */
export function isDark(colour) {
  const text = colour.trim();
  const channels = text.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(text.length === 4 ? text[(at + 1) / 2].repeat(2) : text.slice(at, at + 2), 16))
    : (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  if (channels.length < 3 || channels.some(Number.isNaN)) return false;
  const [red, green, blue] = channels;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110;
}

/** A colour as MapLibre gives it back, channels from 0 to 1, as `#rrggbb`. */
export const toHex = ({ r, g, b }) =>
  `#${[r, g, b].map((channel) => Math.round(channel * 255).toString(16).padStart(2, "0")).join("")}`;
