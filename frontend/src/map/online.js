// The layers from the internet: asked for only once chosen, and honest about not answering.

const SOURCE = "online";
const PATIENCE_MS = 12000;

export class OnlineLayer {
  constructor(map, onUnreachable) {
    this.map = map;
    this.onUnreachable = onUnreachable;
    this.chosen = null;
    this.answered = false;
    map.on("sourcedata", (event) => {
      if (event.sourceId === SOURCE && event.tile?.state === "loaded") this.answered = true;
    });
    map.on("error", (event) => {
      if (event.sourceId === SOURCE && !this.answered) this.giveUp();
    });
  }

  /** Lay a layer under the countries; null takes it away. */
  choose(layer) {
    clearTimeout(this.timer);
    if (this.map.getLayer(SOURCE)) this.map.removeLayer(SOURCE);
    if (this.map.getSource(SOURCE)) this.map.removeSource(SOURCE);
    [this.chosen, this.answered] = [layer, false];
    if (!layer) return;
    const { tiles, attribution, max_zoom: maxzoom } = layer;
    this.map.addSource(SOURCE, { type: "raster", tiles, tileSize: 256, attribution, maxzoom });
    this.map.addLayer({ id: SOURCE, type: "raster", source: SOURCE, paint: { "raster-fade-duration": 200 } }, "graticule");
    this.timer = setTimeout(() => !this.answered && this.giveUp(), PATIENCE_MS);
  }

  giveUp() {
    const { chosen } = this;
    if (!chosen) return;
    this.choose(null);
    this.onUnreachable(chosen);
  }

  remove() {
    clearTimeout(this.timer);
  }
}
