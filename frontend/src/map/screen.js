// Full screen, where the browser can; otherwise the map fills the window.

export class FullScreen {
  constructor(element, onChange) {
    this.element = element;
    this.on = false;
    this.onChange = onChange;
    this.changed = () => this.set(this.current() === element);
    this.escaped = (event) => {
      if (event.key === "Escape" && element.classList.contains("window-filling")) this.set(false);
    };
    document.addEventListener("fullscreenchange", this.changed);
    document.addEventListener("keydown", this.escaped);
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

  remove() {
    document.removeEventListener("fullscreenchange", this.changed);
    document.removeEventListener("keydown", this.escaped);
  }
}
