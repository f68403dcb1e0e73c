"use strict";
// The rules that did not apply are unfolded from data: there are rules times items of them.
function unfold(details, data) {
  if (!details.dataset.list) return;
  const flat = data.lists[details.dataset.list];
  const list = document.createElement("ul");
  for (let at = 0; at < flat.length; at += 3) {
    const [name, place, index] = data.rules[flat[at]];
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.textContent = data.texts[name];
    link.href = `#${data.texts[place]}`;
    link.dataset.rule = index;
    const why = document.createElement("span");
    why.textContent = [data.texts[flat[at + 1]], data.texts[flat[at + 2]]].filter(Boolean).join("; ");
    line.append(link, " ", why);
    list.append(line);
  }
  details.append(list);
  delete details.dataset.list;
}
