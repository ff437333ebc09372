// The map's countries: the borders that `triovision.countries.locate` asks, thinned out, as TopoJSON.
//
// One source of borders for the whole product, so the map shows the country that the answer means (docs/decisions/0005).
// The format of borders.bin stands in src/triovision/countries/borders.py.
//
// Source: M. Visvalingam, J. D. Whyatt, "Line generalisation by repeated elimination of points", The Cartographic
// Journal 30 (1993), pages 46 to 51, for the thinning.

import { readFileSync } from "node:fs";
import { thinArc } from "./thin.mjs";

const SEA = 0;

// Grid units of borders.bin per unit of ours: 0.0009 by 0.0004 degrees, 100 by 47 metres.
const COARSEN = 4;

// A point whose triangle is smaller than this, in square kilometres, is left out.
const LEAST_TRIANGLE_KM2 = 18;

// Islands smaller than this are left out, but never the last ground of a country.
const LEAST_ISLAND_KM2 = 12;

const KM_PER_DEGREE = 111.2;

/** The arcs of borders.bin: points in its grid, and the indexes of the grounds on both sides. */
export function readBorders(path) {
  const content = readFileSync(path);
  const end = content.indexOf(10);
  const header = JSON.parse(content.toString("utf8", 0, end));
  const body = content.subarray(end + 1);
  let offset = 0;
  const take = (count, bytes, read) => {
    const start = offset;
    offset += count * bytes;
    return (index) => body[read](start + index * bytes);
  };
  const start = take(header.arcs * 2, 4, "readInt32LE");
  const edges = take(header.arcs, 4, "readInt32LE");
  const wide = take(header.wide, 4, "readInt32LE");
  const side = take(header.arcs * 2, 1, "readUInt8");
  const step = take(header.arcs, 1, "readUInt8");
  const narrow = take(header.edges * 2, 1, "readInt8");
  let nextNarrow = 0;
  let nextWide = 0;
  const delta = () => {
    const value = narrow(nextNarrow++);
    return value === -128 ? wide(nextWide++) : value;
  };
  const arcs = [];
  for (let arc = 0; arc < header.arcs; arc++) {
    let [x, y] = [start(2 * arc), start(2 * arc + 1)];
    const points = [[x, y]];
    for (let edge = 0; edge < edges(arc); edge++) {
      x += delta() * step(arc);
      y += delta() * step(arc);
      points.push([x, y]);
    }
    arcs.push({ points, sides: [side(2 * arc), side(2 * arc + 1)] });
  }
  return { header, arcs };
}

/** Countries as rings of arcs, from arcs that know their two sides. */
export function makeWorld({ header, arcs }, centres) {
  const [stepX, stepY] = header.step_degrees;
  const [west, south] = header.origin_degrees;
  const turn = Math.round(360 / stepX);
  const toKm = ([x, y]) => {
    const latitude = south + y * stepY;
    return [x * stepX * KM_PER_DEGREE * Math.cos((latitude * Math.PI) / 180), y * stepY * KM_PER_DEGREE];
  };
  const thinned = arcs
    .map((arc) => ({ ...arc, points: coarsen(thinArc(arc.points, toKm, LEAST_TRIANGLE_KM2)) }))
    .filter((arc) => arc.points.length > 1);
  const kept = dropIslands(thinned, header.grounds, (points) => areaKm2(points, toKm));
  const geometries = header.grounds
    .map((code, ground) => ({ code, ground }))
    .filter(({ ground }) => ground !== SEA)
    .map(({ code, ground }) => makeGeometry(code, ground, kept, turn, centres))
    .filter(Boolean);
  return {
    type: "Topology",
    transform: { scale: [stepX * COARSEN, stepY * COARSEN], translate: [west, south] },
    objects: { countries: { type: "GeometryCollection", geometries } },
    arcs: kept.map(({ points }) => encode(points)),
  };

  function coarsen(points) {
    const rounded = points.map(([x, y]) => [Math.round(x / COARSEN) * COARSEN, Math.round(y / COARSEN) * COARSEN]);
    return rounded.filter((point, i) => i === 0 || point[0] !== rounded[i - 1][0] || point[1] !== rounded[i - 1][1]);
  }
}

