// The MapLibre style: sources, layers, and the paint that depends on the theme and on the chosen layer.

import { STEPS } from "./probability.js";
import { makeGraticule } from "./world.js";

const EMPTY = { type: "FeatureCollection", features: [] };

// Without a `glyphs` address MapLibre draws every letter itself, from the fonts of the page: no network, any alphabet.
const FONTS = ["Poppins", "Noto Sans", "sans-serif"];

const geojson = (data, options = {}) => ({ type: "geojson", data, ...options });

/** The whole style; `online` lies under the countries once a layer from the internet is chosen. */
export function makeStyle(world, palette, globe) {
  return {
    version: 8,
    projection: { type: globe ? "globe" : "mercator" },
    transition: { duration: 200 },
    light: { anchor: "viewport", position: [1.5, 0, 0] },
    sky: { "atmosphere-blend": ["interpolate", ["linear"], ["zoom"], 0, 0.75, 5, 0.5, 7, 0] },
    sources: {
      graticule: geojson(makeGraticule(15)),
      countries: geojson(world.countries, { promoteId: "code" }),
      borders: geojson(world.borders),
      region: geojson(EMPTY),
      labels: geojson(EMPTY),
    },
    layers: [
      { id: "sea", type: "background" },
      { id: "graticule", type: "line", source: "graticule" },
      { id: "countries", type: "fill", source: "countries" },
      { id: "borders", type: "line", source: "borders", layout: { "line-join": "round" } },
      { id: "region", type: "line", source: "region", layout: { "line-join": "round" } },
      { id: "selected", type: "line", source: "countries", filter: onlyCode(""), layout: { "line-join": "round" } },
      { id: "predicted", type: "line", source: "countries", filter: onlyCode(""), layout: { "line-join": "round" } },
      {
        id: "labels",
        type: "symbol",
        source: "labels",
        filter: [">=", ["zoom"], ["get", "from_zoom"]],
        layout: {
          "text-field": ["get", "name"],
          "text-font": FONTS,
          "text-size": ["interpolate", ["linear"], ["zoom"], 1, 11, 5, 15],
          "text-max-width": 7,
          "text-padding": 4,
          "text-anchor": ["get", "anchor"],
          "text-offset": ["case", ["==", ["get", "anchor"], "top"], ["literal", [0, 0.9]], ["literal", [0, 0]]],
          "symbol-sort-key": ["get", "order"],
        },
      },
    ].map((layer) => ({ ...layer, paint: paintOf(palette, false)[layer.id] })),
  };
}

/** Ground that belongs to nobody has an empty code, so no country chosen must not mean that. */
export const onlyCode = (code) => ["==", ["get", "code"], code || "none"];

/** The paint of every layer, over our own sea or over tiles from the internet. */
export function paintOf(palette, overTiles) {
  const probability = ["coalesce", ["feature-state", "probability"], 0];
  const classes = palette.ramp.slice(1).flatMap((colour, i) => [STEPS[i], colour]);
  return {
    sea: { "background-color": palette.sea },
    graticule: { "line-color": palette.graticule, "line-width": 0.6, "line-opacity": overTiles ? 0 : 0.9 },
    countries: {
      "fill-color": ["step", probability, palette.ramp[0], ...classes],
      "fill-opacity": overTiles ? ["step", probability, 0, STEPS[0], 0.45] : 1,
    },
    borders: {
      "line-color": overTiles ? "#ffffff" : palette.border,
      "line-width": ["interpolate", ["linear"], ["zoom"], 0, 0.4, 6, 1.2],
      "line-opacity": overTiles ? 0.7 : 0.55,
    },
    region: { "line-color": palette.predicted, "line-width": 2.5, "line-dasharray": [2, 1.2] },
    selected: { "line-color": palette.selected, "line-width": 2.5 },
    predicted: { "line-color": palette.predicted, "line-width": 2.5 },
    labels: {
      "text-color": overTiles ? "#18203a" : palette.label,
      "text-halo-color": overTiles ? "#ffffff" : palette.labelHalo,
      "text-halo-width": 1.4,
      "text-halo-blur": 0.4,
      "text-opacity": 0.95,
    },
  };
}

/** One label per country: large ones from afar, small ones from near; those the answer names always. */
export function makeLabels(world, names, marked) {
  const features = [...world.centres].map(([code, centre]) => {
    const [west, south, east, north] = world.boxes.get(code);
    const degrees = Math.sqrt(Math.max((east - west) * (north - south), 1e-4));
    const order = marked.includes(code) ? marked.indexOf(code) - marked.length : 100 / degrees;
    return {
      type: "Feature",
      properties: {
        code,
        name: names[code] ?? code,
        order,
        from_zoom: marked.includes(code) ? 0 : Math.max(0, 4.9 - Math.log2(degrees)),
        anchor: marked.includes(code) ? "top" : "center", // below its marker
      },
      geometry: { type: "Point", coordinates: centre },
    };
  });
  return { type: "FeatureCollection", features };
}
