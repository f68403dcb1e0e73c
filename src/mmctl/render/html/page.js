// Views, search, filters and keys. Without this the page is one long document.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const items = all(".item");
  const noun = document.querySelector("main").dataset.noun;
  const data = JSON.parse(document.getElementById("passed-over").textContent);
  const sections = all("main > section");
  const links = all(".bar nav a");
  // Rules that did not apply are left out: every case would be found by every rule.
  const words = (item) => all("summary, .todo, .failure, .facts, .about, h3, .stage", item)
    .filter((part) => !part.closest(".others"))
    .map((part) => part.textContent).join(" ").toLowerCase();
  const texts = new Map();
  const text = (item) => texts.get(item) || texts.set(item, words(item)).get(item);
  let current = -1;

  function show(name) {
    for (const section of sections) section.hidden = section.id !== name;
    for (const link of links) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  // An address after # names a view, a case, or a line of a rule file.
  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const section = target && (sections.includes(target) ? target : target.closest("main > section"));
    show(section ? section.id : sections[0].id);
    if (!target || target === section) return;
    for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
    target.scrollIntoView({ block: "start" });
    if (target.classList.contains("item")) focus(items.indexOf(target));
  }

  function chosen(name) {
    return all(`.filters input[name=${name}]:checked`).map((input) => input.value);
  }

  function filter() {
    const sought = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const statuses = chosen("status");
    const outcomes = chosen("outcome");
    const visible = new Set();
    const has = (values, chosen) => !chosen.length || chosen.some((one) => values.split(" ").includes(one));
    for (const item of items) {
      const fits = has(item.dataset.status, statuses) && has(item.dataset.outcome, outcomes)
        && sought.every((word) => text(item).includes(word));
      item.hidden = !fits;
      if (fits) visible.add(item.id);
    }
    for (const row of all(".matrix tbody tr")) row.hidden = !visible.has(row.dataset.item);
    for (const item of all(".file, .survivor")) {
      item.hidden = !sought.every((word) => item.textContent.toLowerCase().includes(word));
    }
    const everything = !sought.length && !statuses.length && !outcomes.length;
    shown.textContent = everything ? "" : `${visible.size} of ${items.length} ${noun}s`;
    sections[0].querySelector(".no-match").hidden = visible.size > 0;
  }

  function focus(place) {
    current = place;
    items[place].querySelector("summary").focus({ preventScroll: false });
  }

  function step(by) {
    show(sections[0].id);
    for (let at = current + by; at >= 0 && at < items.length; at += by) {
      if (!items[at].hidden) return focus(at);
    }
  }

  // The item of a cell, with the rule of its column.
  function open(cell) {
    const item = document.getElementById(cell.parentElement.dataset.item);
    show(sections[0].id);
    for (const details of all(".others", item)) unfold(details, data);
    item.hidden = false;
    item.open = true;
    for (const stage of all(".stage.found")) stage.classList.remove("found");
    const rule = String(cell.cellIndex - 1);
    const found = all("a[data-rule]", item).filter((link) => link.dataset.rule === rule);
    for (const link of found) {
      for (let at = link.parentElement; at !== item; at = at.parentElement) {
        if (at.localName === "details") at.open = true;
        if (at.classList.contains("stage")) at.classList.add("found");
      }
    }
    focus(items.indexOf(item));
    (found[0] || item).scrollIntoView({ block: "center" });
  }

  function move(cell, key) {
    const down = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[key];
    let next;
    if (down) {
      let row = cell.parentElement[down];
      while (row && row.hidden) row = row[down];
      next = row && row.cells[cell.cellIndex];
    } else {
      next = cell.parentElement.cells[cell.cellIndex + (key === "ArrowLeft" ? -1 : 1)];
    }
    if (next && next.localName === "td") {
      next.tabIndex = -1;
      next.focus();
    }
  }

  for (const scroll of all(".scroll")) {
    const table = scroll.querySelector("table");
    const mark = (cell) => {
      for (const one of all(".column", table)) one.classList.remove("column");
      if (cell && cell.cellIndex > 0) table.tHead.rows[0].cells[cell.cellIndex].classList.add("column");
    };
    table.addEventListener("mouseover", (event) => mark(event.target.closest("td")));
    table.addEventListener("focusin", (event) => mark(event.target.closest("td")));
    table.addEventListener("click", (event) => {
      const cell = event.target.closest("td");
      if (cell) open(cell);
    });
    scroll.addEventListener("keydown", (event) => {
      const cell = event.target.closest("td");
      if (event.key.startsWith("Arrow")) {
        const first = all("tbody tr", table).find((row) => !row.hidden);
        if (cell) move(cell, event.key);
        else if (first && first.cells[1]) {
          first.cells[1].tabIndex = -1;
          first.cells[1].focus();
        }
        event.preventDefault();
      } else if (event.key === "Enter" && cell) {
        open(cell);
        event.preventDefault(); // the key would fold again what has the focus now
      }
    });
  }

  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.classList.contains("others")) unfold(event.target, data);
  }, true);

  for (const text of all(".suggestion")) {
    const button = document.createElement("button");
    button.className = "copy";
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    });
    text.before(button);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      for (const input of all(".filters input:checked")) input.checked = false;
      filter();
      search.blur();
      return;
    }
    if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
    const view = links[Number(event.key) - 1];
    if (event.key === "/") search.focus();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (view) view.click();
    else return;
    event.preventDefault();
  });
  search.addEventListener("input", filter);
  for (const input of all(".filters input")) input.addEventListener("change", filter);
  window.addEventListener("hashchange", follow);
  document.body.classList.add("views");
  follow();
})();
