// What stands on the map: the predicted country's pulse, the alternatives, the photo's own position.

import { Marker } from "maplibre-gl";
import { groupNear } from "./cluster.js";
import { make } from "./elements.js";
import { percent } from "./probability.js";

const TOGETHER_PX = 56;

/** Markers of one answer; they group themselves anew whenever the map has moved. */
export class Markers {
  constructor(map, world, onSelect) {
    this.map = map;
    this.world = world;
    this.onSelect = onSelect;
    this.fixed = [];
    this.grouped = [];
    this.answer = null;
    this.regroup = () => this.placeAlternatives();
    map.on("moveend", this.regroup);
    map.on("projectiontransition", this.regroup);
  }

  show(answer, texts) {
    this.answer = answer;
    this.texts = texts;
    this.fixed.forEach((marker) => marker.remove());
    this.fixed = [this.makePulse(), this.makePosition()].filter(Boolean);
    this.placeAlternatives();
  }

  makePulse() {
    const { predicted, language, probabilities, names } = this.answer;
    const centre = predicted && this.world.centres.get(predicted);
    if (!centre) return null;
    const share = percent(probabilities[predicted] ?? 0, language);
    const label = `${names[predicted]}, ${share}. ${this.texts.centre_note}`;
    const button = make(
      "button",
      { type: "button", class: "pulse", "data-code": predicted, "aria-label": label, title: label },
      make("span", { class: "ring" }),
      make("span", { class: "ring late" }),
      make("span", { class: "dot" }),
    );
    return this.place(button, centre, () => this.onSelect(predicted));
  }

  makePosition() {
    const { gps } = this.answer;
    if (!gps) return null;
    const label = this.texts.gps_marker;
    const element = make("div", { class: "gps", role: "img", "aria-label": label, title: label });
    return this.place(element, [gps[1], gps[0]]);
  }

  placeAlternatives() {
    this.grouped.forEach((marker) => marker.remove());
    if (!this.answer) return;
    const { candidates, predicted } = this.answer;
    const shown = candidates
      .map((code, i) => ({ code, rank: i + 1, centre: this.world.centres.get(code) }))
      .filter(({ code, centre }) => centre && code !== predicted && this.isOnThisSide(centre));
    const points = shown.map(({ centre }) => this.map.project(centre));
    this.grouped = groupNear(points, TOGETHER_PX).map((group) => this.makeGroup(group.map((index) => shown[index])));
  }

  makeGroup(members) {
    const { language, probabilities, names } = this.answer;
    const sum = members.reduce((total, { code }) => total + (probabilities[code] ?? 0), 0);
    const share = percent(sum, language);
    const [leader] = members;
    if (members.length === 1) {
      const label = `${leader.rank}. ${names[leader.code]}, ${share}`;
      const attributes = { type: "button", class: "alternative", "data-code": leader.code, "aria-label": label, title: label };
      return this.place(make("button", attributes, share), leader.centre, () => this.onSelect(leader.code));
    }
    const list = members.map(({ code, rank }) => `${rank}. ${names[code]}, ${percent(probabilities[code] ?? 0, language)}`);
    const label = `${this.texts.cluster.replace("{count}", members.length)}: ${list.join("; ")}`;
    const attributes = { type: "button", class: "cluster", "data-count": members.length, "aria-label": label, title: list.join("\n") };
    const button = make("button", attributes, make("b", {}, String(members.length)), make("span", {}, share));
    return this.place(button, leader.centre, () => this.spread(members));
  }

  /** Zoom in until the members of a group part. */
  spread(members) {
    const box = members.reduce(
      ([west, south, east, north], { centre: [x, y] }) => [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)],
      [180, 90, -180, -90],
    );
    this.map.fitBounds(box, { padding: 90, maxZoom: Math.max(this.map.getZoom() + 2, 5) });
  }

  /** Whether a place is on the side of the globe that one sees; on the flat map all are. */
  isOnThisSide([longitude, latitude]) {
    if (this.map.getProjection()?.type !== "globe" || this.map.getZoom() > 6) return true;
    const centre = this.map.getCenter();
    const [phi1, phi2] = [latitude, centre.lat].map((degrees) => (degrees * Math.PI) / 180);
    const turn = ((longitude - centre.lng) * Math.PI) / 180;
    return Math.sin(phi1) * Math.sin(phi2) + Math.cos(phi1) * Math.cos(phi2) * Math.cos(turn) > 0.15;
  }

  place(element, position, onSelect) {
    if (onSelect) {
      element.addEventListener("click", (event) => {
        event.stopPropagation(); // or the map would take it for a click on the ground
        onSelect();
      });
    }
    return new Marker({ element, opacityWhenCovered: "0" }).setLngLat(position).addTo(this.map);
  }

  remove() {
    this.map.off("moveend", this.regroup);
    this.map.off("projectiontransition", this.regroup);
    [...this.fixed, ...this.grouped].forEach((marker) => marker.remove());
  }
}
