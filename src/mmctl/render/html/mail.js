// The list of messages, of which only what is seen is in the document; the one looked at; keys.
// Texts of messages become text and nothing else; what the server renders has escaped them.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const HEIGHT = 70; // pixels of a row, as in the style sheet
  const CHUNK = 100; // rows that are asked for at once
  const MARGIN = 6; // rows above and below what is seen
  const STATES = { waiting: "waiting", failed: "failed", underway: "under way" };
  const ORDER = ["delivered", "stored", "bounced", "dropped", "lost", "refused", "unknown"];
  const list = byId("list");
  const rows = byId("rows");
  const search = byId("search");
  const detail = byId("detail");
  const live = byId("live");
  const number = new Intl.NumberFormat("en-US");
  const chosen = { outcome: new Set(), state: new Set(), rule: "", point: "" };
  const shown = new Map(); // index -> element
  let chunks = new Map(); // chunk -> rows
  let asked = new Set();
  let generation = 0; // of what is looked for: an answer to an older question is dropped
  let version = -1;
  let total = 0;
  let newest = 0;
  let before = null; // with live off: what was added later is not shown
  let current = { key: null, index: -1 };
  let open = { key: null, stamp: -1, passedOver: null };
  let tab = "way";
  let failedSince = null;

  class Refused extends Error {}
  class Wrong extends Error {}

  async function get(path) {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    if (answer.status === 403) throw new Refused(await answer.text());
    if (answer.status === 204) return null;
    if (!answer.ok) throw new Wrong(`${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  function trouble(error) {
    const place = byId("trouble");
    if (!error) {
      failedSince = null;
      place.hidden = true;
      document.body.classList.remove("dead");
      return;
    }
    failedSince = failedSince || new Date();
    document.body.classList.add("dead");
    if (error instanceof Refused) place.textContent = `The server was started again: ${error.message.trim()}`;
    else if (error instanceof Wrong) place.textContent = `The server answers ${error.message.trim()}`;
    else place.textContent = `The server has not answered since ${failedSince.toLocaleTimeString("en-GB")}. This page tries again; what you see is from before.`;
    place.hidden = false;
  }

  // What is looked for

  function query() {
    const words = new URLSearchParams();
    if (search.value.trim()) words.set("q", search.value.trim());
    for (const name of ["outcome", "state"]) for (const value of chosen[name]) words.append(name, value);
    for (const name of ["rule", "point"]) if (chosen[name]) words.set(name, chosen[name]);
    return words;
  }

  function remember() {
    const words = query();
    if (current.key) words.set("message", current.key);
    history.replaceState(null, "", `#${words}`);
  }

  function recall() {
    const words = new URLSearchParams(location.hash.slice(1));
    search.value = words.get("q") || "";
    for (const name of ["outcome", "state"]) chosen[name] = new Set(words.getAll(name));
    for (const name of ["rule", "point"]) chosen[name] = words.get(name) || "";
    current = { key: words.get("message"), index: -1 };
  }

  // The list

  async function load(chunk) {
    if (asked.has(chunk)) return;
    asked.add(chunk);
    const mine = generation;
    const words = query();
    words.set("offset", chunk * CHUNK);
    words.set("limit", CHUNK);
    if (before !== null) words.set("before", before);
    let found;
    try {
      found = await get(`/list?${words}`);
      trouble(null);
    } catch (error) {
      asked.delete(chunk);
      return trouble(error);
    }
    if (mine !== generation) return;
    const added = found.total - total;
    version = Math.max(version, found.version);
    chunks.set(chunk, found.rows);
    if (added) moved(added);
    counts(found);
    draw();
  }

  // Rows came at the top: what is looked at stays where it is.
  function moved(added) {
    const wasEmpty = total === 0;
    total += added;
    rows.style.height = `${total * HEIGHT}px`;
    if (wasEmpty || added < 0) return;
    if (list.scrollTop > 0) list.scrollTop += added * HEIGHT;
    if (current.index >= 0) current.index += added;
  }

  function again() {
    generation += 1;
    asked = new Set();
    for (const chunk of visibleChunks()) load(chunk);
  }

  function anew() {
    generation += 1;
    asked = new Set();
    chunks = new Map();
    total = 0;
    list.scrollTop = 0;
    current.index = -1;
    remember();
    load(0);
  }

  function range() {
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - MARGIN);
    const seen = Math.ceil((list.clientHeight || 600) / HEIGHT) + 2 * MARGIN;
    return [first, Math.min(total, first + seen)];
  }

  function visibleChunks() {
    const [first, end] = range();
    const found = [];
    for (let chunk = Math.floor(first / CHUNK); chunk * CHUNK < Math.max(end, 1); chunk += 1) found.push(chunk);
    return found;
  }

  function rowAt(index) {
    const chunk = chunks.get(Math.floor(index / CHUNK));
    return chunk && chunk[index % CHUNK];
  }

  function draw() {
    const [first, end] = range();
    for (const [index, element] of shown) {
      if (index < first || index >= end) {
        element.remove();
        shown.delete(index);
      }
    }
    for (let index = first; index < end; index += 1) {
      const row = rowAt(index);
      if (!row) load(Math.floor(index / CHUNK));
      if (row && row.key === current.key) current.index = index;
      put(index, row);
    }
    for (const chunk of chunks.keys()) if (Math.abs(chunk - Math.floor(first / CHUNK)) > 20) chunks.delete(chunk);
    const searching = query().toString() !== "";
    byId("no-match").hidden = !(total === 0 && searching && version >= 0);
    byId("empty").hidden = !(total === 0 && !searching && version >= 0);
    list.hidden = total === 0 && version >= 0;
    mark();
  }

  function put(index, row) {
    const text = row ? JSON.stringify(row) : "";
    let element = shown.get(index);
    if (element && element.dataset.text === text) return;
    if (!element) {
      element = document.createElement("div");
      element.className = "row";
      element.id = `row-${index}`;
      element.setAttribute("role", "option");
      element.setAttribute("aria-posinset", index + 1);
      element.style.transform = `translateY(${index * HEIGHT}px)`;
      shown.set(index, element);
      const next = [...shown.keys()].filter((one) => one > index).sort((a, b) => a - b)[0];
      rows.insertBefore(element, next === undefined ? null : shown.get(next));
    }
    element.dataset.text = text;
    element.dataset.index = index;
    element.setAttribute("aria-setsize", total);
    element.replaceChildren(...(row ? cells(row) : []));
    element.classList.toggle("loading", !row);
    element.classList.toggle("refusal", Boolean(row) && row.key.startsWith("refused-"));
  }

  function cells(row) {
    const chips = row.outcomes.map((outcome) => piece("span", `chip ${outcome}`, outcome));
    for (const state of row.states) chips.push(piece("span", `chip state ${state}`, STATES[state]));
    const more = row.more ? ` +${number.format(row.more)}` : "";
    const to = row.to ? `→ ${seen(row.to)}${more}` : "";
    return [
      line("first", piece("b", "", seen(row.from)), when(row.at)),
      line("second", piece("span", "subject", seen(row.subject) || "(no subject)")),
      line("third", piece("span", "to", [to, row.by].filter(Boolean).join(" · ")), ...chips),
    ];
  }

  function piece(name, kind, text) {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    element.textContent = text;
    return element;
  }

  function line(kind, ...inner) {
    const element = document.createElement("div");
    element.className = kind;
    element.append(...inner);
    return element;
  }

  // What cannot be seen, or turns the direction of what follows, is shown as an escape.
  function seen(text) {
    return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (one) => `\\u${one.codePointAt(0).toString(16).padStart(4, "0")}`);
  }

  function when(at) {
    const element = document.createElement("time");
    element.dateTime = at;
    local(element, false);
    return element;
  }

  function local(element, exactly) {
    const time = new Date(element.dateTime);
    if (Number.isNaN(time.getTime())) {
      element.textContent = element.dateTime;
      return;
    }
    const now = new Date();
    const today = time.toDateString() === now.toDateString();
    const options = { hour: "2-digit", minute: "2-digit", hour12: false };
    if (today || exactly) options.second = "2-digit";
    if (exactly) options.fractionalSecondDigits = 3;
    const date = { day: "numeric", month: "short" };
    if (time.getFullYear() !== now.getFullYear()) date.year = "numeric";
    const day = today || exactly ? "" : `${time.toLocaleDateString("en-GB", date)} `;
    element.textContent = day + time.toLocaleTimeString("en-GB", options);
    element.title = element.dateTime;
  }

  function mark() {
    for (const [index, element] of shown) {
      element.setAttribute("aria-selected", index === current.index ? "true" : "false");
    }
    if (shown.has(current.index)) list.setAttribute("aria-activedescendant", `row-${current.index}`);
    else list.removeAttribute("aria-activedescendant");
  }

  // Counts and filters

  function counts(found) {
    newest = found.newest;
    if (found.empty) byId("empty").replaceChildren(...new DOMParser().parseFromString(found.empty, "text/html").body.childNodes);
    const searching = query().toString() !== "";
    byId("shown").textContent = searching ? `${number.format(found.total)} of ${number.format(found.every)}` : "";
    const numbers = [[found.every, "messages", "good"], ...["waiting", "failed"].map((state) => [found.counts.state[state] || 0, state, state === "failed" ? "bad" : "fair"]).filter(([count]) => count)];
    if (found.unread > 0.001) numbers.push([`${Math.round(100 - 100 * found.unread)} %`, "of the journal read", "fair"]);
    byId("numbers").replaceChildren(...numbers.map(([count, words, kind]) => {
      const item = piece("li", kind, "");
      item.append(piece("b", "", typeof count === "number" ? number.format(count) : count), " ", piece("span", "", words));
      return item;
    }));
    byId("left-out").hidden = !found.left_out;
    byId("left-out").textContent = `${number.format(found.left_out)} older messages are in messages.jsonl alone.`;
    const options = [
      ...ORDER.map((value) => ["outcome", value, value, found.counts.outcome[value] || 0]),
      ...Object.entries(STATES).map(([value, words]) => ["state", value, words, found.counts.state[value] || 0]),
    ].filter(([kind, value, , count]) => count > 0 || chosen[kind].has(value));
    filters(options);
    choices("rule", "All rules", found.counts.rule);
    choices("point", "All ingress points", found.counts.point);
    document.title = `Mail (${number.format(found.every)}), emulated`;
  }

  function filters(options) {
    const place = byId("outcomes");
    const names = options.map(([kind, value]) => `${kind} ${value}`).join();
    if (place.dataset.names !== names) {
      place.dataset.names = names;
      place.replaceChildren(...options.map(([kind, value, words]) => {
        const label = piece("label", `filter ${value}`, "");
        const input = document.createElement("input");
        input.type = "checkbox";
        input.name = kind;
        input.value = value;
        const text = piece("span", "", `${words} `);
        text.append(piece("small", "", ""));
        label.append(input, text);
        return label;
      }));
    }
    all("label", place).forEach((label, at) => {
      const [kind, value, , count] = options[at];
      label.querySelector("input").checked = chosen[kind].has(value);
      label.querySelector("small").textContent = number.format(count);
    });
  }

  function choices(kind, everything, known) {
    const place = byId(kind);
    const names = Object.keys(known).filter((name) => name && known[name] > 0).sort();
    if (chosen[kind] && !names.includes(chosen[kind])) names.unshift(chosen[kind]);
    const text = JSON.stringify(names.map((name) => [name, known[name]]));
    if (place.dataset.text !== text && document.activeElement !== place) {
      place.dataset.text = text;
      place.replaceChildren(new Option(everything, ""), ...names.map((name) => new Option(`${seen(name)} (${number.format(known[name] || 0)})`, name)));
    }
    place.value = chosen[kind];
    place.hidden = names.length === 0;
  }

  // The message that is looked at

  function select(index, { focus = true } = {}) {
    if (total === 0) return;
    const at = Math.max(0, Math.min(total - 1, index));
    const top = at * HEIGHT;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + HEIGHT - list.clientHeight;
    const row = rowAt(at);
    current = { key: row ? row.key : null, index: at };
    if (focus) list.focus({ preventScroll: true });
    draw();
    if (row) {
      remember();
      show(row.key);
    }
  }

  let showing = 0;
  async function show(key, { force = false } = {}) {
    showing += 1;
    const mine = showing;
    if (!force) await pause(60); // who holds a key down passes over many
    if (mine !== showing) return;
    const same = open.key === key;
    let found;
    try {
      found = await get(`/view/${encodeURIComponent(key)}?stamp=${same ? open.stamp : -1}`);
      trouble(null);
    } catch (error) {
      if (mine !== showing) return;
      if (!(error instanceof Wrong)) return trouble(error);
      open = { key: null, stamp: -1, passedOver: null };
      const gone = error.message.startsWith("404");
      detail.replaceChildren(piece("p", "nothing", gone ? "This message is no longer in the list." : error.message));
      return;
    }
    if (mine !== showing || found === null) return;
    const made = new DOMParser().parseFromString(found.html, "text/html").querySelector("article");
    const old = same ? detail.querySelector("article") : null;
    open = { key, stamp: found.stamp, passedOver: found.passed_over };
    if (old) {
      // Only what became of it can be new: what is read stays as it is.
      for (const part of ["header", "#panel-way"]) old.querySelector(part).replaceWith(made.querySelector(part));
    } else {
      const back = piece("button", "back", "← List");
      back.type = "button";
      back.addEventListener("click", leave);
      detail.replaceChildren(back, made);
      detail.scrollTop = 0;
    }
    for (const time of all("time", detail)) local(time, true);
    choose(tab);
  }

  function choose(name, focus = false) {
    const tabs = all("[role=tab]", detail);
    const panels = all("[role=tabpanel]", detail);
    if (!panels.length) return;
    const wanted = panels.find((panel) => panel.id === `panel-${name}`) || panels[0];
    for (const panel of panels) panel.hidden = panel !== wanted;
    for (const one of tabs) {
      const is = one.getAttribute("aria-controls") === wanted.id;
      one.setAttribute("aria-selected", is ? "true" : "false");
      one.tabIndex = is ? 0 : -1;
      if (is && focus) one.focus();
    }
    for (const frame of all("iframe[data-src]", wanted)) {
      frame.src = frame.dataset.src;
      delete frame.dataset.src;
    }
  }

  function enter() {
    if (!detail.querySelector("article")) return;
    document.body.classList.add("reading");
    const heading = detail.querySelector("h2");
    if (heading) heading.focus();
  }

  function leave() {
    document.body.classList.remove("reading");
    list.focus({ preventScroll: true });
  }

  // Live

  function toggle() {
    const on = before !== null;
    before = on ? null : newest;
    live.setAttribute("aria-pressed", on ? "true" : "false");
    byId("newer").hidden = true;
    if (on) again();
  }

  async function watch() {
    for (;;) {
      if (document.hidden) {
        await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
      }
      try {
        const found = await get(`/changes?since=${version}`);
        const dead = failedSince !== null;
        trouble(null);
        if (found.version < version) {
          version = -1;
          anew();
        }
        if (found.version !== version || dead) {
          version = found.version;
          changed(found.newest);
          await pause(300);
        } else if (total === 0) again(); // an ingress point may take mail by now
      } catch (error) {
        trouble(error);
        await pause(2000);
      }
    }
  }

  function changed(count) {
    if (before === null) again();
    else if (count > before) {
      byId("newer").textContent = `${number.format(count - before)} new`;
      byId("newer").hidden = false;
    }
    if (open.key && open.key === current.key && !open.key.startsWith("refused-")) show(open.key, { force: true });
  }

  // Keys and clicks

  function clear() {
    search.value = "";
    chosen.outcome.clear();
    chosen.state.clear();
    chosen.rule = "";
    chosen.point = "";
    anew();
  }

  function escape() {
    if (detail.contains(document.activeElement) || document.body.classList.contains("reading")) leave();
    else {
      if (query().toString()) clear();
      list.focus({ preventScroll: true });
    }
  }

  const keys = {
    "/": () => search.focus(),
    j: () => select(current.index + 1),
    k: () => select(current.index < 0 ? 0 : current.index - 1),
    l: toggle,
    Home: () => select(0),
    End: () => select(total - 1),
    PageDown: () => select(current.index + Math.floor(list.clientHeight / HEIGHT)),
    PageUp: () => select(current.index - Math.floor(list.clientHeight / HEIGHT)),
    ArrowDown: () => select(current.index + 1),
    ArrowUp: () => select(current.index < 0 ? 0 : current.index - 1),
    "?": () => byId("keys").showModal(),
    Enter: enter,
  };
  ["way", "read", "files", "fields", "source"].forEach((name, at) => { keys[at + 1] = () => { tab = name; choose(name); }; });
  const ONLY_IN_LIST = new Set(["Home", "End", "PageDown", "PageUp", "ArrowDown", "ArrowUp", "Enter"]);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
    const at = event.target;
    if (event.key === "Escape") {
      escape();
      event.preventDefault();
      return;
    }
    if (at === search) {
      if (event.key === "ArrowDown" || event.key === "Enter") select(Math.max(0, current.index));
      return;
    }
    if (at.matches("select, input")) return;
    if (at.getAttribute("role") === "tab" && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      const tabs = all("[role=tab]", detail);
      const next = tabs[tabs.indexOf(at) + (event.key === "ArrowLeft" ? -1 : 1)];
      if (next) {
        tab = next.id.slice(4);
        choose(tab, true);
      }
      return;
    }
    if (ONLY_IN_LIST.has(event.key) && at !== list && at !== document.body) return;
    const action = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!action) return;
    action();
    event.preventDefault();
  });

  rows.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row) return;
    select(Number(row.dataset.index));
    document.body.classList.add("reading");
  });
  detail.addEventListener("click", (event) => {
    const chosenTab = event.target.closest("[role=tab]");
    const rule = event.target.closest("a[data-rule]");
    if (chosenTab) {
      tab = chosenTab.id.slice(4);
      choose(tab);
    } else if (rule) {
      event.preventDefault();
      chosen.rule = rule.textContent;
      anew();
      leave();
    }
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.classList.contains("others")) unfold(event.target, open.passedOver);
  }, true);
  byId("outcomes").addEventListener("change", (event) => {
    const { name, value, checked } = event.target;
    if (checked) chosen[name].add(value);
    else chosen[name].delete(value);
    anew();
  });
  for (const kind of ["rule", "point"]) {
    byId(kind).addEventListener("change", (event) => {
      chosen[kind] = event.target.value;
      anew();
    });
  }
  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(anew, 120);
  });
  list.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  window.addEventListener("resize", draw);
  window.addEventListener("hashchange", () => { recall(); anew(); });
  live.addEventListener("click", toggle);
  byId("newer").addEventListener("click", toggle);
  byId("help").addEventListener("click", keys["?"]);
  for (const button of all("#keys button")) button.addEventListener("click", () => byId("keys").close());

  recall();
  if (current.key) show(current.key);
  load(0);
  watch();
})();
