// Full screen, where the browser can; otherwise the map fills the window.

export class FullScreen {
  constructor(element, onChange) {
    this.element = element;
    this.on = false;
    this.onChange = onChange;
    this.changed = () => this.set(this.current() === element);
    this.pressed = (event) => {
      if (!element.classList.contains("window-filling")) return;
      if (event.key === "Escape") this.set(false);
      if (event.key === "Tab") this.keepInside(event);
    };
    document.addEventListener("fullscreenchange", this.changed);
    document.addEventListener("keydown", this.pressed);
  }

  /** Seen from its own tree: outside a shadow root only the root's host is known. */
  current() {
    return this.element.getRootNode().fullscreenElement ?? null;
  }

  async toggle() {
    if (this.current()) return document.exitFullscreen();
    if (this.on) return this.set(false);
    try {
      await this.element.requestFullscreen();
    } catch {
      this.element.classList.add("window-filling"); // phones without the interface, pages that forbid it
      this.set(true);
    }
  }

  set(on) {
    this.on = on;
    if (!on) this.element.classList.remove("window-filling");
    this.onChange();
  }

  /** Behind a map that fills the window lies the page: the keyboard goes round on the map. */
  keepInside(event) {
    const stops = [...this.element.querySelectorAll("button, input, a[href], [tabindex='0']")].filter(
      (stop) => !stop.disabled && stop.checkVisibility({ visibilityProperty: true }),
    );
    const focused = this.element.getRootNode().activeElement;
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (focused !== from && this.element.contains(focused)) return;
    event.preventDefault();
    to?.focus();
  }

  remove() {
    document.removeEventListener("fullscreenchange", this.changed);
    document.removeEventListener("keydown", this.pressed);
  }
}
