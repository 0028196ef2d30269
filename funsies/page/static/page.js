// Keeps the page up to date: the server sends its changing part when that has changed.
// Without this module everything can be read and done, but must be loaded anew to be new.

import { patch } from "./patch.js";

const live = document.getElementById("live");
const said = document.getElementById("connection");
const pause = document.getElementById("pause");
let stream = null;
let connection = "";
let shown = "";
let waiting = null; // what came while the page had to keep still
let isPaused = false;

function isAtEnd(log) {
  return log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
}

// A log that is at its end stays at its end, and a new one begins there.
function show(html) {
  if (html === shown) return;
  const focused = document.activeElement;
  const logs = new Map([...live.querySelectorAll(".log")].map((each) => [each, isAtEnd(each)]));
  const told = document.createElement("template");
  told.innerHTML = html;
  patch(live, told.content);
  shown = html;
  showEnds((log) => logs.get(log) ?? true);
  // What was moved to another place has lost the focus.
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

function showEnds(isWanted) {
  for (const log of live.querySelectorAll(".log")) if (isWanted(log)) log.scrollTop = log.scrollHeight;
}

// The page keeps still while a button is pressed, and as long after that, or after the pointer moved on a
// link, as a second click or that of a finger may take: what somebody aims at must not move away.
const STILL_MS = 500;
const MAIN_OR_MIDDLE = 1 | 4; // the other opens a menu, and is often not told when it is let go
let isPressed = false;
let stillness = null;

function onPointer(event) {
  const wasPressed = isPressed;
  isPressed = (event.buttons & MAIN_OR_MIDDLE) > 0;
  const isAimed = event.type !== "pointermove" || event.target.closest("a");
  if (!isAimed && isPressed === wasPressed) return;
  clearTimeout(stillness);
  stillness = setTimeout(() => {
    stillness = null;
    settle();
  }, STILL_MS);
}

// What is marked stays, to be copied.
function isMarked() {
  const marked = window.getSelection();
  return !marked.isCollapsed && marked.containsNode(live, true);
}

function settle() {
  if (waiting !== null && !isPressed && stillness === null && !isMarked()) {
    show(waiting);
    waiting = null;
  }
  const isHeld = connection === "live" && waiting !== null && isMarked();
  const text = isHeld ? "still, while text is marked" : connection;
  if (said.textContent !== text) said.textContent = text; // each time, it would be read out
}

function say(text) {
  connection = text;
  settle();
}

function follow() {
  stream = new EventSource(location.href);
  stream.addEventListener("open", () => say("live"));
  stream.addEventListener("error", () => say("not connected"));
  stream.addEventListener("trouble", (event) => say(JSON.parse(event.data)));
  stream.addEventListener("live", (event) => {
    waiting = JSON.parse(event.data);
    say("live");
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
  waiting = null; // a new stream begins with all that is shown
  say("paused");
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
  document.addEventListener("selectionchange", settle);
  for (const kind of ["down", "up", "cancel", "move"]) document.addEventListener(`pointer${kind}`, onPointer);
  window.addEventListener("blur", onPointer); // a button is let go elsewhere, and nobody tells
  showEnds(() => true);
  update();
}
