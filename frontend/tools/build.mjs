// Builds everything the browser needs into one folder: `node tools/build.mjs OUTPUT`.
//
//   components/  map, lottie (one module each), the map's worker and its countries; named by their content
//   fonts/       Poppins, the weights the page uses
//   flags/       one SVG per country
//   licences.txt the licences of all of it

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { optimize } from "svgo";
import { makeWorld, readBorders } from "./world.mjs";

const HERE = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = join(HERE, "node_modules");
const COUNTRIES = resolve(HERE, "..", "src", "triovision", "countries");

const FONT_SUBSETS = ["latin", "latin-ext"];
const FONT_WEIGHTS = [400, 500, 600, 700];

const SHARED_OPTIONS = {
  bundle: true,
  format: "esm",
  minify: true,
  target: ["chrome111", "firefox115", "safari16.4"],
  legalComments: "none", // licences.txt has them all
  loader: { ".css": "text" },
  logLevel: "warning",
  write: false,
};

async function main(output) {
  const table = JSON.parse(readFileSync(join(COUNTRIES, "countries.json"), "utf8")).countries;
  const components = join(output, "components");
  for (const folder of ["components", "fonts", "flags"]) {
    rmSync(join(output, folder), { recursive: true, force: true });
    mkdirSync(join(output, folder), { recursive: true });
  }
  const world = writeHashed(components, "world", "json", worldText(table));
  const worker = writeHashed(components, "worker", "js", await bundle("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"));
  const define = { WORLD_FILE: JSON.stringify(world), WORKER_FILE: JSON.stringify(worker) };
  writeHashed(components, "map", "js", await bundle("src/map/index.js", define));
  writeHashed(components, "lottie", "js", await bundle("src/lottie/index.js"));
  writeFonts(join(output, "fonts"));
  writeFlags(join(output, "flags"), Object.keys(table));
  writeFileSync(join(output, "licences.txt"), licencesText());
}

async function bundle(entry, define = {}) {
  const result = await build({ ...SHARED_OPTIONS, absWorkingDir: HERE, entryPoints: [entry], define });
  return result.outputFiles[0].contents;
}

/** The file is named by what it holds, so a browser that has it need not ask for it again, nor ever keeps an old one. */
function writeHashed(folder, name, extension, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const file = `${name}-${hash}.${extension}`;
  writeFileSync(join(folder, file), content);
  return file;
}

function worldText(table) {
  const centres = Object.fromEntries(Object.entries(table).map(([code, row]) => [code, [row[2], row[3]]]));
  return JSON.stringify(makeWorld(readBorders(join(COUNTRIES, "borders.bin")), centres));
}

function writeFonts(folder) {
  for (const subset of FONT_SUBSETS) {
    for (const weight of FONT_WEIGHTS) {
      const source = join(MODULES, "@fontsource", "poppins", "files", `poppins-${subset}-${weight}-normal.woff2`);
      copyFileSync(source, join(folder, `poppins-${subset}-${weight}.woff2`));
    }
  }
}

function writeFlags(folder, codes) {
  const source = join(MODULES, "flag-icons", "flags", "4x3");
  for (const code of codes.map((each) => each.toLowerCase())) {
    const { data } = optimize(readFileSync(join(source, `${code}.svg`), "utf8"), { multipass: true });
    writeFileSync(join(folder, `${code}.svg`), data);
  }
}

/** The licence of every package that is not only a tool of this build. */
function licencesText() {
  const { packages } = JSON.parse(readFileSync(join(HERE, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path && !dev)
    .map(([path, { version, license }]) => `${path.split("node_modules/").pop()} ${version} (${license})\n\n${licenceOf(path)}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(path) {
  const folder = join(HERE, path);
  const own = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  // The few packages that forget to ship their licence: its text is kept here.
  const file = own ? join(folder, own) : join(HERE, "licences", `${basename(path)}.txt`);
  return readFileSync(file, "utf8").trim();
}

await main(resolve(process.argv[2] ?? join(HERE, "..", "src", "triovision", "app", "static")));
