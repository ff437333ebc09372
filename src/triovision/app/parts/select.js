// A choice from a list: the browser's own, which every phone, keyboard and screen reader knows.
export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const make = () => {
    const options = data.options.map(([value, label]) => build("option", { value, selected: value === data.value }, label));
    const choose = (event) => setStateValue("value", event.target.value);
    return [
      build("label", { for: "choice" }, data.label),
      build("div", { class: "frame" }, build("select", { id: "choice", "data-focus": "choice", on: { change: choose } }, ...options)),
    ];
  };
  rebuild(parentElement, data, make);
}
