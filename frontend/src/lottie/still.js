/** The frame that stands for the whole: that of the marker `still`, or else the last. */
export function stillFrame({ ip = 0, op, markers = [] }) {
  const marker = markers.find(({ cm }) => cm === "still");
  return Math.max(0, (marker ? marker.tm : op - 1) - ip);
}
