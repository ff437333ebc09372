// The map's arithmetic, without a browser: `npm test`, or by way of tests/integration/test_frontend.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cameraFor, fitWorld, middleOf } from "../src/map/camera.js";
import { groupNear } from "../src/map/cluster.js";
import { areaKm2, lengthKm, measure, measureText } from "../src/map/geodesy.js";
import { isDark } from "../src/map/palette.js";
import { classOf, classTexts, percent, rankOf } from "../src/map/probability.js";
import { paintOf } from "../src/map/style.js";
import { stillFrame } from "../src/lottie/still.js";
import { thinArc } from "../tools/thin.mjs";

const near = (value, expected, share) => assert.ok(Math.abs(value / expected - 1) < share, `${value}, not ${expected}`);

test("a quarter of the equator is a quarter of the sphere's girth", () => {
  near(lengthKm([[0, 0], [45, 0], [90, 0]]), 10007.56, 1e-5);
});

test("the shorter way over the antimeridian", () => {
  near(lengthKm([[179, 0], [-179, 0]]), 222.39, 1e-4);
  near(areaKm2([[179, -1], [-179, -1], [-179, 1], [179, 1], [179, -1]]), 49454, 1e-3);
});

test("an octant is an eighth of the sphere, whichever way round", () => {
  const ring = [[0, 0], [90, 0], [90, 90], [0, 90], [0, 0]];
  near(areaKm2(ring), 63758202, 1e-5);
  near(areaKm2([...ring].reverse()), 63758202, 1e-5);
});

test("what is measured depends on the shape, and is written in the reader's language", () => {
  assert.equal(measureText(measure({ type: "LineString", coordinates: [[0, 0], [12, 0]] }), "fr"), "1\u202f334 km");
  assert.equal(measureText({ area_km2: 12.345 }, "en"), "12.3 km²");
  assert.equal(measureText(measure({ type: "Point", coordinates: [0, 0] }), "en"), "");
});

test("markers nearer than the distance are gathered around the more important", () => {
  const points = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 30, y: 0 }, { x: 60, y: 0 }];
  assert.deepEqual(groupNear(points, 46), [[0, 2], [1, 3]]);
  assert.deepEqual(groupNear([], 46), []);
});

test("a share that is not nothing is never written as nothing", () => {
  assert.equal(percent(0.41, "en"), "41\u00a0%");
  assert.equal(percent(0.0321, "fr"), "3,2\u00a0%");
  assert.equal(percent(0.0004, "en"), "< 0.1\u00a0%");
  assert.equal(percent(0, "en"), "0\u00a0%");
});

test("the legend's classes and the fill's steps are the same", () => {
  assert.deepEqual([0, 0.01, 0.049, 0.05, 0.15, 0.4, 1].map(classOf), [0, 1, 1, 2, 3, 4, 4]);
  assert.equal(classTexts().length, 5);
  const ramp = ["a", "b", "c", "d", "e"];
  assert.deepEqual(paintOf({ ramp }, false).countries["fill-color"].slice(2), ["a", 0.01, "b", 0.05, "c", 0.15, "d", 0.4, "e"]);
});

test("equal probabilities share the better rank", () => {
  assert.deepEqual(rankOf("B", { A: 0.5, B: 0.2, C: 0.2 }), { rank: 2, count: 3 });
});

test("dark and light backgrounds, as Streamlit writes them", () => {
  assert.deepEqual(["#0F1424", " rgb(14, 17, 23)", "#000"].map(isDark), [true, true, true]);
  assert.deepEqual(["#F6F7FC", "rgb(255, 255, 255)", "#fff", ""].map(isDark), [false, false, false, false]);
});

test("the middle of Fiji and Samoa is in the Pacific", () => {
  const [longitude] = middleOf([[178, -18], [-172, -14]]);
  assert.ok(Math.abs(longitude) > 170);
});

test("the camera looks at the country, or at all that is likely", () => {
  const world = {
    centres: new Map([["FR", [2, 46]], ["JP", [138, 37]]]),
    boxes: new Map([["FR", [-5, 42, 8, 51]], ["JP", [130, 31, 145, 45]]]),
  };
  const size = { width: 800, height: 500 };
  const country = cameraFor({ predicted: "FR", candidates: ["JP"], probabilities: {} }, world, size);
  assert.deepEqual(country.center, [2, 46]);
  assert.ok(country.zoom > 3);
  const unsure = cameraFor({ predicted: null, region: null, candidates: ["JP"], probabilities: { JP: 0.2 } }, world, size);
  near(unsure.center[0], 138, 1e-9);
  assert.equal(unsure.zoom, fitWorld(size));
  const region = cameraFor({ predicted: null, region: { codes: ["FR", "JP"] }, candidates: [], probabilities: {} }, world, size);
  assert.ok(region.zoom < country.zoom);
  assert.ok(cameraFor({ predicted: "XX", region: null, candidates: [], probabilities: {} }, world, size).center);
});

test("a line keeps its ends and its sharp corners", () => {
  const points = [[0, 0], [1, 0.01], [2, 0], [3, 5], [4, 0], [5, 0.02], [6, 0]];
  const kept = thinArc(points, (point) => point, 1);
  assert.deepEqual([kept[0], kept[kept.length - 1]], [[0, 0], [6, 0]]);
  assert.ok(kept.some(([x]) => x === 3));
  assert.ok(!kept.some(([x]) => x === 1));
});

test("an island stays one however small", () => {
  const round = Array.from({ length: 41 }, (_, i) => [Math.cos((i * Math.PI) / 20), Math.sin((i * Math.PI) / 20)]);
  round[40] = round[0];
  assert.equal(thinArc(round, (point) => point, 1e9).length, 9);
});

test("a Lottie animation stands still on its marker, or on its last frame", () => {
  assert.equal(stillFrame({ ip: 0, op: 60 }), 59);
  assert.equal(stillFrame({ ip: 10, op: 60, markers: [{ cm: "still", tm: 30 }] }), 20);
});
