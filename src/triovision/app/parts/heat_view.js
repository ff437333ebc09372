// Heat maps over the photo: the slider fades between the photo and the photo under its map.
export default function (component) {
  const { data, parentElement } = component;
  const make = (root) => {
    const layers = [];
    const figures = data.maps.map((map) => {
      const layer = build("img", { class: "layer", src: map.image, alt: map.alt });
      layers.push(layer);
      return build(
        "figure",
        {},
        build("figcaption", {}, map.caption),
        build("div", { class: "stack" }, build("img", { src: data.photo, alt: "" }), layer),
        build(
          "div",
          { class: "legend" },
          build("span", {}, map.left),
          build("img", { class: "scale", src: data.scale, alt: "" }),
          build("span", {}, map.right),
        ),
      );
    });
    const show = (value) => layers.forEach((layer) => (layer.style.opacity = value / 100));
    const start = root.tvOpacity ?? 70;
    show(start);
    const slider = build("input", {
      type: "range", min: "0", max: "100", step: "5", value: start, id: "opacity", "data-focus": "opacity",
      on: {
        input: (event) => {
          root.tvOpacity = Number(event.target.value);
          show(root.tvOpacity);
        },
      },
    });
    const control = build("div", { class: "control" }, build("label", { for: "opacity" }, data.label), slider);
    return [control, build("div", { class: "maps" }, ...figures)];
  };
  rebuild(parentElement, data, make);
}
