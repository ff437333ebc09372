// What lies over the map: tools, layers, legend, the country one has chosen, messages.

import { icon, iconButton, make, relabel } from "./elements.js";
import { classTexts, percent, rankOf } from "./probability.js";

/** The column of buttons: zoom, globe or flat, reset, the photo's position, full screen, drawing. */
export function makeTools(actions) {
  const buttons = {
    zoomIn: iconButton("plus", "", actions.zoomIn, { "data-tool": "zoom-in" }),
    zoomOut: iconButton("minus", "", actions.zoomOut, { "data-tool": "zoom-out" }),
    projection: iconButton("flat", "", actions.projection, { "data-tool": "projection" }),
    reset: iconButton("reset", "", actions.reset, { "data-tool": "reset" }),
    position: iconButton("position", "", actions.position, { "data-tool": "position" }),
    fullScreen: iconButton("enlarge", "", actions.fullScreen, { "data-tool": "full-screen" }),
    draw: iconButton("pencil", "", actions.draw, { "data-tool": "draw", "aria-expanded": "false" }),
  };
  const group = (...children) => make("div", { class: "group" }, ...children);
  const element = make(
    "div",
    { class: "tools", role: "toolbar" },
    group(buttons.zoomIn, buttons.zoomOut),
    group(buttons.projection, buttons.reset, buttons.position, buttons.fullScreen),
    group(buttons.draw),
  );
  const update = (texts, { answer, globe, enlarged, drawing }) => {
    element.setAttribute("aria-label", texts.tools);
    relabel(buttons.zoomIn, texts.zoom_in);
    relabel(buttons.zoomOut, texts.zoom_out);
    relabel(buttons.projection, globe ? texts.show_flat : texts.show_globe, globe ? "flat" : "globe");
    relabel(buttons.reset, texts.reset);
    relabel(buttons.position, texts.show_position);
    buttons.position.hidden = !answer.gps;
    relabel(buttons.fullScreen, enlarged ? texts.leave_full_screen : texts.full_screen, enlarged ? "shrink" : "enlarge");
    relabel(buttons.draw, texts.draw);
    buttons.draw.setAttribute("aria-expanded", String(drawing));
  };
  return { element, update };
}

const MODES = [["polygon", "polygon"], ["linestring", "line"], ["select", "hand"]];

/** The row of drawing tools. */
export function makeDrawBar(actions) {
  const modes = MODES.map(([mode, drawing]) => [mode, iconButton(drawing, "", () => actions.mode(mode), { "data-mode": mode })]);
  const measure = iconButton("ruler", "", actions.measure, { "data-tool": "measure" });
  const remove = iconButton("trash", "", actions.remove, { "data-tool": "delete" });
  const save = iconButton("download", "", actions.save, { "data-tool": "export" });
  const hint = make("span", { class: "hint" });
  const row = make("div", { class: "group row" }, ...modes.map(([, button]) => button), measure, remove, save);
  const element = make("div", { class: "drawbar", role: "toolbar", hidden: true }, row, hint);
  const update = (texts, { drawing, mode, measuring, shapes }) => {
    element.hidden = !drawing;
    element.setAttribute("aria-label", texts.draw);
    for (const [name, button] of modes) {
      relabel(button, texts[`draw_${name}`]);
      button.setAttribute("aria-pressed", String(name === mode));
    }
    relabel(measure, texts.measure);
    measure.setAttribute("aria-pressed", String(measuring));
    relabel(remove, texts.delete_shape);
    relabel(save, texts.export_shapes);
    remove.disabled = save.disabled = shapes === 0;
    hint.textContent = texts[`hint_${mode}`] ?? "";
  };
  return { element, update };
}

