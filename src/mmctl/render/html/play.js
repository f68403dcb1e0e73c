// Rules, a message and its way: what is typed is judged by the server, and written nowhere.
// Texts become text and nothing else; what the server renders has escaped them.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const LARGEST = 11 * 1024 * 1024; // bytes of a message: as base64 it fits a request
  const LONGEST = 256 * 1024; // bytes of a message that a field can show and edit
  const START = "From: Ann <ann@example.org>\nTo: ben@example.com\nSubject: Hello\n\nHello Ben,\n";
  const STATED = { mail_from: "ann@example.org", recipients: "ben@example.com", source_ip: "198.51.100.7", helo: "mail.example.org", tls: "TLS1_3", spf: "PASS", dkim: "PASS", dmarc_policy: "NONE" };
  const text = byId("text");
  const gutter = byId("gutter");
  const source = byId("source");
  const fields = new Map(all("[data-field]").map((field) => [field.dataset.field, field]));
  const edits = new Map(); // path -> text
  let disk = { version: null, files: new Map(), cases: [], ways: [], usual: "", folders: [] };
  let file = null;
  let base = null; // the case that the message began as
  let untouched = null; // { base64 } or { asCase }: bytes that no field holds
  let name = ""; // of the file that was opened
  let marks = {};
  let passedOver = null;
  let failedSince = null;

  class Refused extends Error {}
  class Wrong extends Error {}

  async function ask(path, body) {
    const how = { credentials: "same-origin", cache: "no-store" };
    if (body) Object.assign(how, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await fetch(path, how);
    if (answer.status === 403) throw new Refused(await answer.text());
    if (!answer.ok) throw new Wrong(await answer.text());
    return answer.json();
  }

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  function piece(kind, className, words) {
    const made = document.createElement(kind);
    if (className) made.className = className;
    made.textContent = words;
    return made;
  }

  function trouble(error) {
    const place = byId("trouble");
    if (!error) {
      failedSince = null;
      place.hidden = true;
      return;
    }
    failedSince = failedSince || new Date();
    if (error instanceof Refused) place.textContent = `The server was started again: ${error.message.trim()}`;
    else if (error instanceof Wrong) place.textContent = `The server answers: ${error.message.trim()}`;
    else place.textContent = `The server has not answered since ${failedSince.toLocaleTimeString("en-GB")}. This page tries again; your edits are still here.`;
    place.hidden = false;
  }

  // Files and edits

  const plain = (content) => content.replace(/\r\n?/g, "\n");
  const textOf = (path) => (edits.has(path) ? edits.get(path) : plain(disk.files.get(path) || ""));

  function remember() {
    try {
      sessionStorage.setItem("edits", JSON.stringify([...edits]));
    } catch {
      sessionStorage.removeItem("edits"); // older edits than those that are shown help nobody
      note("These edits are too large for the browser to remember: they are gone when you reload the page.");
    }
    const count = edits.size;
    byId("show-diff").disabled = !count;
    byId("show-diff").textContent = count ? `Diff (${count})` : "Diff";
    byId("undo").hidden = !edits.has(file);
    for (const option of byId("file").options) {
      option.textContent = edits.has(option.value) ? `${option.value} (edited)` : option.value;
    }
  }

  function open(path) {
    file = path;
    byId("file").value = path;
    text.value = textOf(path);
    text.scrollTop = 0;
    number();
    remember();
  }

  function edited() {
    if (text.value === plain(disk.files.get(file) || "")) edits.delete(file);
    else edits.set(file, text.value);
    soonNumbered ||= requestAnimationFrame(number); // once, however many lines were inserted
    remember();
    later();
  }

  let soonNumbered = 0;

  function number() {
    soonNumbered = 0;
    const lines = text.value.split("\n").length;
    const ofFile = marks[file] || {};
    const parts = document.createDocumentFragment();
    for (let line = 1; line <= lines; line += 1) {
      const [worst, ...words] = panel.at(file, line) || [];
      const made = piece("span", [ofFile[line], worst && `has-${worst}`].filter(Boolean).join(" "), line);
      if (worst) made.title = words.join("\n");
      parts.append(made);
    }
    gutter.replaceChildren(parts);
    gutter.scrollTop = text.scrollTop;
  }

  function goTo(path, line, column = 1, length = 0) {
    if (!disk.files.has(path)) return;
    if (path !== file) open(path);
    part("rules");
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const whole = lines[line - 1] || "";
    const from = length ? start + column - 1 : start;
    text.focus({ preventScroll: true });
    text.setSelectionRange(from, length ? from + length : start + whole.length);
    text.scrollTop = Math.max(0, (line - 6) * (text.scrollHeight / Math.max(lines.length, 1)));
    text.scrollLeft = 0;
  }

  function listed(select, options, chosen) {
    select.replaceChildren(...options);
    if (chosen !== undefined && [...select.options].some((option) => option.value === chosen)) select.value = chosen;
  }

  const option = (value, words) => Object.assign(document.createElement("option"), { value, textContent: words });

  async function state() {
    const found = await ask("/play/state");
    const before = disk.files;
    disk = { ...found, files: new Map(found.files) };
    for (const [path, edit] of [...edits]) {
      if (!disk.files.has(path) || plain(disk.files.get(path)) === edit) edits.delete(path);
      else if (before.size && before.get(path) !== disk.files.get(path)) note(`${path} changed on disk since you edited it: the diff shows both.`);
    }
    listed(byId("file"), [...disk.files.keys()].map((path) => option(path, path)), file);
    const groups = new Map();
    for (const [path, called] of disk.cases) {
      if (!groups.has(path)) groups.set(path, Object.assign(document.createElement("optgroup"), { label: path }));
      groups.get(path).append(option(called, called));
    }
    listed(byId("case"), [option("", disk.cases.length ? "A message of your own, or choose a case" : "A message of your own"), ...groups.values()], base || "");
    listed(byId("entrance"), disk.ways.map(([value, words]) => option(value, words)), byId("entrance").value || disk.usual);
    open(disk.files.has(file) ? file : first());
  }

  // The file with the most rules is what most edits are in.
  function first() {
    const rules = (path) => (disk.files.get(path).match(/^\s*- name:/gm) || []).length;
    return [...disk.files.keys()].reduce((best, path) => (best === null || rules(path) > rules(best) ? path : best), null);
  }

  // The message

  function note(words) {
    byId("note").textContent = words || "";
    byId("note").hidden = !words;
  }

  function fill(form) {
    for (const [key, field] of fields) field.value = form[key] || "";
  }

  function put(shown, bytes, called) {
    source.value = plain(shown);
    source.readOnly = Boolean(bytes);
    untouched = bytes ? { base64: bytes } : null;
    name = called;
    note(bytes ? "This message is too large, or not text: it is judged as it is, and its beginning is shown." : "");
  }

  // A message that was sent: the server took what nobody stated to be good, and so does the form.
  async function sent(key) {
    const found = await ask(`/play/mail?${new URLSearchParams({ key })}`);
    base = null;
    fill(found.form);
    byId("entrance").value = found.way;
    if (byId("entrance").selectedIndex < 0) byId("entrance").value = disk.usual;
    put(found.text, found.base64, found.name);
    byId("assume").checked = true;
    soon();
  }

  async function choose(called) {
    if (!called) {
      const recipients = fields.get("recipients").value;
      base = null;
      fill({ ...STATED, recipients: recipients || STATED.recipients });
      byId("entrance").value = disk.usual || byId("entrance").value;
      put(START, null, "");
    } else {
      const found = await ask(`/play/case?${new URLSearchParams({ name: called })}`);
      base = called;
      fill(found.form);
      if (found.way) byId("entrance").value = found.way;
      put(found.text, found.base64, found.name);
      untouched = { asCase: true };
      if (found.filled) note(`This message counts as ${found.filled.toLocaleString("en-US")} bytes, as its case says. Once you change it, it counts as what you see.`);
    }
    history.replaceState(null, "", base ? `#${new URLSearchParams({ case: base })}` : "#own");
    byId("case").value = base || "";
    soon();
  }

  async function take(dropped) {
    if (dropped.size > LARGEST) return note(`${dropped.name} has more than 11 MB: mmctl simulate ${dropped.name}`);
    const bytes = new Uint8Array(await dropped.arrayBuffer());
    base = null;
    byId("case").value = "";
    fill({});
    byId("entrance").value = disk.usual || byId("entrance").value;
    let shown = null;
    try {
      shown = bytes.length <= LONGEST ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : null;
    } catch { /* not text: shown as far as it is */ }
    if (shown !== null && shown.includes("\0")) shown = null;
    const packed = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    put(shown === null ? new TextDecoder().decode(bytes.slice(0, LONGEST)).replaceAll("\0", "\ufffd") : shown, shown === null ? packed : null, dropped.name);
    if (shown !== null) untouched = { base64: packed };
    history.replaceState(null, "", "#own");
    part("message");
    soon();
  }

  function question() {
    const form = {};
    for (const [key, field] of fields) if (field.value.trim()) form[key] = field.value;
    const message = untouched === null ? { text: source.value } : untouched.asCase ? null : { base64: untouched.base64 };
    return { edits: Object.fromEntries(edits), case: base, message, name, form, way: byId("entrance").value, assume_pass: byId("assume").checked, tab: panel.tab };
  }

  // Judging: one question at a time, and the last one is always answered.

  let timer = 0;
  let asking = false;
  let again = false;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(soon, 120);
  }

  async function soon() {
    clearTimeout(timer);
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    const slow = setTimeout(() => { byId("busy").hidden = false; }, 400);
    try {
      do {
        again = false;
        const asked = question();
        show(await ask("/play/judge", asked), asked.edits);
        trouble(null);
      } while (again);
    } catch (error) {
      trouble(error);
    } finally {
      clearTimeout(slow);
      byId("busy").hidden = true;
      asking = false;
    }
  }

  function show(found, judgedEdits) {
    const result = byId("result");
    if (found.html !== null) {
      const made = document.createElement("template");
      made.innerHTML = found.html;
      result.replaceChildren(made.content);
      passedOver = found.passed_over;
      marks = found.marks;
      byId("ends").replaceChildren(...found.ends.map((end) => piece("span", `chip ${end}`, end)));
    }
    const stale = found.html === null;
    result.classList.toggle("before", stale);
    if (stale) {
      byId("ends").replaceChildren(piece("span", "chip", Object.keys(found.wrong).length ? "a field is unusable" : "not judged"));
      marks = {};
    }
    byId("why-not").textContent = found.said;
    byId("why-not").hidden = !found.said;
    panel.judged(found, disk.version, judgedEdits);
    for (const [key, field] of fields) {
      const wrong = byId(`wrong-${key}`);
      wrong.textContent = found.wrong[key] || "";
      wrong.hidden = !found.wrong[key];
      field.setAttribute("aria-invalid", found.wrong[key] ? "true" : "false");
      const said = found.found[key];
      if (field.localName === "select") field.options[0].textContent = said ? `${said}, as a header says` : "unknown";
      else field.placeholder = said ? `${said}, as a header says` : field.dataset.hint || "";
    }
    document.body.dataset.judged = Number(document.body.dataset.judged || 0) + 1;
  }

  async function watch() {
    for (;;) {
      if (document.hidden) {
        await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
      }
      try {
        const found = await ask(`/play/changes?since=${disk.version}`);
        const dead = failedSince !== null;
        if (found.version !== disk.version || dead) {
          const top = text.scrollTop;
          await state();
          text.scrollTop = top;
          await soon();
        }
      } catch (error) {
        trouble(error);
        await pause(2000);
      }
    }
  }

  // What follows an edit

  function openCase(number) {
    if (!disk.cases[number]) return;
    const narrow = byId("parts").checkVisibility();
    if (narrow) part("message");
    choose(disk.cases[number][1]).then(() => { if (narrow) byId("case").focus(); }).catch(trouble);
  }

  const panel = foundPanel({ ask, beganAs: () => base, goTo, openCase, trouble, marked: number });

  // Parts, dialogs, keys

  function part(shown) {
    document.body.dataset.showing = shown;
    for (const one of all("#parts [role=tab]")) one.setAttribute("aria-selected", one.dataset.part === shown ? "true" : "false");
  }

  async function showDiff() {
    if (!edits.size) return;
    try {
      const { diff } = await ask("/play/diff", { edits: Object.fromEntries(edits) });
      const kinds = { "+": "new", "-": "old", "@": "place" };
      byId("diff-text").replaceChildren(...diff.split(/(?<=\n)/).map((line) => piece("span", kinds[line[0]] || "", line)));
      byId("copy-diff").textContent = "Copy";
      byId("diff").showModal();
    } catch (error) {
      trouble(error);
    }
  }

  function showSave() {
    const folder = (disk.folders.map((each) => each.split(/[*?[]/)[0]).find((each) => each.includes("/")) || "cases/").replace(/[^/]*$/, "");
    const called = (/\.eml(\.gz)?$/.test(name) ? name.split("/").pop().replace(/\.eml(\.gz)?$/, "") : name) || (/^subject:\s*(.*)$/im.exec(source.value) || [])[1] || "played";
    byId("case-name").value = called.trim().slice(0, 80);
    byId("case-file").value = `${folder}${called.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40) || "played"}.yaml`;
    byId("save-said").hidden = true;
    byId("save-edits").hidden = !edits.size;
    byId("save-edits").textContent = "It expects what your edited rules do: it fails until they are in your files.";
    byId("save").showModal();
    byId("case-name").select();
  }

  async function save() {
    const said = byId("save-said");
    said.hidden = false;
    try {
      const { written } = await ask("/play/save", { ...question(), file: byId("case-file").value, called: byId("case-name").value });
      said.className = "same";
      said.textContent = `Wrote ${written.join(", ")}`;
    } catch (error) {
      said.className = "failure";
      said.textContent = error.message.trim();
    }
  }

  const keys = {
    r: () => { part("rules"); text.focus(); },
    m: () => { part("message"); source.focus(); },
    w: () => { part("way"); const link = byId("result").querySelector("a"); if (link) link.focus(); },
    c: () => { part("message"); byId("case").focus(); },
    o: () => byId("chosen").click(),
    d: showDiff,
    s: showSave,
    p: () => { part("rules"); panel.show("problems", true); },
    t: () => { part("rules"); panel.show("cases", true); },
    "?": () => byId("keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      if (at.blur) at.blur();
      return;
    }
    if (at === text && event.key === "Enter" && !event.isComposing && !event.shiftKey) {
      const line = text.value.slice(0, text.selectionStart).split("\n").pop();
      const indent = /^ *(- )?/.exec(line)[0].replace("-", " ");
      document.execCommand("insertText", false, `\n${indent}`);
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || at.matches("textarea, input, select") || document.querySelector("dialog[open]")) return;
    const action = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!action) return;
    event.preventDefault();
    action();
  });

  text.addEventListener("input", edited);
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; }, { passive: true });
  byId("file").addEventListener("change", (event) => open(event.target.value));
  byId("undo").addEventListener("click", () => { edits.delete(file); open(file); soon(); });
  byId("case").addEventListener("change", (event) => choose(event.target.value).catch(trouble));
  byId("open").addEventListener("click", () => byId("chosen").click());
  byId("chosen").addEventListener("change", (event) => { if (event.target.files[0]) take(event.target.files[0]).catch(trouble); event.target.value = ""; });
  source.addEventListener("input", () => { untouched = null; later(); });
  for (const field of fields.values()) field.addEventListener("input", later);
  for (const id of ["entrance", "assume"]) byId(id).addEventListener("change", soon);
  for (const one of all("#parts [role=tab]")) one.addEventListener("click", () => part(one.dataset.part));
  byId("show-diff").addEventListener("click", showDiff);
  byId("show-save").addEventListener("click", showSave);
  byId("save-now").addEventListener("click", save);
  byId("help").addEventListener("click", keys["?"]);
  byId("copy-diff").addEventListener("click", async () => {
    await navigator.clipboard.writeText(byId("diff-text").textContent);
    byId("copy-diff").textContent = "Copied";
  });
  for (const button of all("dialog form button")) button.addEventListener("click", () => button.closest("dialog").close());
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === text) panel.here(file, text.value.slice(0, text.selectionStart).split("\n").length);
  });
  byId("result").addEventListener("click", (event) => {
    const rule = event.target.closest("a[data-rule]");
    if (!rule) return;
    event.preventDefault();
    const [, path, line] = /^#L-(.*):([0-9]+)$/.exec(rule.getAttribute("href")) || [];
    if (path) goTo(path, Number(line));
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.classList.contains("others")) unfold(event.target, passedOver);
  }, true);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dropping", kind === "dragover");
      const dropped = kind === "drop" ? event.dataTransfer.files[0] : null;
      if (dropped) take(dropped).catch(trouble);
    });
  }

  async function begin() {
    try {
      for (const [path, edit] of JSON.parse(sessionStorage.getItem("edits") || "[]")) edits.set(path, edit);
    } catch { /* what was remembered is not what this page remembers */ }
    try {
      await state();
      const asked = new URLSearchParams(location.hash.slice(1));
      const wanted = asked.get("case");
      const cases = disk.cases.map(([, called]) => called);
      if (asked.get("mail")) await sent(asked.get("mail"));
      else await choose(cases.includes(wanted) ? wanted : location.hash === "#own" ? "" : cases[0] || "");
    } catch (error) {
      trouble(error);
    }
    watch();
  }

  begin();
})();
