// The map's elements, put together; what its buttons do is the view's business.

import mapLibreCss from "maplibre-gl/dist/maplibre-gl.css";
import { make } from "./elements.js";
import css from "./map.css";
import { makeChosen, makeDrawBar, makeLayers, makeLegend, makeMessages, makeTools } from "./panels.js";

export function makeFrame(parent, view) {
  const sheets = [mapLibreCss, css].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  parent.adoptedStyleSheets = [...parent.adoptedStyleSheets, ...sheets];
  const tools = makeTools({
    zoomIn: () => view.map?.zoomIn(),
    zoomOut: () => view.map?.zoomOut(),
    projection: () => view.setGlobe(!view.state.globe),
    reset: () => view.lookAtAnswer(true),
    position: () => view.lookAtPosition(),
    fullScreen: () => view.screen.toggle(),
    draw: () => view.setDrawing(!view.state.drawing),
  });
  const drawBar = makeDrawBar({
    mode: (mode) => view.setMode(view.state.mode === mode ? null : mode),
    measure: () => view.setMeasuring(!view.state.measuring),
    remove: () => view.drawn().deleteOne(),
    save: () => view.saveShapes(),
  });
  const layers = makeLayers((layer) => view.chooseLayer(layer));
  const legend = makeLegend();
  const chosen = makeChosen(() => view.select(null));
  const messages = makeMessages();
  const canvas = make("div", { class: "canvas" });
  const tip = make("div", { class: "tip", hidden: true });
  const root = make("div", { class: "map", role: "region" }, canvas, tip);
  root.append(...[tools, drawBar, layers, legend, chosen, messages].map(({ element }) => element));
  parent.append(root);
  return { root, canvas, tip, tools, drawBar, layers, legend, chosen, messages };
}
