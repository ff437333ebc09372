// Lengths and areas on the sphere, of lines and rings of [longitude, latitude].

// Source: IUGG mean radius, H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74 (2000), page 131.
export const EARTH_RADIUS_KM = 6371.0088;

const radians = (degrees) => (degrees * Math.PI) / 180;

/** Great-circle length of a line, by the haversine formula. */
export function lengthKm(line) {
  let total = 0;
  for (let i = 1; i < line.length; i++) {
    const [[lon1, lat1], [lon2, lat2]] = [line[i - 1], line[i]];
    const [phi1, phi2] = [radians(lat1), radians(lat2)];
    const h =
      Math.sin((phi2 - phi1) / 2) ** 2 + Math.cos(phi1) * Math.cos(phi2) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
    total += 2 * Math.asin(Math.min(1, Math.sqrt(h)));
  }
  return total * EARTH_RADIUS_KM;
}

/**
 * Area inside a closed ring.
 *
 * Source: R. Chamberlain, W. Duquette, "Some Algorithms for Polygons on a Sphere", JPL Publication 07-03 (2007).
 */
export function areaKm2(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [[lon1, lat1], [lon2, lat2]] = [ring[i - 1], ring[i]];
    const turn = ((lon2 - lon1 + 540) % 360) - 180;
    sum += radians(turn) * (2 + Math.sin(radians(lat1)) + Math.sin(radians(lat2)));
  }
  return (Math.abs(sum) / 2) * EARTH_RADIUS_KM ** 2;
}

/** What is measured of a drawn shape: a polygon's area, a line's length. */
export function measure(geometry) {
  if (geometry.type === "Polygon") return { area_km2: areaKm2(geometry.coordinates[0]) };
  if (geometry.type === "LineString") return { length_km: lengthKm(geometry.coordinates) };
  return {};
}

/** A measure as text with at most three digits that count, `1,240 km` or `0.35 km²`. */
export function measureText({ area_km2: area, length_km: length }, language) {
  const [value, unit] = area === undefined ? [length, "km"] : [area, "km²"];
  if (value === undefined) return "";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${unit}`;
}
