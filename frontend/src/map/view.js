// The map itself: what Python sent, what the user chose, and both on the screen.

import { setWorkerUrl } from "maplibre-gl";
import { makeBase, showSources } from "./base.js";
import { cameraFor } from "./camera.js";
import { Drawing } from "./drawing.js";
import { make } from "./elements.js";
import { saveText } from "./files.js";
import { makeFrame } from "./frame.js";
import { frameWithSize, loadWorld } from "./loading.js";
import { Markers } from "./markers.js";
import { OnlineLayer } from "./online.js";
import { isDark, paletteOf, toHex } from "./palette.js";
import { percent } from "./probability.js";
import { FullScreen } from "./screen.js";
import { makeLabels, onlyCode, paintOf } from "./style.js";

const NARROW_PX = 560;
const LOW_PX = 420; // the legend would lie on the tools,
const POSITION_PX = 70; // of which the photo's own position brings one more, and a line to the legend
const CLICK_SLACK_PX = 4;
const MOST_LOOKS = 30;
const POSITION_ZOOM = 4;

export class MapView {
  constructor(parent) {
    setWorkerUrl(new URL(WORKER_FILE, import.meta.url).href);
    this.state = { globe: true, layer: "countries", selected: null, drawing: false, mode: null, measuring: false, shapes: 0 };
    Object.assign(this, makeFrame(parent, this));
    this.screen = new FullScreen(this.root, () => this.refresh());
    this.ready = this.start();
  }

  /** Take up what Python sent; called again on every rerun and change of theme. */
  update(answer, report) {
    const other = this.answer?.photo !== answer.photo;
    const moved = JSON.stringify([this.answer?.photo, this.answer?.predicted, this.answer?.region]) !==
      JSON.stringify([answer.photo, answer.predicted, answer.region]);
    [this.answer, this.report] = [answer, report];
    if (other) this.state.selected = null;
    this.root.style.height = `${answer.height_px}px`;
    this.root.setAttribute("aria-label", answer.texts.map);
    this.root.lang = answer.language;
    this.applyTheme();
    this.refresh();
    this.ready.then(() => this.showAnswer(moved));
  }

  applyTheme() {
    const background = getComputedStyle(this.root).getPropertyValue("--st-background-color");
    this.dark = isDark(background);
    this.palette = paletteOf(this.dark);
    this.root.dataset.theme = this.dark ? "dark" : "light";
    this.root.style.setProperty("--space", this.palette.space);
    this.root.style.setProperty("--halo", this.palette.halo);
  }

  async start() {
    try {
      [this.world] = await Promise.all([loadWorld(), frameWithSize(this.root)]);
      if (this.removed) return;
      this.painted = `${this.dark} false`;
      const camera = cameraFor(this.answer, this.world, this.size());
      this.map = makeBase(this.canvas, { world: this.world, palette: this.palette, camera, texts: this.answer.texts });
    } catch {
      this.fail();
      return;
    }
    await this.map.once("load");
    if (this.removed) return;
    this.markers = new Markers(this.map, this.world, (code) => this.select(code));
    this.online = new OnlineLayer(this.map, (layer) => this.sayUnreachable(layer));
    this.listen();
  }

  /** No WebGL, or no countries: say so, and let the rest of the page tell the answer. */
  fail() {
    this.root.dataset.failed = "true";
    this.canvas.replaceChildren(make("p", { class: "failure" }, this.answer.texts.no_map));
  }

  listen() {
    const { map } = this;
    map.on("click", ({ point }) => {
      if (!this.state.mode) this.select(this.countryAt(point));
    });
    map.on("mousemove", ({ point }) => this.showTip(point));
    map.on("mouseout", () => (this.tip.hidden = true));
    map.on("movestart", () => (this.tip.hidden = true));
    map.on("idle", () => this.settle());
  }

  /** From here until the map has drawn all there is to draw, it is not ready. */
  unsettle() {
    this.settled = false;
    this.looks = MOST_LOOKS;
    this.map.triggerRepaint();
  }

  /** MapLibre may call itself idle a frame before a fill can be read back: then look again, but not for ever. */
  settle() {
    if (!this.seen) return;
    const { predicted } = this.answer;
    if (!this.settled && predicted && !this.fillOf(predicted) && this.looks > 0) {
      this.looks -= 1;
      this.map.triggerRepaint();
      return;
    }
    this.settled = true;
    this.publish();
  }

  size() {
    return { width: this.root.clientWidth || 800, height: this.root.clientHeight || 500 };
  }

  showAnswer(moved) {
    if (!this.map || this.removed) return;
    const { answer, map, world: shapes } = this;
    this.unsettle();
    for (const [code] of shapes.centres) {
      map.setFeatureState({ source: "countries", id: code }, { probability: answer.probabilities[code] ?? 0 });
    }
    const marked = [...new Set([answer.predicted, ...answer.candidates].filter(Boolean))];
    map.getSource("labels").setData(makeLabels(shapes, answer.names, marked));
    map.getSource("region").setData(answer.region ? shapes.outline(answer.region.codes) : shapes.outline([]));
    map.setFilter("predicted", onlyCode(answer.predicted));
    map.setFilter("selected", onlyCode(this.state.selected));
    this.paint();
    this.drawing?.setColour(this.palette.drawing);
    this.markers.show(answer, answer.texts);
    if (moved && this.seen) this.lookAtAnswer(true);
    const low = this.size().height < LOW_PX + (answer.gps ? POSITION_PX : 0);
    if (!this.seen && (low || this.size().width < NARROW_PX)) this.legend.close();
    this.seen = true;
    this.refresh();
  }

