// Markers that would lie on one another become one.

/**
 * Groups of points nearer to each other than a distance.
 *
 * The most important point leads; those near it that no earlier leader has taken join it. With the few markers there
 * are, this plain way is quick, and the same points give the same groups.
 *
 * @param {{x: number, y: number}[]} points - on the screen, the most important first
 * @param {number} distance - in pixels
 * @returns {number[][]} indexes of each group's points, the leader first
 */
export function groupNear(points, distance) {
  const free = new Set(points.keys());
  const groups = [];
  for (const [index, leader] of points.entries()) {
    if (!free.delete(index)) continue;
    const near = [...free].filter((other) => Math.hypot(points[other].x - leader.x, points[other].y - leader.y) < distance);
    near.forEach((other) => free.delete(other));
    groups.push([index, ...near]);
  }
  return groups;
}