function encode(points) {
  let [lastX, lastY] = [0, 0];
  return points.map(([x, y]) => {
    const [gridX, gridY] = [x / COARSEN, y / COARSEN];
    const delta = [gridX - lastX, gridY - lastY];
    [lastX, lastY] = [gridX, gridY];
    return delta;
  });
}

const isClosed = (points) => {
  const last = points[points.length - 1];
  return points[0][0] === last[0] && points[0][1] === last[1];
};

function areaKm2(points, toKm) {
  const flat = points.map(toKm);
  let twice = 0;
  for (let i = 1; i < flat.length; i++) twice += flat[i - 1][0] * flat[i][1] - flat[i][0] * flat[i - 1][1];
  return Math.abs(twice) / 2;
}

/** Without the smallest islands; a country keeps its largest even so. */
function dropIslands(arcs, grounds, area) {
  const largest = new Map();
  const sized = arcs.map((arc) => {
    const island = arc.sides.includes(SEA) && isClosed(arc.points);
    const size = island ? area(arc.points) : Infinity;
    for (const ground of arc.sides) largest.set(ground, Math.max(size, largest.get(ground) ?? 0));
    return { arc, size };
  });
  return sized
    .filter(({ arc, size }) => size >= LEAST_ISLAND_KM2 || arc.sides.some((g) => g !== SEA && largest.get(g) === size))
    .filter(({ arc }) => arc.points.length > (isClosed(arc.points) ? 3 : 1))
    .map(({ arc }) => arc);
}

/** One country: its rings, put together from arcs, each hole in the ring around it. */
function makeGeometry(code, ground, arcs, turn, centres) {
  const rings = joinRings(arcs, ground, turn);
  if (rings.length === 0) return null;
  const outer = rings.filter((ring) => !ring.inside);
  const polygons = outer.map((ring) => [ring.arcs]);
  for (const hole of rings.filter((ring) => ring.inside)) polygons[outer.indexOf(hole.inside)].push(hole.arcs);
  const centre = centres[code];
  const properties = centre ? { code, latitude: centre[0], longitude: centre[1] } : { code };
  return { type: "MultiPolygon", id: code || undefined, properties, arcs: polygons };
}

function joinRings(arcs, ground, turn) {
  const unused = new Map();
  arcs.forEach((arc, index) => {
    if (arc.sides.includes(ground)) unused.set(index, arc);
  });
  const keyOf = ([x, y]) => `${((x % turn) + turn) % turn},${y}`;
  const ends = new Map();
  const remember = (key, index) => ends.set(key, [...(ends.get(key) ?? []), index]);
  for (const [index, { points }] of unused) {
    remember(keyOf(points[0]), index);
    remember(keyOf(points[points.length - 1]), index);
  }
  const rings = [];
  for (const [first, arc] of unused) {
    unused.delete(first);
    const ring = { arcs: [first], points: [...arc.points] };
    const start = keyOf(arc.points[0]);
    let at = keyOf(arc.points[arc.points.length - 1]);
    while (at !== start) {
      const next = ends.get(at).find((index) => unused.has(index));
      if (next === undefined) break; // Antarctica's coast goes round the pole and ends a turn away from its start
      const { points } = unused.get(next);
      unused.delete(next);
      const forward = keyOf(points[0]) === at;
      const way = forward ? points : [...points].reverse();
      ring.arcs.push(forward ? next : ~next);
      ring.points.push(...way.slice(1));
      at = keyOf(way[way.length - 1]);
    }
    rings.push(ring);
  }
  for (const ring of rings) ring.inside = innermostAround(ring, rings);
  return rings;
}

/** The ring that this one is a hole of: an odd number of rings lie around a hole. */
function innermostAround(ring, rings) {
  const around = rings.filter((other) => other !== ring && contains(other.points, ring.points));
  if (around.length % 2 === 0) return null;
  return around.reduce((best, other) => (contains(best.points, other.points) ? other : best));
}

function contains(outer, inner) {
  const [x, y] = inner.find((point) => !outer.some((other) => other[0] === point[0] && other[1] === point[1])) ?? [NaN];
  let odd = false;
  for (let i = 1; i < outer.length; i++) {
    const [[x1, y1], [x2, y2]] = [outer[i - 1], outer[i]];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) odd = !odd;
  }
  return odd;
}
