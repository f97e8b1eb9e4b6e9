// Goes the way of `synthaudit serve` in Chromium as a new user does, by the page alone: from an empty folder to a PDF.
// Counts what must be zero (requests to other hosts, accessibility violations, overflow on a phone) and the clicks from
// two CSV files to a verdict. Prints a line a check; writes screenshots and, with --figures, what docs/figures has.
//
//   node serve.mjs --python PYTHON --tables FOLDER [--figures FILE] [--images FOLDER]
//
// Exits 1 on any finding and 2 when something is missing: never a silent skip.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const SCREENSHOTS = resolve(HERE, "../../out/screenshots/serve");
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const HOSTILE = '<img onerror="document.title=`pwned`" src=x>.csv';
const MOST_CLICKS = 12;
/** Pages that are looked at in both colours at both widths; the others wide and light, and narrow and dark. */
const MAIN = new Set(["new", "read", "use", "finished"]);
/** Milliseconds; a busy machine is no finding. */
const PATIENCE = 1_500_000;

function stop(message) {
  console.error(message);
  process.exit(2);
}

const { values } = parseArgs({
  options: { python: { type: "string" }, tables: { type: "string" }, figures: { type: "string" }, images: { type: "string" } },
});
if (!values.python || !values.tables) stop("usage: node serve.mjs --python PYTHON --tables FOLDER");
if (!existsSync(CHROMIUM)) stop(`no browser at ${CHROMIUM}; install chromium or set CHROMIUM`);
const modules = await Promise.all([import("playwright-core"), import("axe-core")]).catch(() =>
  stop("playwright-core or axe-core is missing; run npm ci first"),
);
const { chromium } = modules[0].default ?? modules[0];
const axeSource = (modules[1].default ?? modules[1]).source;

const folder = mkdtempSync(join(tmpdir(), "synthaudit-serve-"));
const data = join(folder, "data");
const results = [];
const total = { foreign: 0, violations: 0, overflow: 0, dialogs: 0 };
let server;

function note(what, got, isRight) {
  results.push({ what, got, isRight });
  console.log(`${isRight ? "ok  " : "FAIL"} ${what}: ${got}`);
}

/** The server as a starter runs it; resolves to the link that it prints. */
async function start(...more) {
  server = spawn(values.python, ["-P", "-m", "synthaudit", "serve", "--no-browser", "--data-dir", data, ...more]);
  server.stderr.pipe(process.stderr);
  let said = "";
  return new Promise((done, failed) => {
    server.stdout.on("data", (chunk) => {
      said += chunk;
      const link = /http:\/\/\S+/.exec(said);
      if (link) done(link[0]);
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
}

const browser = await chromium
  .launch({ executablePath: CHROMIUM, args: FLAGS, chromiumSandbox: false })
  .catch((error) => stop(`Chromium did not start: ${error.message.split("\n")[0]}`));

/** A browser window that counts requests to anything but the server, and dialogs, by the protocol of the developer tools. */
async function windowOf(options = {}) {
  const context = await browser.newContext({ viewport: WIDE, acceptDownloads: true, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (!/^(http:\/\/127\.0\.0\.1:\d+\/|data:)/.test(request.url)) {
      total.foreign += 1;
      console.log(`     foreign request: ${request.url.slice(0, 100)}`);
    }
  });
  await session.send("Network.enable");
  page.on("dialog", (dialog) => { total.dialogs += 1; dialog.dismiss(); });
  return page;
}

let clicks = 0;
async function click(page, selector) {
  clicks += 1;
  await page.locator(selector).click();
}
/** A file is chosen by two clicks: on its field, and in the dialog of the system. */
async function choose(page, role, path, name) {
  clicks += 2;
  const files = name ? { name, mimeType: "text/csv", buffer: readFileSync(path) } : path;
  await page.locator(`input[type=file][name=${role}]`).setInputFiles(files);
}

/** A page at both widths: accessibility, overflow, a picture. axe is a script of its own, so the policy is bypassed. */
async function look(page, name) {
  const state = await page.context().storageState();
  const all = [[WIDE, "light"], [PHONE, "dark"], [WIDE, "dark"], [PHONE, "light"]];
  for (const [viewport, colorScheme] of MAIN.has(name) ? all : all.slice(0, 2)) {
    const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true, storageState: state });
    context.setDefaultTimeout(PATIENCE);
    const copy = await context.newPage();
    // What is under way must not lead the page on while it is looked at.
    await copy.route("**/progress", (route) => route.abort());
    await copy.goto(page.url());
    await copy.screenshot({ path: join(SCREENSHOTS, `${name}-${viewport.width}-${colorScheme}.png`), fullPage: true });
    await copy.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
    const overflow = await copy.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    total.overflow = Math.max(total.overflow, overflow);
    await copy.evaluate(axeSource);
    const result = await copy.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), WCAG);
    total.violations += result.violations.length;
    for (const { id, nodes } of result.violations) console.log(`     ${name} ${viewport.width} ${colorScheme}: axe ${id} ${nodes[0].target}`);
    if (overflow > 0) console.log(`     ${name} ${viewport.width}: ${overflow} px too wide`);
    await context.close();
  }
}

