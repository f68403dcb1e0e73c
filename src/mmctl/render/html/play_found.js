// What follows an edit, below the rules: problems at once, then the cases, then the problems that
// only the whole project shows. Newer edits take the place of older ones at any time.
function foundPanel({ ask, beganAs, goTo, openCase, trouble, marked }) {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const PAUSE = 300; // milliseconds without an edit after which cases and project are looked at
  const tab = `${Date.now()}-${Math.random()}`;
  const rendered = new Map(); // place -> what the server rendered there
  let round = 0; // of edits: answers to an older one are left out
  let followed = null;
  let edits = {}; // those that were judged last: what is typed since is followed once it is judged
  let lines = {};

  // A list that is renewed keeps what is open in it, its place, and the focus.
  function put(id, html) {
    if (rendered.get(id) === html) return;
    rendered.set(id, html);
    const place = byId(id);
    const at = place.contains(document.activeElement) ? all("button", place).indexOf(document.activeElement) : -1;
    const [details] = all("details", place);
    const top = place.scrollTop;
    const made = document.createElement("template");
    made.innerHTML = html;
    place.replaceChildren(made.content);
    if (details) for (const one of all("details", place)) one.open = details.open;
    place.scrollTop = top;
    const buttons = all("button", place);
    if (at >= 0) (buttons[Math.min(at, buttons.length - 1)] || byId(`tab-${id}`)).focus({ preventScroll: true });
  }

  function label(id, words, kind) {
    byId(`tab-${id}`).textContent = words;
    byId(`tab-${id}`).className = kind;
  }

  function problems(found) {
    put("problems", found.problems);
    label("problems", found.whole ? found.problems_said : `${found.problems_said} so far`, found.worst);
    lines = found.problem_lines;
    marked();
  }

  function cases(found) {
    put("cases", found.cases);
    label("cases", found.cases_said, found.cases_failed ? "error" : "");
  }

  async function follow(again = false) {
    round += 1;
    const mine = round;
    await new Promise((done) => setTimeout(done, PAUSE));
    const question = { edits, tab, case: beganAs() };
    let anew = again;
    let found = null;
    try {
      while (mine === round && (found === null || found.more)) {
        found = await ask("/play/cases", { ...question, again: anew });
        anew = false;
        if (mine === round && !found.stopped) cases(found);
      }
      if (mine !== round) return;
      found = await ask("/play/lint", question);
      if (mine !== round || found.stopped) return;
      problems(found);
      byId("found-said").textContent = `${byId("tab-problems").textContent}; ${byId("tab-cases").textContent}`;
      document.body.dataset.followed = round;
    } catch (error) {
      if (mine !== round) return;
      followed = null; // the next answer starts it again
      trouble(error);
    }
  }

  const reachable = (id) => all("button, summary", byId(id)).filter((one) => one.checkVisibility());

  function show(id, focus = false) {
    for (const one of all("#found [role=tab]")) {
      const chosen = one.id === `tab-${id}`;
      one.setAttribute("aria-selected", chosen ? "true" : "false");
      one.tabIndex = chosen ? 0 : -1;
      byId(one.getAttribute("aria-controls")).hidden = !chosen;
    }
    if (!focus) return;
    const places = reachable(id);
    (places.find((one) => one.localName === "button") || places[0] || byId(`tab-${id}`)).focus();
  }

  // The problems of the line that the caret is in stand out in the list.
  function here(file, line) {
    for (const one of all("#problems li")) {
      const at = one.querySelector("button");
      one.classList.toggle("here", Boolean(at) && at.dataset.file === file && Number(at.dataset.line) === line);
    }
  }

  byId("found").addEventListener("click", (event) => {
    const at = event.target.closest("button");
    if (!at) return;
    if (at.dataset.case) openCase(Number(at.dataset.case));
    else if (at.dataset.file) goTo(at.dataset.file, Number(at.dataset.line), Number(at.dataset.column), Number(at.dataset.length));
    else if (at.id === "run-again") follow(true);
    else show(at.getAttribute("aria-controls"));
  });
  byId("found").addEventListener("keydown", (event) => {
    const tabs = all("#found [role=tab]");
    const at = event.target;
    if (tabs.includes(at) && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      const other = tabs.find((one) => one !== at);
      show(other.getAttribute("aria-controls"));
      other.focus();
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const chosen = tabs.find((one) => one.getAttribute("aria-selected") === "true");
    const places = [chosen, ...reachable(chosen.getAttribute("aria-controls"))];
    const next = places[places.indexOf(at) + step];
    if (next) next.focus();
    event.preventDefault();
  });

  return {
    tab,
    show,
    here,
    at: (file, line) => (lines[file] || {})[line],
    judged(found, version, judgedEdits) {
      problems(found);
      edits = judgedEdits;
      const key = JSON.stringify([version, edits]);
      if (key === followed) return;
      followed = key;
      follow();
    },
  };
}
