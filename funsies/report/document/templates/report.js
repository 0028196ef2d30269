"use strict";
// Tables that sort by a click or a key on a heading; and one of them filters, page by page. The
// rows are in the page: without this script they are all shown, in the order of the run.

const key = (cell) => {
  const value = cell.dataset.v;
  if (value === undefined) return cell.textContent;
  return value === "" ? null : Number(value);
};

const compare = (one, other) => {
  if (one === null || other === null) return (one === null) - (other === null);
  return typeof one === "number" ? one - other : one.localeCompare(other, undefined, { numeric: true });
};

// What is not known stays last, whichever way the rest is sorted.
const sorted = (rows, column, direction) =>
  rows
    .map((row) => [key(row.cells[column]), row])
    .sort(([one], [other]) =>
      one === null || other === null ? compare(one, other) : direction * compare(one, other))
    .map(([, row]) => row);

const makeSortable = (table, rows, show) => {
  const headings = [...[...table.tHead.rows].at(-1).cells];
  headings.forEach((heading, column) => {
    if (heading.tagName !== "TH") return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const isUp = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", isUp ? "descending" : "ascending");
      rows.splice(0, rows.length, ...sorted(rows, column, isUp ? -1 : 1));
      show();
    });
  });
};

const makePaged = (table, form) => {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = new Map(
    rows.map((row) => [row, [0, 1, 2].map((each) => row.cells[each].textContent).join("\n").toLowerCase()]));
  const { text, outcome, size, before, after } = form.elements;
  const told = form.querySelector("output");
  let page = 0;

  const show = () => {
    const wanted = text.value.trim().toLowerCase();
    const found = rows.filter((row) =>
      texts.get(row).includes(wanted) && (!outcome.value || row.cells[3].textContent === outcome.value));
    const length = Number(size.value) || Math.max(found.length, 1);
    page = Math.max(0, Math.min(page, Math.ceil(found.length / length) - 1));
    const first = page * length;
    const shown = found.slice(first, first + length);
    body.replaceChildren(...shown);
    before.disabled = page === 0;
    after.disabled = first + shown.length >= found.length;
    const range = shown.length ? `${first + 1} to ${first + shown.length} of ${found.length}` : "none";
    told.textContent = `${range}${found.length < rows.length ? ` (of ${rows.length} in all)` : ""}`;
  };

  const turn = (to) => { page = to; show(); };
  text.addEventListener("input", () => turn(0));
  for (const each of [outcome, size]) each.addEventListener("change", () => turn(0));
  before.addEventListener("click", () => turn(page - 1));
  after.addEventListener("click", () => turn(page + 1));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  makeSortable(table, rows, () => turn(0));
  show();
};

for (const table of document.querySelectorAll("table.sortable")) {
  if (table.classList.contains("paged")) {
    makePaged(table, document.querySelector("form.filter"));
  } else {
    const rows = [...table.tBodies[0].rows];
    makeSortable(table, rows, () => table.tBodies[0].replaceChildren(...rows));
  }
}
