// The Streamlit component that plays a Lottie animation, and holds it still for those who asked for less motion.

import player from "lottie-web/build/player/lottie_light.js";
import { stillFrame } from "./still.js";

const shows = new WeakMap();

export default function mount({ parentElement, data }) {
  const text = JSON.stringify(data);
  const known = shows.get(parentElement);
  if (known?.text !== text) {
    known?.remove();
    shows.set(parentElement, show(parentElement, data, text));
  }
  return () => {
    shows.get(parentElement)?.remove();
    shows.delete(parentElement);
  };
}

function show(parent, { animation, label, loop, height_px: height }, text) {
  const frame = document.createElement("div");
  frame.className = "lottie";
  frame.setAttribute("role", "img");
  frame.setAttribute("aria-label", label);
  Object.assign(frame.style, { height: `${height}px`, width: "100%" });
  parent.append(frame);
  const played = player.loadAnimation({
    container: frame,
    renderer: "svg",
    loop,
    autoplay: false,
    animationData: structuredClone(animation), // the player writes into what it is given
  });
  const less = matchMedia("(prefers-reduced-motion: reduce)");
  const obey = () => {
    frame.dataset.playing = String(!less.matches);
    if (less.matches) played.goToAndStop(stillFrame(animation), true);
    else played.play();
  };
  less.addEventListener("change", obey);
  obey();
  return {
    text,
    remove() {
      less.removeEventListener("change", obey);
      played.destroy();
      frame.remove();
    },
  };
}
