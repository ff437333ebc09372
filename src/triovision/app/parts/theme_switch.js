// Light, dark, or as the system: told to Streamlit through its host messages, remembered by the browser.
const STORED = "triovision-appearance";

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem(STORED) ?? "system";
    } catch {
      return "system";
    }
  };
  const effective = (choice) => (choice === "system" ? (system.matches ? "dark" : "light") : choice);

  // The message is heard only where the page's address is known; elsewhere the page is as the system is.
  document.documentElement.lang = data.language;
  if (!data.origins.includes(window.location.origin)) {
    document.documentElement.style.colorScheme = effective("system");
    return;
  }
  // One page, one theme, whatever the elements on it: kept on the document.
  const apply = (choice) => {
    const theme = effective(choice);
    // Streamlit hangs its popovers beside the page, which would follow the system and not the choice.
    document.documentElement.style.colorScheme = theme;
    if (document.documentElement.dataset.tvTheme !== theme) {
      document.documentElement.dataset.tvTheme = theme;
      const message = { stCommVersion: 1, type: "SET_CUSTOM_THEME_CONFIG", themeName: "", themeInfo: data.themes[theme] };
      window.postMessage(message, window.location.origin);
    }
    if (data.shown !== theme) setStateValue("theme", theme);
    parentElement.querySelectorAll("button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.focus === choice));
    });
  };

  const choose = (choice) => {
    try {
      localStorage.setItem(STORED, choice);
    } catch {
      // A browser that stores nothing forgets the choice, no more.
    }
    apply(choice);
  };

  const make = () => [
    build(
      "div",
      { role: "group", "aria-label": data.label, class: "group" },
      ...data.options.map((option) =>
        build(
          "button",
          { type: "button", "data-focus": option.value, "aria-label": option.label, title: option.label, on: { click: () => choose(option.value) } },
          sign(option.value),
        ),
      ),
    ),
  ];
  document.documentElement.dataset.tvTheme ??= data.shown;
  rebuild(parentElement, data, make);
  apply(stored());
  const follow = () => apply(stored());
  system.addEventListener("change", follow);
  return () => system.removeEventListener("change", follow);
}

function sign(choice) {
  const outlines = {
    system: "M4 5h16v11H4ZM9 20h6M12 16v4",
    light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
    dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  };
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", outlines[choice]);
  svg.appendChild(path);
  return svg;
}
