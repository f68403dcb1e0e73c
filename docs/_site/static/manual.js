// The site opened as files: a page may not read its neighbors, so the search shows names alone.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
document.addEventListener("DOMContentLoaded", () => {
  if (document.documentElement.lang.startsWith("zh")) {
    Documentation.addTranslations({
      locale: "zh-CN",
      plural_expr: "0",
      messages: {
        "Search Results": "搜索结果",
        "Searching": "正在搜索",
        "Preparing search...": "正在准备搜索…",
        "Search finished, found ${resultCount} page(s) matching the search query.":
          "找到 ${resultCount} 个页面。",
        "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
          "没有找到。请换一个词。",
      },
    });
  }
});
