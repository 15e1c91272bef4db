// Everything here is a comfort: each page does its work without it.

const $ = (selector, root = document) => root.querySelector(selector);

// A form that was changed in another tab keeps working: nothing to do here but forms that send themselves on change.
for (const element of document.querySelectorAll("[data-submit]")) {
  element.addEventListener("change", () => element.form.requestSubmit());
}

// Copy buttons
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.textContent.trim());
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 1500);
  });
}

// Keys: "/" goes to the search field, "?" shows the keys, "g" and a letter goes to a page.
let waitingForPage = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    const field = $("[data-search]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  } else if (event.key === "?") {
    const keys = $("#keys");
    if (keys && keys.showModal) keys.showModal();
  } else if (waitingForPage) {
    const link = $(`[data-key="${CSS.escape(event.key)}"]`);
    if (link) link.click();
  }
  waitingForPage = event.key === "g";
});

// Live: rows as they happen. At most one redraw a frame and 300 rows kept, however fast they come.
const live = $("[data-live]");
if (live) {
  const body = $("tbody", live);
  const state = $("[data-live-state]");
  const pause = $("[data-live-pause]");
  const template = $("template", live);
  const most = 300;
  let waiting = [];
  let scheduled = false;
  let paused = false;
  let dropped = 0;

  const draw = () => {
    scheduled = false;
    if (paused) return;
    if (waiting.length > most) { dropped += waiting.length - most; waiting = waiting.slice(-most); }
    const rows = document.createDocumentFragment();
    for (const visit of waiting.reverse()) {
      const row = template.content.firstElementChild.cloneNode(true);
      for (const cell of row.querySelectorAll("[data-field]")) {
        const value = visit[cell.dataset.field] ?? "";
        cell.textContent = value;
        if (cell.dataset.kind === "verdict") cell.className = `tag ${visit.style}`;
        if (cell.dataset.kind === "client") cell.href = visit.clientLink;
      }
      $("[data-link]", row).href = visit.link;
      rows.append(row);
    }
    waiting = [];
    body.prepend(rows);
    while (body.children.length > most) body.lastElementChild.remove();
    const empty = $("[data-live-empty]");
    if (empty && body.children.length) empty.hidden = true;
  };
  const schedule = () => { if (!scheduled) { scheduled = true; requestAnimationFrame(draw); } };

  const source = new EventSource(live.dataset.live);
  source.addEventListener("visit", (event) => {
    waiting.push(JSON.parse(event.data));
    if (paused && waiting.length > most) waiting.shift();
    schedule();
  });
  source.addEventListener("open", () => { state.classList.add("on"); state.textContent = state.dataset.on; });
  source.addEventListener("error", () => { state.classList.remove("on"); state.textContent = state.dataset.off; });
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
    pause.setAttribute("aria-pressed", paused);
    schedule();
  });
}

// Connect: a mark that turns green with the device's first request.
const waitingFor = $("[data-waiting]");
if (waitingFor) {
  const look = async () => {
    try {
      const reply = await fetch(waitingFor.dataset.waiting, { headers: { Accept: "application/json" } });
      if (reply.ok) {
        const answer = await reply.json();
        if (answer.seen) {
          waitingFor.className = "tag ok";
          waitingFor.textContent = answer.text;
          return;
        }
      }
    } catch { /* the next look will tell */ }
    setTimeout(look, 2000);
  };
  look();
}

// Rows of a form that can be taken out before it is sent.
for (const button of document.querySelectorAll("[data-remove-row]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest("[data-row]").remove());
}
