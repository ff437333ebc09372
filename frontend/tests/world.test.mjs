// The countries that the map draws, made from the borders that the product answers by.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { areaKm2 } from "../src/map/geodesy.js";
import { readWorld, unwrap } from "../src/map/world.js";
import { makeWorld, readBorders } from "../tools/world.mjs";

const COUNTRIES = new URL("../../src/triovision/countries/", import.meta.url);
const table = JSON.parse(readFileSync(new URL("countries.json", COUNTRIES), "utf8")).countries;
const centres = Object.fromEntries(Object.entries(table).map(([code, row]) => [code, [row[2], row[3]]]));
const topology = makeWorld(readBorders(new URL("borders.bin", COUNTRIES)), centres);
const world = readWorld(topology);
const shapes = new Map(world.countries.features.map(({ id, geometry }) => [id, geometry.coordinates]));

function holds(code, longitude, latitude) {
  return shapes.get(code).some((polygon) => {
    const odd = (ring) =>
      ring.slice(1).filter(([x2, y2], i) => {
        const [x1, y1] = ring[i];
        return y1 > latitude !== y2 > latitude && longitude < x1 + ((latitude - y1) / (y2 - y1)) * (x2 - x1);
      }).length % 2;
    return [0, 360, -360].some((turn) => polygon.filter((ring) => odd(ring.map(([x, y]) => [x + turn, y]))).length % 2);
  });
}

const areaOf = (code) =>
  shapes.get(code).reduce((sum, [outer, ...holes]) => sum + areaKm2(outer) - holes.reduce((all, hole) => all + areaKm2(hole), 0), 0);

test("every country of the table is on the map", () => {
  assert.deepEqual(Object.keys(table).filter((code) => !shapes.has(code)), []);
});

// Source: UN Demographic Yearbook, table 3, surface areas, which count lakes as our borders do.
for (const [code, km2] of [["FR", 551500], ["NO", 323772], ["RU", 17098246], ["BR", 8510346], ["ZA", 1221037], ["LS", 30355], ["IT", 302073]]) {
  test(`${code} has its size though its borders are thinned`, () => {
    assert.ok(Math.abs(areaOf(code) / km2 - 1) < 0.03, `${Math.round(areaOf(code))} km²`);
  });
}

test("places lie in the countries that decision 0005 says", () => {
  assert.ok(holds("FR", 2.35, 48.86));
  assert.ok(holds("NO", 10.75, 59.91));
  assert.ok(holds("GF", -53, 4) && !holds("FR", -53, 4));
  assert.ok(holds("UA", 34.1, 45.3) && !holds("RU", 34.1, 45.3));
  assert.ok(holds("EH", -13, 25) && !holds("MA", -13, 25));
  assert.ok(holds("RU", -175, 66)); // Chukotka, beyond the antimeridian
  assert.ok(holds("AQ", 0, -84));
  assert.ok(!holds("ZA", 28.2, -29.5)); // Lesotho is a hole
});

test("no line runs around the world", () => {
  const widest = (lines) => Math.max(...lines.flatMap((line) => line.slice(1).map(([x], i) => Math.abs(x - line[i][0]))));
  assert.ok(widest(world.borders.geometry.coordinates) < 30);
  for (const [code, polygons] of shapes) if (code !== "AQ") assert.ok(widest(polygons.flat()) < 30, code);
  assert.deepEqual(unwrap([[179, 0], [-179, 0], [-178, 0]]), [[179, 0], [181, 0], [182, 0]]);
});

test("a region's outline is that of its countries as one", () => {
  const length = (outline) => outline.geometry.coordinates.reduce((sum, line) => sum + line.length, 0);
  const [alone, together] = [["BE", "NL", "LU"].map((code) => length(world.outline([code]))), length(world.outline(["BE", "NL", "LU"]))];
  assert.ok(together < alone.reduce((sum, one) => sum + one, 0));
  assert.equal(length(world.outline([])), 0);
});

test("the file stays small", () => {
  assert.ok(JSON.stringify(topology).length < 1_000_000);
});