  paint() {
    const look = `${this.dark} ${Boolean(this.online.chosen)}`;
    if (look === this.painted) return; // it would lay out every tile anew
    this.painted = look;
    const paints = paintOf(this.palette, Boolean(this.online.chosen));
    for (const [layer, properties] of Object.entries(paints)) {
      for (const [name, value] of Object.entries(properties)) this.map.setPaintProperty(layer, name, value);
    }
  }

  lookAtAnswer(fly) {
    if (!this.map) return;
    this.unsettle();
    const camera = { ...cameraFor(this.answer, this.world, this.size()), bearing: 0, pitch: 0 };
    if (fly) this.map.flyTo({ ...camera, duration: 1400 });
    else this.map.jumpTo(camera);
  }

  /** Where the photo itself says it was taken, which may be behind the globe. */
  lookAtPosition() {
    const [latitude, longitude] = this.answer.gps;
    if (!this.seen) return;
    this.unsettle();
    this.map.flyTo({ center: [longitude, latitude], zoom: Math.max(this.map.getZoom(), POSITION_ZOOM), duration: 1400 });
  }

  countryAt(point) {
    const slack = CLICK_SLACK_PX;
    const exact = this.map.queryRenderedFeatures(point, { layers: ["countries"] });
    const box = [[point.x - slack, point.y - slack], [point.x + slack, point.y + slack]];
    const near = exact.length ? exact : this.map.queryRenderedFeatures(box, { layers: ["countries"] });
    return near[0]?.properties.code || null;
  }

  select(code) {
    if (this.state.selected === code) return;
    this.state.selected = code;
    if (this.seen) this.map.setFilter("selected", onlyCode(code));
    this.refresh();
    this.report(code);
  }

  showTip(point) {
    const code = this.state.mode ? null : this.countryAt(point);
    this.map.getCanvas().style.cursor = code ? "pointer" : "";
    this.tip.hidden = !code;
    if (!code) return;
    const { names, probabilities, language } = this.answer;
    const share = code in probabilities ? ` · ${percent(probabilities[code], language)}` : "";
    this.tip.textContent = `${names[code] ?? code}${share}`;
    this.tip.style.transform = `translate(${Math.round(point.x)}px, ${Math.round(point.y)}px) translate(-50%, -150%)`;
  }

  setGlobe(globe) {
    if (!this.seen) return;
    this.state.globe = globe;
    this.unsettle();
    this.map.setProjection({ type: globe ? "globe" : "mercator" });
    this.markers.regroup();
    this.refresh();
  }

  chooseLayer(name) {
    if (!this.seen) return;
    const layer = this.answer.layers.find(({ id }) => id === name) ?? null;
    this.state.layer = layer ? name : "countries";
    this.unsettle();
    this.online.choose(layer);
    showSources(this.canvas, Boolean(layer));
    this.paint();
    this.refresh();
  }

  sayUnreachable(layer) {
    const { texts } = this.answer;
    this.messages.show(texts.unreachable.replace("{layer}", texts[`layer_${layer.id}`]));
    this.chooseLayer("countries");
  }

  /** The drawing, begun when it is first asked for. */
  drawn() {
    this.drawing ??= new Drawing(this.map, this.palette.drawing, (shapes) => {
      this.state.shapes = shapes;
      this.refresh();
    });
    return this.drawing;
  }

  saveShapes() {
    saveText("triovision-drawing.geojson", JSON.stringify(this.drawn().toGeoJson(), null, 1), "application/geo+json");
  }

  setDrawing(drawing) {
    if (!this.seen) return;
    this.state.drawing = drawing;
    this.drawn();
    this.setMode(drawing ? "polygon" : null);
  }

  setMode(mode) {
    this.state.mode = mode;
    this.drawn().setMode(mode);
    this.refresh();
  }

  setMeasuring(measuring) {
    this.state.measuring = measuring;
    this.drawn().setMeasuring(measuring, this.answer.language);
    this.refresh();
  }

  /** Bring the panels and the readable state up to date. */
  refresh() {
    if (!this.answer) return;
    const { answer, palette } = this;
    const state = { ...this.state, answer, palette, layers: answer.layers, enlarged: this.screen.on };
    for (const part of [this.tools, this.drawBar, this.layers, this.legend, this.chosen]) part.update(answer.texts, state);
    this.publish();
  }

  /** What is on the map, readable from outside: for tests, and for whoever debugs. */
  publish() {
    const { state, answer, root } = this;
    const { predicted } = answer;
    Object.assign(root.dataset, {
      ready: String(Boolean(this.settled)),
      projection: state.globe ? "globe" : "flat",
      layer: state.layer,
      selected: state.selected ?? "",
      predicted: predicted ?? "",
      predictedFill: (this.settled && predicted && this.fillOf(predicted)) || "",
      drawing: String(Boolean(state.mode)),
      shapes: String(state.shapes),
      enlarged: String(this.screen.on),
    });
    root.mapView = this;
  }

  /** The colour that a country is filled with, read back from what the map has drawn. */
  fillOf(code) {
    if (!this.seen) return null;
    const drawn = this.map.queryRenderedFeatures({ layers: ["countries"], filter: onlyCode(code) });
    const colour = drawn[0]?.layer.paint["fill-color"];
    return colour ? toHex(colour) : null;
  }

  remove() {
    this.removed = true;
    this.messages.remove();
    this.screen.remove();
    this.online?.remove();
    this.drawing?.remove();
    this.markers?.remove();
    this.map?.remove();
    this.root.remove();
  }
}
