// The page is large: it is loaded when it is asked for.
for (const place of document.querySelectorAll("[data-page]")) {
  place.querySelector("button").addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.src = place.dataset.page;
    frame.title = "The page, on the worked example";
    place.replaceChildren(frame);
  });
}
// What is wider than the page scrolls in its own box: the keyboard reaches it.
for (const box of document.querySelectorAll("pre, .made, .table-wrapper")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
// What is copied is what is typed: of commands neither the prompt nor what they print.
for (const code of document.querySelectorAll(".highlight-python .highlight, .highlight-console .highlight")) {
  if (!navigator.clipboard) break;
  const button = code.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const text = code.querySelector("pre").textContent;
    const typed = text.split("\n").filter((line) => line.startsWith("$ "));
    await navigator.clipboard.writeText(typed.length ? typed.map((line) => `${line.slice(2)}\n`).join("") : text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}
// What the theme leaves out for screen readers: levels of headings, names of regions.
for (const caption of document.querySelectorAll('.caption[role="heading"]')) caption.ariaLevel = "2";
for (const [place, name] of [[".sidebar-drawer", "All pages"], [".toc-drawer", "On this page"]]) {
  document.querySelector(place)?.setAttribute("aria-label", name);
}
// The page of the search has no heading of its own.
const found = document.querySelector("#search-results");
if (found) found.before(Object.assign(document.createElement("h1"), { textContent: "Search" }));
