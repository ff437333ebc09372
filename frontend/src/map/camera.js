// Where the map looks at first, and after "reset".

const TILE_PX = 512;
const WHOLE_WORLD = { center: [10, 25], zoom: 1.2 };
const NEAREST = 4.3;

/** Centre and zoom for an answer: its country, its region, or all that is likely. */
export function cameraFor(answer, world, size) {
  const codes = answer.predicted ? [answer.predicted] : (answer.region?.codes ?? []);
  const boxes = codes.map((code) => world.boxes.get(code)).filter(Boolean);
  if (answer.predicted && boxes.length) {
    return { center: world.centres.get(answer.predicted), zoom: zoomFor(boxes[0], size, 3.2) };
  }
  if (boxes.length) return { center: middleOf(boxes.map(middleOfBox), boxes.map(sizeOf)), zoom: zoomFor(boxAround(boxes), size, 1.7) };
  const likely = answer.candidates.map((code) => [world.centres.get(code), answer.probabilities[code] ?? 0]);
  const known = likely.filter(([centre]) => centre);
  if (known.length) {
    const center = middleOf(known.map(([centre]) => centre), known.map(([, weight]) => weight));
    return { center, zoom: fitWorld(size) };
  }
  return { ...WHOLE_WORLD, zoom: fitWorld(size) };
}

/** The zoom at which the whole globe stands in a frame. */
export const fitWorld = ({ width, height }) =>
  Math.max(0, Math.log2((Math.min(width, height) * 0.86 * Math.PI) / TILE_PX));

/** The zoom at which a box takes up one part in `room` of the frame. */
function zoomFor([west, south, east, north], { width, height }, room) {
  const middle = ((south + north) / 2) * (Math.PI / 180);
  const across = Math.max((east - west) * Math.cos(middle), 0.5);
  const up = Math.max(north - south, 0.5);
  const zoom = Math.log2(Math.min((width * 360) / (across * room), (height * 360) / (up * room)) / TILE_PX);
  return Math.min(NEAREST, Math.max(fitWorld({ width, height }), zoom));
}

const middleOfBox = ([west, south, east, north]) => [(west + east) / 2, (south + north) / 2];
const sizeOf = ([west, south, east, north]) => Math.sqrt((east - west) * (north - south));

function boxAround(boxes) {
  return [0, 1, 2, 3].map((side) => (side < 2 ? Math.min : Math.max)(...boxes.map((box) => box[side])));
}

/** The mean of places on the sphere, so that the antimeridian parts nobody. */
export function middleOf(places, weights = places.map(() => 1)) {
  const sum = [0, 0, 0];
  places.forEach(([longitude, latitude], i) => {
    const [lambda, phi] = [(longitude * Math.PI) / 180, (latitude * Math.PI) / 180];
    sum[0] += weights[i] * Math.cos(phi) * Math.cos(lambda);
    sum[1] += weights[i] * Math.cos(phi) * Math.sin(lambda);
    sum[2] += weights[i] * Math.sin(phi);
  });
  const [x, y, z] = sum;
  if (Math.hypot(x, y, z) < 1e-9) return WHOLE_WORLD.center;
  return [(Math.atan2(y, x) * 180) / Math.PI, (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI];
}
