// The countries as GeoJSON, from the TopoJSON that tools/world.mjs makes.

import { feature, mesh } from "topojson-client";

// As far as the map's projection goes.
const SOUTHERNMOST = -85.06;

/** Everything the map draws of the world. */
export function readWorld(topology) {
  const { countries } = topology.objects;
  const features = feature(topology, countries).features.map(mendFeature);
  const boxes = new Map(features.filter(({ id }) => id).map(({ id, geometry }) => [id, mainBox(geometry)]));
  return {
    countries: { type: "FeatureCollection", features },
    borders: unwrapLines(mesh(topology, countries)),
    centres: new Map(features.filter(({ id }) => id).map(({ id, properties }) => [id, [properties.longitude, properties.latitude]])),
    boxes,
    /** The outline of several countries taken as one. */
    outline: (codes) => {
      const inside = new Set(codes);
      return unwrapLines(
        mesh(topology, countries, (a, b) => (a === b ? inside.has(a.id) : inside.has(a.id) !== inside.has(b.id))),
      );
    },
  };
}

function mendFeature(country) {
  const coordinates = country.geometry.coordinates.map((polygon) => polygon.map((ring) => closeRound(unwrap(ring))));
  return { ...country, geometry: { type: "MultiPolygon", coordinates } };
}

/** A line without jumps from one side of the antimeridian to the other; it may leave the range -180 to 180. */
export function unwrap(line) {
  let shift = 0;
  return line.map(([x, y], i) => {
    if (i > 0) shift -= 360 * Math.round((x - line[i - 1][0]) / 360);
    return [x + shift, y];
  });
}

/** Antarctica's coast ends a turn away from its start: it is closed along the pole. */
function closeRound(ring) {
  const [start, end] = [ring[0], ring[ring.length - 1]];
  if (Math.abs(end[0] - start[0]) < 180) return ring;
  return [...ring, [end[0], SOUTHERNMOST], [start[0], SOUTHERNMOST], start];
}

const unwrapLines = ({ coordinates }) => ({
  type: "Feature",
  properties: {},
  geometry: { type: "MultiLineString", coordinates: coordinates.map(unwrap) },
});

/** West, south, east, north of a country's largest piece: France without its overseas islands. */
function mainBox({ coordinates }) {
  const boxes = coordinates.map(([ring]) => {
    const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  });
  const size = ([west, south, east, north]) => (east - west) * (north - south);
  return boxes.reduce((best, box) => (size(box) > size(best) ? box : best));
}

/** Meridians and parallels every so many degrees. */
export function makeGraticule(step) {
  const lines = [];
  for (let x = -180; x < 180; x += step) lines.push(range(-80, 80, 5).map((y) => [x, y]));
  for (let y = -60; y <= 60; y += step) lines.push(range(-180, 180, 5).map((x) => [x, y]));
  return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } };
}

const range = (from, to, step) => Array.from({ length: (to - from) / step + 1 }, (_, i) => from + i * step);
