// Thumbnails of the session's photos, each with its answer; one is shown.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const make = () => [
    build(
      "ul",
      { class: "strip", "aria-label": data.label },
      ...data.photos.map((photo) =>
        build(
          "li",
          { class: photo.selected ? "selected" : "" },
          build(
            "button",
            {
              type: "button",
              class: "photo",
              "data-focus": photo.id,
              "aria-current": photo.selected ? "true" : null,
              title: photo.name,
              on: { click: () => setTriggerValue("select", photo.id) },
            },
            build("img", { src: photo.thumbnail, alt: "", width: "96", height: "96" }),
            build("span", { class: "name" }, photo.name),
            build(
              "span",
              { class: "answer" },
              photo.flag ? build("img", { class: "flag", src: photo.flag, alt: "" }) : null,
              build("span", {}, photo.answer),
            ),
          ),
          build(
            "button",
            {
              type: "button",
              class: "remove",
              "aria-label": photo.remove,
              title: photo.remove,
              on: { click: () => setTriggerValue("remove", photo.id) },
            },
            "×",
          ),
        ),
      ),
    ),
  ];
  const root = rebuild(parentElement, data, make);
  root.querySelector(".selected")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
