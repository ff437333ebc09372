// The Streamlit component: one map per place in the page; it lives through reruns and takes up new answers.

import { MapView } from "./view.js";

const views = new WeakMap();

export default function mount({ parentElement, data, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new MapView(parentElement);
    views.set(parentElement, view);
  }
  view.update(data, (country) => setStateValue("selection", { photo: data.photo, country }));
  return () => {
    views.delete(parentElement);
    view.remove();
  };
}
