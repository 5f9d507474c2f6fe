// The theme's search, with "Page > Section" and a sentence for each result, and what a beginner needs first.
// SUMMARIES is written by the build: of each page, its anchors with a title and a sentence.
{
  const WEIGHTS = [
    [/^(index|start|learn|data|legend|limits|cookbook\/.*)$/, 1.5],
    [/^(reference\/.*|from\/.*|notebooks\/.*|adding)$/, 0.7],
    [/^(design|page|results|performance|quality|own\/.*)$/, 0.5],
  ];
  const weight = (name) => WEIGHTS.find(([pages]) => pages.test(name))?.[1] ?? 1;

  const stemmer = new Stemmer();
  const stems = (text) => splitQuery(text.toLowerCase()).map((word) => stemmer.stemWord(word));

  // Entries of the index all of whose words are asked for, among others: "how do I install it" finds "install".
  const within = (query) => {
    const { docnames, filenames, titles, indexentries } = Search._index;
    const asked = stems(query);
    return Object.entries(indexentries).flatMap(([entry, places]) => {
      const words = stems(entry);
      if (!words.length || !words.every((word) => asked.includes(word))) return [];
      const score = (60 * words.length) / asked.length;
      return places
        .filter(([, , main]) => main)
        .map(([file, id]) => [docnames[file], titles[file], id && `#${id}`, null, score, filenames[file], "index"]);
    });
  };

  // A result says where it is; a place that was found in several ways comes once.
  const told = (result) => {
    const [name, title, anchor, descr] = result;
    const page = SUMMARIES[name]?.[""]?.[0] ?? title;
    const section = anchor && SUMMARIES[name]?.[anchor]?.[0];
    result[1] = descr ? title : section ? `${page} > ${section}` : page;
    result[4] *= weight(name);
    return result;
  };

  const theirs = Search._performSearch;
  Search._performSearch = (query, ...terms) => {
    // Of W2[0, 1], the matrix is what pages tell of; why tells of one entry.
    const plain = query.replace(/^\s*([A-Za-z]\w*)\s*\[[\d\s,:]*\]\s*$/, "$1");
    if (plain !== query) terms = Search._parseQuery(plain).slice(1);
    const found = [...theirs(plain, ...terms), ...within(plain), ...(plain === query ? [] : within("one entry"))];
    const best = new Map();
    for (const result of found.map(told)) {
      const place = `${result[0]}${result[2]}`;
      if (!(best.get(place)?.[4] >= result[4])) best.set(place, result);
    }
    return [...best.values()].sort((a, b) => a[4] - b[4] || (a[1] < b[1] ? 1 : -1)); // the best is last
  };

  const shown = ([name, title, anchor, descr]) => {
    const item = document.createElement("li");
    const link = item.appendChild(document.createElement("a"));
    link.href = name + DOCUMENTATION_OPTIONS.LINK_SUFFIX + anchor;
    link.textContent = title;
    const sentence = SUMMARIES[name]?.[anchor]?.[1];
    const text = [descr, sentence].filter(Boolean).join(": ");
    if (text) item.appendChild(document.createElement("p")).textContent = text;
    return item;
  };

  Search.query = (query) => {
    const found = Search._performSearch(...Search._parseQuery(query)).reverse();
    Search.output.append(...found.map(shown));
    _finishSearch(found.length);
  };
}
