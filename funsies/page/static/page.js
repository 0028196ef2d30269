// Keeps the page up to date: the server sends its changing part when that has changed.
// Without this module everything can be read and done, but must be loaded anew to be new.

const live = document.getElementById("live");
const said = document.getElementById("connection");
const pause = document.getElementById("pause");
let stream = null;
let shown = "";
let isPaused = false;

function find(mark) {
  return mark && live.querySelector(mark);
}

// How an element is found again in the new content.
function markOf(element) {
  if (!element || !live.contains(element)) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["href", "aria-label"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

// Regions that scroll stay where they are; a log that is at its end stays at its end, and a new
// one begins there.
function places() {
  return [...live.querySelectorAll("[tabindex='0']")].map((each) => ({
    mark: markOf(each),
    left: each.scrollLeft,
    top: each.scrollTop,
    isAtEnd: each.classList.contains("log") && each.scrollTop + each.clientHeight >= each.scrollHeight - 4,
  }));
}

function showEnds() {
  for (const log of live.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
}

function show(html) {
  if (html === shown || window.getSelection().toString()) return; // what is marked stays
  const focused = markOf(document.activeElement);
  const before = places();
  live.innerHTML = html;
  shown = html;
  showEnds();
  for (const { mark, left, top, isAtEnd } of before) {
    const now = find(mark);
    if (now) [now.scrollLeft, now.scrollTop] = [left, isAtEnd ? now.scrollHeight : top];
  }
  find(focused)?.focus({ preventScroll: true });
}

function follow() {
  stream = new EventSource(location.href);
  stream.addEventListener("open", () => (said.textContent = "live"));
  stream.addEventListener("error", () => (said.textContent = "not connected"));
  stream.addEventListener("trouble", (event) => (said.textContent = JSON.parse(event.data)));
  stream.addEventListener("live", (event) => {
    said.textContent = "live";
    show(JSON.parse(event.data));
  });
}

// A page that nobody sees follows nothing: browsers keep few connections to one server, and
// with all of them taken by such pages no other would open.
function update() {
  const isWanted = !isPaused && !document.hidden;
  if (isWanted && !stream) follow();
  if (isWanted || !stream) return;
  stream.close();
  stream = null;
  said.textContent = "paused";
}

if (live.dataset.follow !== "no") {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    update();
    pause.setAttribute("aria-pressed", String(isPaused));
  });
  window.addEventListener("pagehide", () => stream?.close());
  document.addEventListener("visibilitychange", update);
  showEnds();
  update();
}
