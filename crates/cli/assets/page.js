// The live list, and buttons that copy. Without this script the page shows the same, and does not change by itself.
"use strict";

const byId = (id) => document.getElementById(id);

for (const element of document.querySelectorAll(".only-without-script")) element.hidden = true;

copying();
if (document.body.dataset.page === "list") list();

/** Lets buttons copy commands. */
function copying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(byId(button.dataset.copy).textContent, button));
  }
  for (const form of document.querySelectorAll("[data-copy-answer]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const query = new URLSearchParams(new FormData(form));
      try {
        const answer = await fetch(`${form.action}?${query}`);
        if (!answer.ok) throw new Error(answer.statusText);
        await copy(await answer.text(), form.querySelector("button"));
      } catch {
        // The plain way still works.
        location.assign(`${form.action}?${query}`);
      }
    });
  }
}

async function copy(text, button) {
  await navigator.clipboard.writeText(text);
  const status = byId("done");
  const label = button.textContent;
  if (status) status.textContent = "Copied.";
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = label;
    if (status) status.textContent = "";
  }, 1500);
}

function list() {
  const rows = byId("deliveries");
  const template = byId("row");
  const form = document.querySelector("form.filter");
  const connection = byId("connection");
  const announcement = byId("announcement");
  let last = document.body.dataset.sequence;
  let source = null;
  let pending = { accepted: 0, refused: 0 };
  let speaking = null;

  /** Shows what fits the filter, and counts it. */
  function filter() {
    const { outcome, type, text } = Object.fromEntries(new FormData(form));
    const sought = text.toLowerCase();
    let shown = 0;
    for (const item of rows.children) {
      const fits =
        (!outcome || item.dataset.outcome === outcome) &&
        (!type || item.dataset.type === type) &&
        item.dataset.search.includes(sought);
      item.hidden = !fits;
      if (fits) shown += 1;
    }
    const total = rows.children.length;
    byId("shown").textContent = shown;
    byId("total").textContent = total;
    byId("empty").hidden = total > 0;
    byId("no-match").hidden = total === 0 || shown > 0;
  }

  /** Puts a delivery in its place, or other words into the one that is there. What is in view stays where it is. */
  function put(row) {
    let item = rows.querySelector(`[data-id="${Number(row.id)}"]`);
    const isNew = !item;
    if (isNew) {
      item = template.content.firstElementChild.cloneNode(true);
      item.dataset.id = row.id;
      item.querySelector("a").setAttribute("href", `deliveries/${Number(row.id)}`);
    }
    for (const field of item.querySelectorAll("[data-field]")) {
      field.textContent = row[field.dataset.field];
    }
    item.querySelector("time").setAttribute("datetime", row.datetime);
    item.dataset.outcome = row.outcome;
    item.dataset.type = row.event_type;
    item.dataset.search = row.search;
    if (isNew) {
      const older = [...rows.children].find((other) => Number(other.dataset.id) < row.id);
      rows.insertBefore(item, older ?? null);
      item.classList.add("fresh");
      announce(row);
    }
    offer(row.event_type);
  }

  /** Adds a type to the filter that it does not know yet. */
  function offer(type) {
    const select = form.elements.type;
    if ([...select.options].some((option) => option.value === type)) return;
    const option = document.createElement("option");
    option.textContent = type;
    option.value = type;
    select.append(option);
  }

  /** Says how many came, once a second at most. */
  function announce(row) {
    pending[row.outcome] += 1;
    speaking ??= setTimeout(() => {
      const { accepted, refused } = pending;
      const total = accepted + refused;
      announcement.textContent =
        `${total} new ${total === 1 ? "delivery" : "deliveries"}` + (refused ? `, ${refused} refused` : "");
      pending = { accepted: 0, refused: 0 };
      speaking = null;
    }, 1000);
  }

  /** Changes the list without moving what is being read. */
  function change(what) {
    const anchor = window.scrollY > 0 ? [...rows.children].find((item) => item.getBoundingClientRect().bottom > 0) : null;
    const before = anchor?.getBoundingClientRect().top;
    what();
    filter();
    if (anchor?.isConnected && !anchor.hidden) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
  }

  function connect() {
    if (source || document.hidden || "readOnly" in document.body.dataset) return;
    source = new EventSource(`events?since=${last}`);
    source.addEventListener("open", () => {
      connection.textContent = "";
    });
    source.addEventListener("error", () => {
      connection.textContent = "Not connected to listen. What is here stays; it goes on by itself when listen is back at this address.";
    });
    source.addEventListener("delivery", (event) => {
      last = event.lastEventId;
      change(() => put(JSON.parse(event.data)));
    });
    source.addEventListener("kept", (event) => {
      const { ids, forgotten } = JSON.parse(event.data);
      const kept = new Set(ids.map(String));
      change(() => {
        for (const item of [...rows.children]) if (!kept.has(item.dataset.id)) item.remove();
      });
      byId("forgotten").textContent = forgotten ? `, ${forgotten} older no longer kept` : "";
    });
  }

  /** Browsers open six connections to a host at most: tabs that nobody sees give theirs back. */
  function disconnect() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);

  form.addEventListener("input", () => {
    filter();
    // So that the address, and coming back, shows the same.
    const filled = [...new FormData(form)].filter(([, value]) => value);
    const query = new URLSearchParams(filled).toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  // Single keys act only while the list has the focus (WCAG 2.1.4).
  rows.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const links = [...rows.querySelectorAll("li:not([hidden]) > a")];
    const next = links[links.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });

  filter();
  connect();
}
