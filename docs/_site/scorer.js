// What the search puts first: the language of the reader, then pages that have the words in their
// headings (those of other_words.py are among them), and what users read before what developers do.
var Scorer = {
  score: ([page, , , , points]) => {
    const chinese = document.documentElement.lang.startsWith("zh");
    const language = page.startsWith("zh/") === chinese ? 200 : 0;
    const named = page.replace(/^zh\//, "");
    const aside = {developers: -40, checks: -5}[named.split("/")[0]] ?? 0;
    return points + language + aside + 20 * Scorer.shareInHeadings(page);
  },
  shareInHeadings: (page) => {
    const {docnames, titleterms} = Search._index;
    const question = new URLSearchParams(location.search).get("q") ?? "";
    const words = [...Search._parseQuery(question)[1]];
    const at = docnames.indexOf(page);
    const own = words.filter((it) => Object.hasOwn(titleterms, it) && [titleterms[it]].flat().includes(at));
    return own.length / (words.length || 1);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: {0: 15, 1: 5, 2: -5},
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
