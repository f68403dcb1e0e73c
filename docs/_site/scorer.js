// What the search puts first: exact names of pages, and pages in the language of the reader.
var Scorer = {
  score: ([page, , , , points]) => {
    const chinese = document.documentElement.lang.startsWith("zh");
    return page.startsWith("zh/") === chinese ? points + 100 : points;
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
