"use strict";

// Which open files are rules of mmctl. They get a language of their own while the server is on, so
// that no other server checks them against a schema too; without the server they stay YAML.

const SECTIONS = [
  "rule_sets", "rules", "traffic_policies", "ingress_points", "relays", "archives",
  "address_lists", "add_ons", "invariants", "cases",
];
const SECTION = new RegExp(`^(?:${SECTIONS.join("|")})[ \\t]*:`, "m");
const VERSION = /^version[ \t]*:/m;
const LOOKED_AT = 64 * 1024;

/** Whether a file says that it is one of mmctl. */
function isOfMmctl(fileName, text) {
  if (/(^|[\\/])mmctl\.yaml$/.test(fileName)) {
    return true;
  }
  const begin = text.slice(0, LOOKED_AT);
  return /\.yaml$/.test(fileName) && VERSION.test(begin) && SECTION.test(begin);
}

module.exports = { isOfMmctl, SECTIONS };
