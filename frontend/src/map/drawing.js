// Drawing on the map: lines and polygons, what they measure, and what leaves as GeoJSON.

import { Marker } from "maplibre-gl";
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { make } from "./elements.js";
import { measure, measureText } from "./geodesy.js";

const MOVABLE = { feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } } };

export class Drawing {
  constructor(map, colour, onChange) {
    this.map = map;
    this.onChange = onChange;
    this.language = "en";
    this.measuring = false;
    this.selected = null;
    this.labels = [];
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 6 }),
      modes: makeModes(colour),
    });
    this.draw.start();
    this.draw.on("change", () => this.refresh());
    this.draw.on("finish", () => this.refresh());
    this.draw.on("select", (id) => (this.selected = id));
    this.draw.on("deselect", () => (this.selected = null));
  }

  /** `polygon`, `linestring`, `select`, or null to stop drawing. */
  setMode(mode) {
    this.draw.setMode(mode ?? "static");
  }

  setMeasuring(measuring, language) {
    [this.measuring, this.language] = [measuring, language];
    this.refresh();
  }

  setColour(colour) {
    for (const [mode, { styles }] of Object.entries(stylesOf(colour))) this.draw.updateModeOptions(mode, { styles });
  }

  /** Deletes the selected shape, or the one drawn last. */
  deleteOne() {
    const shapes = this.shapes();
    const id = this.selected ?? shapes[shapes.length - 1]?.id;
    if (id === undefined || id === null) return;
    if (this.selected !== null) this.draw.deselectFeature(this.selected);
    this.draw.removeFeatures([id]);
    this.selected = null;
    this.refresh();
  }

  /** Lines and polygons; terra-draw keeps points besides, as handles. */
  figures() {
    return this.draw.getSnapshot().filter(({ geometry }) => geometry.type !== "Point");
  }

  shapes() {
    return this.figures().filter(({ properties }) => !properties.currentlyDrawing);
  }

  toGeoJson() {
    const features = this.shapes().map(({ geometry }) => ({
      type: "Feature",
      properties: Object.fromEntries(Object.entries(measure(geometry)).map(([name, value]) => [name, Number(value.toPrecision(6))])),
      geometry,
    }));
    return { type: "FeatureCollection", features };
  }

  refresh() {
    this.labels.forEach((label) => label.remove());
    this.labels = this.measuring ? this.figures().map((figure) => this.makeLabel(figure)) : [];
    this.onChange(this.shapes().length);
  }

  makeLabel({ geometry }) {
    const text = measureText(measure(geometry), this.language);
    const points = geometry.type === "Polygon" ? geometry.coordinates[0].slice(1) : geometry.coordinates.slice(-1);
    const at = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
    const anchor = geometry.type === "Polygon" ? "center" : "bottom";
    return new Marker({ element: make("div", { class: "measure" }, text), anchor }).setLngLat(at).addTo(this.map);
  }

  remove() {
    this.labels.forEach((label) => label.remove());
    this.draw.stop();
  }
}

function stylesOf(colour) {
  const line = { lineStringColor: colour, lineStringWidth: 3 };
  const fill = { fillColor: colour, fillOpacity: 0.18, outlineColor: colour, outlineWidth: 3 };
  const points = { closingPointColor: "#ffffff", closingPointOutlineColor: colour, closingPointOutlineWidth: 3, closingPointWidth: 6 };
  const selected = {
    selectedPolygonColor: colour,
    selectedPolygonFillOpacity: 0.28,
    selectedPolygonOutlineColor: colour,
    selectedPolygonOutlineWidth: 4,
    selectedLineStringColor: colour,
    selectedLineStringWidth: 5,
    selectionPointColor: "#ffffff",
    selectionPointOutlineColor: colour,
    selectionPointOutlineWidth: 3,
    selectionPointWidth: 6,
    midPointColor: colour,
    midPointOutlineColor: "#ffffff",
    midPointOutlineWidth: 2,
    midPointWidth: 4,
  };
  return {
    polygon: { styles: { ...fill, ...points } },
    linestring: { styles: { ...line, ...points } },
    select: { styles: selected },
  };
}

function makeModes(colour) {
  const { polygon, linestring, select } = stylesOf(colour);
  return [
    new TerraDrawPolygonMode(polygon),
    new TerraDrawLineStringMode(linestring),
    new TerraDrawSelectMode({ ...select, flags: { polygon: MOVABLE, linestring: MOVABLE } }),
  ];
}
