// What the map waits for: the countries, and room to draw in.

import { readWorld } from "./world.js";

let world; // shared by all maps of a page, fetched once

export function loadWorld() {
  world ??= fetch(new URL(WORLD_FILE, import.meta.url))
    .then((response) => response.json())
    .then(readWorld)
    .catch((error) => {
      world = undefined; // the next map may try again
      throw error;
    });
  return world;
}

/** Resolves once an element has a size: in a tab that is not shown it has none. */
export function frameWithSize(element) {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === 0 || contentRect.height === 0) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}
