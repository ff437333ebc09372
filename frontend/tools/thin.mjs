// Thinning of one line by the areas of its points' triangles (Visvalingam and Whyatt, see world.mjs).

// What a closed line keeps at least, so that an island stays an island: five points close a square.
const FEWEST_CLOSED = 9;
const FEWEST_OPEN = 3;

/** The points that matter: those whose triangles with their neighbours are no smaller than `least`. */
export function thinArc(points, toKm, least) {
  const last = points.length - 1;
  const closed = points[0][0] === points[last][0] && points[0][1] === points[last][1];
  const fewest = closed ? FEWEST_CLOSED : FEWEST_OPEN;
  if (points.length <= fewest) return points;
  const flat = points.map(toKm);
  const before = points.map((_, i) => i - 1);
  const after = points.map((_, i) => i + 1);
  const area = (i) => {
    const [a, b, c] = [flat[before[i]], flat[i], flat[after[i]]];
    return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
  };
  const heap = makeHeap();
  const current = new Float64Array(points.length).fill(Infinity);
  for (let i = 1; i < last; i++) heap.push((current[i] = area(i)), i);
  let left = points.length;
  let floor = 0; // a point counts for no less than one that went before it
  while (heap.size() > 0 && left > fewest) {
    const [size, i] = heap.pop();
    if (size !== current[i]) continue; // its triangle has changed since
    floor = Math.max(floor, size);
    if (floor >= least) break;
    current[i] = -1;
    left -= 1;
    after[before[i]] = after[i];
    before[after[i]] = before[i];
    for (const j of [before[i], after[i]]) if (j > 0 && j < last) heap.push((current[j] = Math.max(floor, area(j))), j);
  }
  return points.filter((_, i) => current[i] >= 0);
}

function makeHeap() {
  const items = [];
  const swap = (i, j) => ([items[i], items[j]] = [items[j], items[i]]);
  return {
    size: () => items.length,
    push(size, value) {
      items.push([size, value]);
      for (let i = items.length - 1; i > 0 && items[(i - 1) >> 1][0] > items[i][0]; i = (i - 1) >> 1) swap(i, (i - 1) >> 1);
    },
    pop() {
      const top = items[0];
      const end = items.pop();
      if (items.length === 0) return top;
      items[0] = end;
      for (let i = 0; ; ) {
        let child = 2 * i + 1;
        if (child + 1 < items.length && items[child + 1][0] < items[child][0]) child += 1;
        if (child >= items.length || items[child][0] >= items[i][0]) return top;
        swap(i, child);
        i = child;
      }
    },
  };
}
