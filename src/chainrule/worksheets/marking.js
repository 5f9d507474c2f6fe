// Marks the blanks of worksheets where they stand: nothing is asked of any server.
(() => {
  "use strict";

  const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

  function read(text) {
    const parts = text.trim().replace(/[\u2212\u2013]/g, "-").replace(",", ".").split("/").map((part) => part.trim());
    if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) return NaN;
    return parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
  }

  const rounded = (number, digits) => Number(number.toPrecision(digits));

  function judged(text, blank) {
    if (text.trim() === "") return ["empty"];
    const number = read(text);
    if (!Number.isFinite(number)) return ["unread"];
    const is = (known) => rounded(number, blank.digits) === rounded(Number(known), blank.digits);
    if (blank.right.some(is)) return ["right"];
    const wrong = blank.wrong.find(([known]) => is(known));
    return wrong ? ["wrong", wrong[1]] : ["wrong"];
  }

  function paragraph(text) {
    const made = document.createElement("p");
    made.textContent = text;
    return made;
  }

  function told(name, [state, mistake], mistakes) {
    if (state === "unread") return [paragraph(`${name} is no number. Write it like -0.857.`)];
    if (mistake === undefined) return [paragraph(`${name} is not right yet. Count once more.`)];
    const [what, hint] = mistakes[mistake];
    const more = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "What was done?";
    more.append(summary, paragraph(`This is what comes out if ${what}.`));
    return [paragraph(`${name} is not right yet. ${hint}`), more];
  }

  function start(sheet) {
    const { blanks, mistakes } = JSON.parse(sheet.querySelector("script.cr-marking").textContent);
    const inputs = [...sheet.querySelectorAll("input[data-blank]")];
    const count = sheet.querySelector(".cr-count");

    function mark(input) {
      const found = judged(input.value, blanks[input.dataset.blank]);
      input.parentElement.dataset.state = found[0];
      if (found[0] === "wrong" || found[0] === "unread") input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      const said = document.getElementById(input.getAttribute("aria-describedby"));
      const fine = found[0] === "right" || found[0] === "empty";
      said.replaceChildren(...(fine ? [] : told(input.dataset.blank, found, mistakes)));
      const right = inputs.filter((each) => each.parentElement.dataset.state === "right").length;
      count.textContent = right === inputs.length ? `All ${right} are right.` : `${right} of ${inputs.length} are right.`;
    }

    inputs.forEach((input, place) => {
      input.addEventListener("change", () => mark(input));
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") (inputs[place + 1] ?? input).focus();
      });
    });
    sheet.querySelector("button.cr-clear").addEventListener("click", () => {
      for (const input of inputs) {
        input.value = "";
        mark(input);
      }
      inputs[0].focus();
    });
  }

  document.querySelectorAll(".cr-sheet").forEach(start);
})();
