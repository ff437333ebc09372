// The bare map: MapLibre with our world, our controls and our words.

import { AttributionControl, Map as MapLibre, ScaleControl } from "maplibre-gl";
import { makeStyle } from "./style.js";

/** A globe in an element; throws where there is no WebGL. */
export function makeBase(container, { world, palette, camera, texts }) {
  const map = new MapLibre({
    container,
    style: makeStyle(world, palette, true),
    ...camera,
    minZoom: -0.5,
    maxZoom: 17,
    maxPitch: 0,
    dragRotate: false,
    rollEnabled: false,
    attributionControl: false,
    // On a phone one finger scrolls the page, two move the map.
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    locale: {
      "Map.Title": texts.map_keys,
      "AttributionControl.ToggleAttribution": texts.sources,
      "CooperativeGesturesHandler.MobileHelpText": texts.touch_help,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: true, customAttribution: texts.borders_source }));
  map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
  showSources(container, false);
  return map;
}

/** Fold away whose the map is, or open it: for a layer from the internet its provider asks to be named in sight. */
export function showSources(container, open) {
  const sources = container.querySelector("details");
  sources?.toggleAttribute("open", open);
  sources?.classList.toggle("maplibregl-compact-show", open);
}
