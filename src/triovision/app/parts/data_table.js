// A table that sorts by any column, by mouse and keyboard.
export default function (component) {
  const { data, parentElement } = component;
  const order = { column: data.sorted ?? 0, descending: data.descending ?? false };

  const compare = (first, second) => {
    const [a, b] = [first[order.column].value, second[order.column].value];
    if (a === null) return 1;
    if (b === null) return -1;
    const sign = order.descending ? -1 : 1;
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b, data.language));
  };

  const cell = (entry, column, index) =>
    build(
      index === data.head ? "th" : "td",
      { class: column.numeric ? "numeric" : "", scope: index === data.head ? "row" : null },
      entry.flag ? build("img", { class: "flag", src: entry.flag, alt: "" }) : null,
      entry.share !== undefined
        ? build("span", { class: "bar", "aria-hidden": "true" }, build("span", { style: { width: `${100 * entry.share}%` } }))
        : null,
      build("span", {}, entry.text),
    );

  const make = (root) => {
    const body = build("tbody");
    const heads = data.columns.map((column, index) => {
      const sort = () => {
        order.descending = order.column === index ? !order.descending : Boolean(column.numeric && index > 0);
        order.column = index;
        fill();
      };
      const button = build("button", { type: "button", "data-focus": `head-${index}`, on: { click: sort } }, column.label);
      return build("th", { scope: "col", class: column.numeric ? "numeric" : "" }, button);
    });
    const fill = () => {
      heads.forEach((head, index) => {
        const direction = order.descending ? "descending" : "ascending";
        head.setAttribute("aria-sort", index === order.column ? direction : "none");
      });
      const rows = [...data.rows].sort(compare);
      body.replaceChildren(
        ...rows.map((row) => build("tr", {}, ...row.map((entry, index) => cell(entry, data.columns[index], index)))),
      );
    };
    fill();
    const table = build(
      "table",
      {},
      build("caption", {}, data.caption),
      build("thead", {}, build("tr", {}, ...heads)),
      body,
    );
    return [build("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": data.caption }, table)];
  };
  rebuild(parentElement, data, make);
}
