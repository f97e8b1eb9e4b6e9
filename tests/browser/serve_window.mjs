// What the ways through `synthaudit serve` have in common: the server, windows that count what must be zero, and looks
// at a page at both widths. No way of its own: serve.mjs goes them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
export const SCREENSHOTS = resolve(HERE, "../../out/screenshots/serve");
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Pages that are looked at in both colours at both widths; the others wide and light, and narrow and dark. */
const MAIN = new Set(["new", "read", "use", "finished"]);
/** Milliseconds; a busy machine is no finding. */
export const PATIENCE = 1_500_000;
const MOST_TABS = 200;

export function stop(message) {
  console.error(message);
  process.exit(2);
}

if (!existsSync(CHROMIUM)) stop(`no browser at ${CHROMIUM}; install chromium or set CHROMIUM`);
const modules = await Promise.all([import("playwright-core"), import("axe-core")]).catch(() =>
  stop("playwright-core or axe-core is missing; run npm ci first"),
);
const { chromium } = modules[0].default ?? modules[0];
const axeSource = (modules[1].default ?? modules[1]).source;

export const folder = mkdtempSync(join(tmpdir(), "synthaudit-serve-"));
export const results = [];
export const total = { foreign: 0, violations: 0, overflow: 0, dialogs: 0, pages: new Set() };
mkdirSync(SCREENSHOTS, { recursive: true });

export function note(what, got, isRight) {
  results.push({ what, got, isRight });
  console.log(`${isRight ? "ok  " : "FAIL"} ${what}: ${got}`);
}

// --- the server ---------------------------------------------------------------------------------------------

let server;

/** The server as a starter runs it, in a language. Resolves to the link that it prints and, once it has started a browser, to what it
 * started the browser with. */
export async function start(python, language = "en") {
  const log = join(folder, "browser.txt");
  const browser = join(folder, "browser.sh");
  writeFileSync(log, "");
  writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$*" > '${log}'\n`);
  chmodSync(browser, 0o700);
  const env = { ...process.env, BROWSER: `${browser} %s` };
  server = spawn(python, ["-P", "-m", "synthaudit", "serve", "--data-dir", join(folder, "data"), "--lang", language], { env });
  server.stderr.pipe(process.stderr);
  let said = "";
  const link = await new Promise((done, failed) => {
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const found = /http:\/\/\S+/.exec(said);
      if (found) done(found[0]);
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  while (!readFileSync(log, "utf8")) await sleep(100);
  return { link, startedWith: readFileSync(log, "utf8") };
}

/** End the server; with SIGKILL as a power cut does. */
export async function end(signal) {
  if (!server || server.exitCode !== null) return;
  server.removeAllListeners("exit");
  const closed = once(server, "close");
  server.kill(signal);
  await closed;
}

// --- windows ------------------------------------------------------------------------------------------------

export const browser = await chromium
  .launch({ executablePath: CHROMIUM, args: FLAGS, chromiumSandbox: false })
  .catch((error) => stop(`Chromium did not start: ${error.message.split("\n")[0]}`));

/** A browser window that counts requests to anything but the server, and dialogs, by the protocol of the developer tools. */
export async function windowOf(options = {}) {
  const context = await browser.newContext({ viewport: WIDE, acceptDownloads: true, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (!/^(http:\/\/127\.0\.0\.1:\d+\/|data:|file:\/\/\/)/.test(request.url)) {
      total.foreign += 1;
      console.log(`     foreign request: ${request.url.slice(0, 100)}`);
    }
  });
  await session.send("Network.enable");
  page.on("dialog", (dialog) => { total.dialogs += 1; dialog.dismiss(); });
  return page;
}

export const sleep = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
export const heading = (page) => page.locator("h1").textContent();

/** Until a page's heading is one of these; also without scripts, where the page looks again by itself. */
export async function until(page, pattern) {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const text = await page.locator("h1").textContent({ timeout: 10_000 }).catch(() => "");
    if (pattern.test(text)) return text;
    await sleep(200);
  }
  throw new Error(`no heading like ${pattern}, but ${await heading(page)}`);
}

/** Drop files of this machine on an element, as a file manager does. */
export async function drop(page, selector, path) {
  const field = page.locator(selector);
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [resolve(path)], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: box.x + box.width / 2, y: box.y + box.height / 2, data });
  }
  await session.detach();
}

/** Go on with the tabulator until an element has the focus. */
export async function tabTo(page, selector) {
  for (let i = 0; i < MOST_TABS; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.locator(selector).evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the tabulator never reaches ${selector}`);
}

// --- looks --------------------------------------------------------------------------------------------------

/** A page at both widths: accessibility, overflow, a picture. axe is a script of its own, so the policy is bypassed.
 * With asShown the copy shows what the page does, for what answers a form cannot be asked for again. */
export async function look(page, name, { asShown = false, language = "en" } = {}) {
  const spoken = await page.locator("html").getAttribute("lang");
  if (spoken !== language) throw new Error(`${name} speaks ${spoken} in place of ${language}`);
  const html = asShown ? await page.content() : "";
  const all = [[WIDE, "light"], [PHONE, "dark"], [WIDE, "dark"], [PHONE, "light"]];
  const views = MAIN.has(name) ? all : all.slice(0, 2);
  total.pages.add(name);
  const context = await browser.newContext({ bypassCSP: true, storageState: await page.context().storageState() });
  context.setDefaultTimeout(PATIENCE);
  const copy = await context.newPage();
  const shows = async ([viewport, colorScheme]) => {
    await copy.setViewportSize(viewport);
    await copy.emulateMedia({ colorScheme });
    return [name, viewport.width, colorScheme, ...(language === "en" ? [] : [language])].join("-");
  };
  // What is under way must not lead the page on while it is looked at.
  await copy.route("**/progress", (route) => route.abort());
  if (asShown) await copy.route(page.url(), (route) => route.fulfill({ body: html, contentType: "text/html" }));
  await copy.goto(page.url());
  for (const view of views) await copy.screenshot({ path: join(SCREENSHOTS, `${await shows(view)}.png`), fullPage: true });
  await copy.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
  await copy.evaluate(axeSource);
  for (const view of views) {
    const where = await shows(view);
    const overflow = await copy.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const result = await copy.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), WCAG);
    total.overflow = Math.max(total.overflow, overflow);
    total.violations += result.violations.length;
    for (const { id, nodes } of result.violations) console.log(`     ${where}: axe ${id} ${nodes[0].target}`);
    if (overflow > 0) console.log(`     ${where}: ${overflow} px too wide`);
  }
  await context.close();
}