/** The choice of layers; nothing is asked of the internet before one of its layers is chosen. */
export function makeLayers(onChoose) {
  const list = make("div", { class: "choices", role: "radiogroup" });
  const note = make("p", { class: "note" });
  const panel = make("div", { class: "card layer-panel", hidden: true }, list, note);
  const toggle = () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.querySelector("input:checked")?.focus();
  };
  const button = iconButton("layers", "", toggle, { "data-tool": "layers", "aria-expanded": "false" });
  const element = make("div", { class: "layers" }, make("div", { class: "group" }, button), panel);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    toggle();
    button.focus();
  });
  const update = (texts, { layer, layers }) => {
    relabel(button, texts.layers);
    list.setAttribute("aria-label", texts.layers);
    note.textContent = texts.online_note;
    const names = ["countries", ...layers.map(({ id }) => id)];
    if (list.dataset.names !== JSON.stringify([names, texts.layers])) {
      list.dataset.names = JSON.stringify([names, texts.layers]);
      list.replaceChildren(...names.map((name) => makeChoice(name, texts, onChoose)));
    }
    for (const input of list.querySelectorAll("input")) input.checked = input.value === layer;
  };
  return { element, update };
}

function makeChoice(name, texts, onChoose) {
  const input = make("input", { type: "radio", name: "layer", value: name, onchange: () => onChoose(name) });
  const where = make("small", {}, name === "countries" ? texts.offline : texts.online);
  return make("label", { class: "choice" }, input, make("span", {}, texts[`layer_${name}`]), where);
}

/** What the colours and signs mean. */
export function makeLegend() {
  const body = make("div", { class: "legend-body" });
  const toggle = () => {
    element.classList.toggle("closed");
    button.setAttribute("aria-expanded", String(!element.classList.contains("closed")));
  };
  const button = make("button", { type: "button", class: "legend-title", "aria-expanded": "true", onclick: toggle });
  const element = make("section", { class: "card legend" }, button, body);
  const update = (texts, { answer, palette }) => {
    button.textContent = texts.legend;
    element.setAttribute("aria-label", texts.legend);
    const classes = classTexts();
    const swatches = classes.map((text, i) => {
      const colour = make("i", {});
      colour.style.background = palette.ramp[i];
      return make("li", {}, colour, make("span", {}, text));
    });
    const signs = [
      answer.predicted && ["sign-pulse", texts.centre_note],
      answer.region && ["sign-region", answer.region.text],
      answer.candidates.length > (answer.predicted ? 1 : 0) && ["sign-alternative", texts.alternatives],
      answer.gps && ["sign-gps", texts.gps_marker],
    ].filter(Boolean);
    body.replaceChildren(
      make("ol", { class: "ramp" }, ...swatches),
      make("ul", { class: "signs" }, ...signs.map(([sign, text]) => make("li", {}, make("i", { class: sign }), make("span", {}, text)))),
    );
  };
  const close = () => !element.classList.contains("closed") && toggle();
  return { element, update, close };
}

/** The country one has clicked: its name, its probability, its place among all. */
export function makeChosen(onClose) {
  const name = make("b", {});
  const detail = make("span", {});
  const button = iconButton("close", "", onClose, { class: "tool bare" });
  const element = make("div", { class: "card chosen", hidden: true }, make("div", {}, name, detail), button);
  const update = (texts, { answer, selected }) => {
    element.hidden = !selected;
    relabel(button, texts.unselect);
    if (!selected) return;
    const { rank, count } = rankOf(selected, answer.probabilities);
    const known = selected in answer.probabilities;
    name.textContent = answer.names[selected] ?? selected;
    detail.textContent = known
      ? `${percent(answer.probabilities[selected], answer.language)} · ${texts.rank.replace("{rank}", rank).replace("{count}", count)}`
      : texts.unknown_country;
  };
  return { element, update };
}

/** Messages: read out by screen readers, gone after a while. */
export function makeMessages() {
  const text = make("span", {});
  const element = make("div", { class: "message", role: "status", "aria-live": "polite" }, icon("layers"), text);
  let timer = 0;
  const show = (message) => {
    clearTimeout(timer);
    text.textContent = message;
    element.classList.add("shown");
    timer = setTimeout(() => element.classList.remove("shown"), 9000);
  };
  return { element, show, remove: () => clearTimeout(timer) };
}