const table = (name) => join(values.tables, `${name}.csv`);
const heading = (page) => page.locator("h1").textContent();
const until = (page, pattern) => page.waitForFunction((text) => new RegExp(text).test(document.querySelector("h1")?.textContent), pattern);

/** A post as another page would make it, with the browser's cookie. */
function foreignPost(address, cookie) {
  return new Promise((done, failed) => {
    const asked = httpRequest(address, { method: "POST", headers: { Origin: "http://evil.example", Cookie: cookie, "Content-Length": 0 } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    asked.on("error", failed);
    asked.end();
  });
}

/** A form of two gigabytes of which nothing but the length is sent. */
function hugePost(address, cookie) {
  return new Promise((done, failed) => {
    const origin = new URL(address).origin;
    const headers = { Origin: origin, Cookie: cookie, "Content-Type": "multipart/form-data; boundary=x", "Content-Length": 2 ** 31 };
    const asked = httpRequest(address, { method: "POST", headers }, (answer) => { done(answer.statusCode); asked.destroy(); });
    asked.on("error", failed);
    asked.flushHeaders();
  });
}

async function way() {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const link = await start();
  const origin = new URL(link).origin;

  // Nobody is let in by a wrong token, nor without one.
  const stranger = await windowOf();
  for (const address of [`${origin}/`, `${origin}/open?token=wrong`]) {
    const answer = await stranger.goto(address);
    note(`a stranger at ${new URL(address).pathname}`, answer.status(), answer.status() === 403);
  }
  await look(stranger, "refused");
  await stranger.context().close();

  // Two CSV files, by the page alone, to a verdict.
  const page = await windowOf();
  await page.goto(link);
  note("an empty folder opens with", await heading(page), /give away/.test(await heading(page)));
  await look(page, "new");
  await choose(page, "train", table("train"));
  await choose(page, "synthetic", table("release"), HOSTILE);
  await click(page, "button:has-text('Read the tables')");
  await look(page, "reading");
  await until(page, "This was read|cannot be audited");
  note("the tables were", await heading(page), (await heading(page)) === "This was read");
  await look(page, "read");
  await click(page, "button:has-text('Next')");
  await until(page, "Who will see");
  await look(page, "use");
  await click(page, "label.use:has-text('A partner')");
  await click(page, "button:has-text('Start the audit')");
  await until(page, "under way|Fail|Pass|Inconclusive");
  await look(page, "auditing");
  await until(page, "^(Fail|Pass|Inconclusive)$");
  note("clicks from two CSV files to a verdict", clicks, clicks <= MOST_CLICKS);
  note("the verdict on copies of the real table", await heading(page), (await heading(page)) === "Fail");
  note("a file named as an element is", "shown as text", (await page.content()).includes("&lt;img onerror=") && (await page.title()) !== "pwned");
  await look(page, "finished");
  const audit = page.url();

  // A second tab is in by the same cookie; the link by itself is used up.
  const tab = await page.context().newPage();
  await tab.goto(origin);
  note("a second tab shows", await heading(tab), (await heading(tab)) === "Audits");
  await look(tab, "list");
  await tab.close();
  const other = await windowOf();
  note("the link a second time, in another browser", (await other.goto(link)).status(), true);
  await other.context().close();

  // The report, and a PDF.
  await page.locator("text=Read the report").click();
  note("the report says", (await heading(page)).slice(0, 40), /^Fail/.test(await heading(page)));
  await page.goBack();
  const answer = await page.request.get(`${audit}/out/report.pdf`, { timeout: PATIENCE });
  const pdf = await answer.body();
  note("the PDF begins with", pdf.subarray(0, 5).toString(), pdf.subarray(0, 5).toString() === "%PDF-");

  // Other pages do nothing here.
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const crossed = await foreignPost(`${audit}/delete`, cookie);
  note("a post of another page", crossed, crossed === 403);
  const huge = await hugePost(`${origin}/audits`, cookie);
  note("2 GB are refused before they are sent", huge, huge === 413);
  await page.goto(audit);
  note("after both the audit is", await heading(page), (await heading(page)) === "Fail");

  // A wrong file.
  await page.goto(`${origin}/new`);
  writeFileSync(join(folder, "letter.docx"), "no table");
  await page.locator("input[type=file][name=train]").setInputFiles(join(folder, "letter.docx"));
  await page.locator("input[type=file][name=synthetic]").setInputFiles(table("release"));
  await page.locator("button:has-text('Read the tables')").click();
  await until(page, "This was read|cannot be audited");
  note("a letter in place of a table", await heading(page), /cannot be audited/.test(await heading(page)));
  await look(page, "wrong-file");

  // What is under way can be cancelled, and begun again; the tables and answers are still there.
  await page.goto(`${origin}/new`);
  await page.locator("input[type=file][name=train]").setInputFiles(table("train"));
  await page.locator("input[type=file][name=synthetic]").setInputFiles(table("release"));
  await page.locator("button:has-text('Read the tables')").click();
  await page.locator("button:has-text('Cancel')").click();
  await until(page, "interrupted");
  note("what was cancelled says", await heading(page), /interrupted/.test(await heading(page)));
  await look(page, "interrupted");
  await page.locator("button:has-text('Read the tables again')").click();
  await until(page, "This was read|cannot be audited");
  note("and read again it says", await heading(page), (await heading(page)) === "This was read");

  // Three paths of this machine, and a doubt that is answered: what so many people can decide stands beside each use.
  await page.goto(`${origin}/new`);
  for (const [role, name] of [["train", "train"], ["synthetic", "release"], ["holdout", "holdout"]]) {
    await page.locator(`fieldset:has(#${role}) summary`).click();
    await page.locator(`#${role}-path`).fill(resolve(table(name)));
  }
  await page.locator("button:has-text('Read the tables')").click();
  await until(page, "This was read|cannot be audited");
  await page.locator("fieldset:has(legend:text-is('patient')) label:has-text('names a person')").click();
  await page.locator("button:has-text('Next')").click();
  await until(page, "under way|are read");
  await until(page, "This was read|cannot be audited");
  await look(page, "answered");
  await page.locator("button:has-text('Next')").click();
  await until(page, "Who will see");
  const chances = await page.locator(".use:has-text('would pass')").count();
  note("uses that say what so many people can decide", chances, chances > 0);
  await look(page, "people");

  // The keyboard alone, without a script.
  const keys = await windowOf({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  await keys.goto(`${audit}`);
  const readReport = keys.locator("a.button:has-text('Read the report')");
  for (let i = 0; i < 30 && !(await readReport.evaluate((link) => link === document.activeElement).catch(() => false)); i += 1) await keys.keyboard.press("Tab");
  await keys.keyboard.press("Enter");
  await keys.waitForURL(/report\.html/);
  note("without script, by the keyboard alone, one reaches", "the report", true);
  await keys.context().close();

  // The other pages.
  for (const [name, path] of [["split", "/split"], ["nowhere", "/nowhere"]]) {
    await page.goto(`${origin}${path}`);
    await look(page, name);
  }

  // The server is killed and started again: what was finished is there.
  server.removeAllListeners("exit");
  server.kill("SIGKILL");
  await once(server, "close");
  await page.goto(await start());
  note("after a killed server the list shows", await heading(page), (await page.locator(`a[href$="${new URL(audit).pathname}"]`).count()) === 1);
  await page.locator(`a[href$="${new URL(audit).pathname}"]`).click();
  note("and the verdict is", await heading(page), (await heading(page)) === "Fail");
  await page.locator("summary:has-text('Delete this audit')").click();
  await page.locator("button:has-text('Delete the audit')").click();
  await page.goto(`${new URL(page.url()).origin}${new URL(audit).pathname}`);
  note("a deleted audit is", await heading(page), (await heading(page)) === "Refused");
  await page.context().close();

  note("requests to other hosts", total.foreign, total.foreign === 0);
  note("dialogs that a file's name opened", total.dialogs, total.dialogs === 0);
  note("axe violations, 1280 and 390 px, light and dark", total.violations, total.violations === 0);
  note("pixels of overflow", total.overflow, total.overflow === 0);
}

let code = 2;
try {
  await way();
  code = results.every(({ isRight }) => isRight) ? 0 : 1;
} catch (error) {
  console.error(error);
} finally {
  await browser.close();
  server?.removeAllListeners("exit");
  server?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
if (values.images && code === 0) {
  for (const [from, to] of [["read", "read"], ["people", "use"], ["finished", "finished"]]) copyFileSync(join(SCREENSHOTS, `${from}-1280-light.png`), join(values.images, `serve-${to}.png`));
}
if (values.figures && code !== 2) {
  const lines = results.map(({ what, got, isRight }) => `| ${what} | ${got} | ${isRight ? "yes" : "no"} |`);
  writeFileSync(values.figures, `# The page of this machine in Chromium\n\nBy \`make test-web\`: from an empty folder to a PDF, each click as a new user makes it.\n\n| what | seen | right |\n|---|---|---|\n${lines.join("\n")}\n`);
}
console.log(`screenshots: ${SCREENSHOTS}`);
process.exit(code);
