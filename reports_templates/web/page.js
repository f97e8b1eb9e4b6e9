// Live progress, and a word before too large a file is sent. Without it pages look again by themselves.
"use strict";

const box = document.getElementById("progress");

async function look() {
  try {
    const answer = await fetch(box.dataset.progress, { cache: "no-store" });
    const state = await answer.json();
    if (state.phase !== box.dataset.phase) {
      location.reload();
      return;
    }
    const stage = document.getElementById("stage");
    if (stage.textContent !== state.stage) stage.textContent = state.stage;
    const bar = document.getElementById("bar");
    if (!bar) {
      // What waits for its turn has no share that is done.
    } else if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
    } else {
      bar.removeAttribute("value");
    }
    document.getElementById("times").textContent = state.times;
  } catch {
    // The server is gone, or is about to be back: the next look shows.
  }
  setTimeout(look, 1000);
}

if (box) setTimeout(look, 1000);

for (const form of document.querySelectorAll("form")) {
  const files = form.querySelectorAll("input[type=file]");
  const warning = document.getElementById("too-large");
  if (!files.length || !warning) continue;
  const isTooLarge = () => {
    let bytes = 0;
    for (const field of files) for (const file of field.files) bytes += file.size;
    return bytes > Number(files[0].dataset.most);
  };
  form.addEventListener("change", () => { warning.hidden = !isTooLarge(); });
  form.addEventListener("submit", (event) => {
    if (isTooLarge()) {
      event.preventDefault();
      warning.hidden = false;
      warning.scrollIntoView({ block: "center" });
    }
  });
}
