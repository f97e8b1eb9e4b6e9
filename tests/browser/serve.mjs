// Goes the ways of `synthaudit serve` in Chromium as a new user does, by the page alone: from an empty folder to a PDF.
// Counts what must be zero (requests to other hosts, accessibility violations, overflow on a phone) and the clicks from
// two CSV files to a verdict. Prints a line a check; writes screenshots and, with --figures, what docs/figures has.
//
//   node serve.mjs --python PYTHON --tables FOLDER [--commit ID] [--figures FILE] [--images FOLDER]
//
// Exits 1 on any finding and 2 when something is missing: never a silent skip.

import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import {
  browser, drop, end, folder, heading, look, note, PATIENCE, results, SCREENSHOTS, sleep, start, stop, tabTo, total, until, windowOf,
} from "./serve_window.mjs";
import { inLanguage } from "./serve_languages.mjs";

const HOSTILE = '<img onerror="document.title=`pwned`" src=x>.csv';
const MOST_CLICKS = 12;
const VERDICT = /^(Fail|Pass|Inconclusive)\b/;
const WAS_READ = /This was read|cannot be audited/;

const { values } = parseArgs({
  options: Object.fromEntries(["python", "tables", "commit", "figures", "images"].map((name) => [name, { type: "string" }])),
});
if (!values.python || !values.tables) stop("usage: node serve.mjs --python PYTHON --tables FOLDER");

const table = (name) => join(values.tables, `${name}.csv`);
const button = (page, text) => page.locator(`button:has-text('${text}')`);
const idOf = (address) => new URL(address).pathname.split("/")[2];
const cookieOf = async (page) => (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");

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

/** What a form of the page's would be, but sent by another page or with another length: only the status comes back. */
function post(address, headers, hasContent) {
  return new Promise((done, failed) => {
    const asked = httpRequest(address, { method: "POST", headers }, (answer) => { answer.resume(); done(answer.statusCode); asked.destroy(); });
    asked.on("error", failed);
    if (hasContent) asked.flushHeaders();
    else asked.end();
  });
}

/** Whether what a link of the page leads to is a PDF. */
async function isPdf(page, text) {
  const address = new URL(await page.locator(`a:has-text('${text}')`).getAttribute("href"), page.url()).href;
  const answer = await page.request.get(address, { timeout: PATIENCE });
  return (await answer.body()).subarray(0, 5).toString() === "%PDF-";
}

// --- the ways -----------------------------------------------------------------------------------------------

/** Nobody is let in by a wrong token, nor without one. */
async function strangers(origin) {
  const stranger = await windowOf();
  for (const address of [`${origin}/`, `${origin}/open?token=wrong`]) {
    const answer = await stranger.goto(address);
    note(`a stranger at ${new URL(address).pathname}`, answer.status(), answer.status() === 403);
  }
  await look(stranger, "refused");
  await stranger.context().close();
}

/** The browser is started with a private file, which leads in; the link stands on no command line. */
async function comeIn(page, link, startedWith) {
  const token = new URL(link).searchParams.get("token");
  note("the link on the browser's command line", startedWith.includes(token) ? "stands there" : "is not there", !startedWith.includes(token));
  const mode = (statSync(fileURLToPath(startedWith)).mode & 0o777).toString(8);
  note("the file in its place can be read by", mode === "600" ? "its owner alone" : mode, mode === "600");
  await page.goto(startedWith);
  note("an empty folder opens with", await until(page, /give away|Refused/), /give away/.test(await heading(page)));
}

/** Two CSV files, by the page alone, to a verdict. */
async function twoFiles(page) {
  await look(page, "new");
  await choose(page, "train", table("train"));
  await choose(page, "synthetic", table("release"), HOSTILE);
  await click(page, "button:has-text('Read the tables')");
  await look(page, "reading");
  await until(page, WAS_READ);
  note("the tables were", await heading(page), (await heading(page)) === "This was read");
  await look(page, "read");
  await click(page, "button:has-text('Next')");
  await until(page, /Who will see/);
  await look(page, "use");
  await click(page, "label.use:has-text('A partner')");
  await click(page, "button:has-text('Start the audit')");
  await until(page, /under way|Fail|Pass|Inconclusive/);
  await look(page, "auditing");
  const verdict = await until(page, VERDICT);
  note("clicks from two CSV files to a verdict", clicks, clicks <= MOST_CLICKS);
  note("the verdict on copies of the real table", verdict, /^Fail/.test(verdict));
  note("a file named as an element is", "shown as text", (await page.content()).includes("&lt;img onerror=") && (await page.title()) !== "pwned");
  await look(page, "finished");
  return page.url();
}

/** A second tab is in by the same cookie; the link by itself is used up. Other pages do nothing here. */
async function others(page, origin, link, audit) {
  const tab = await page.context().newPage();
  await tab.goto(origin);
  note("a second tab shows", await heading(tab), (await heading(tab)) === "Audits");
  await tab.close();
  const other = await windowOf();
  const status = (await other.goto(link)).status();
  note("the link a second time, in another browser", status, status === 403);
  await other.context().close();
  const cookie = await cookieOf(page);
  const crossed = await post(`${audit}/delete`, { Origin: "http://evil.example", Cookie: cookie, "Content-Length": 0 }, false);
  note("a post of another page", crossed, crossed === 403);
  const kind = "multipart/form-data; boundary=x";
  const huge = await post(`${origin}/audits`, { Origin: origin, Cookie: cookie, "Content-Type": kind, "Content-Length": 2 ** 31 }, true);
  note("2 GB are refused before they are sent", huge, huge === 413);
  await page.goto(audit);
  note("after both the audit is", await heading(page), /^Fail/.test(await heading(page)));
}

/** The report, a PDF of it, and what the vendor gets. */
async function handOn(page) {
  await page.locator("text=Read the report").click();
  note("the report says", await heading(page), /^Fail/.test(await heading(page)));
  await look(page, "report");
  await page.goBack();
  await page.locator("a:has-text('The edition for vendors')").click();
  await look(page, "report-vendor");
  await page.goBack();
  const pdf = await isPdf(page, "The report as PDF");
  note("the report as PDF is", pdf ? "a PDF" : "none", pdf);
}

/** A form without tables, a wrong file, the right one in its place, what is cancelled and begun again. */
async function mistakes(page, origin) {
  await page.goto(`${origin}/new`);
  await button(page, "Read the tables").click();
  note("no file at all says", await heading(page), (await heading(page)) === "That did not work");
  await look(page, "error", { asShown: true });
  await page.goto(`${origin}/new`);
  writeFileSync(join(folder, "letter.docx"), "no table");
  await page.locator("input[type=file][name=train]").setInputFiles(join(folder, "letter.docx"));
  await page.locator("input[type=file][name=synthetic]").setInputFiles(table("release"));
  await button(page, "Read the tables").click();
  note("a letter in place of a table", await until(page, WAS_READ), /cannot be audited/.test(await heading(page)));
  await look(page, "wrong-file");
  await page.locator("text=Choose another file").click();
  await look(page, "another-file");
  await page.locator("input[type=file][name=train]").setInputFiles(table("train"));
  await button(page, "Read the tables").click();
  await button(page, "Cancel").click();
  await until(page, /interrupted/);
  note("what was cancelled says", await heading(page), /interrupted/.test(await heading(page)));
  await look(page, "interrupted");
  await button(page, "Read the tables again").click();
  note("the right file in its place, read again, says", await until(page, WAS_READ), (await heading(page)) === "This was read");
}

/** An audit that takes hours. */
async function beginForHours(page, origin) {
  await page.goto(`${origin}/new`);
  for (const [role, name] of [["train", "train"], ["synthetic", "release"], ["holdout", "holdout"]]) {
    await page.locator(`input[type=file][name=${role}]`).setInputFiles(table(`large-${name}`));
  }
  await button(page, "Read the tables").click();
  await until(page, WAS_READ);
  await button(page, "Next").click();
  await until(page, /Who will see/);
  await page.locator("label.use:has-text('A partner')").click();
  await page.locator("summary:has-text('how thorough')").click();
  await page.locator("#profile").selectOption("thorough");
  await button(page, "Start the audit").click();
  await until(page, /under way/);
  return page.url();
}

/** Three files that are dropped, and a doubt that is answered: what so many people can decide stands beside each use. */
async function dropped(page, origin) {
  await page.goto(`${origin}/new`);
  for (const [role, name] of [["train", "train"], ["synthetic", "release"], ["holdout", "holdout"]]) await drop(page, `#${role}`, table(name));
  const names = await page.locator("input[type=file]").evaluateAll((fields) => fields.map((field) => field.files[0]?.name).join(", "));
  note("three files dropped on their fields", names, names === "train.csv, release.csv, holdout.csv");
  await button(page, "Read the tables").click();
  await until(page, WAS_READ);
  await look(page, "doubts");
  await page.locator("fieldset:has(legend:text-is('patient')) label:has-text('names a person')").click();
  await button(page, "Next").click();
  await until(page, /being read|waits/);
  await until(page, WAS_READ);
  await look(page, "answered");
  await button(page, "Next").click();
  await until(page, /Who will see/);
  const chances = await page.locator(".use:has-text('would pass')").count();
  note("uses that say what so many people can decide", chances, chances > 0);
  await look(page, "people");
}

/** The keyboard alone, and no script: paths are typed, choices made, and the page looks again by itself. While two
 * others are under way the audit waits, and begins when one is cancelled. */
async function keyboardAlone(page, origin, blocker) {
  const keys = await windowOf({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const press = (key) => keys.keyboard.press(key);
  await keys.goto(origin);
  await tabTo(keys, "main a[href='/new']");
  await press("Enter");
  await until(keys, /give away/);
  for (const [role, name] of [["train", "train"], ["synthetic", "release"]]) {
    await tabTo(keys, `fieldset:has(#${role}) summary`);
    await press("Enter");
    await tabTo(keys, `#${role}-path`);
    await keys.keyboard.type(resolve(table(name)));
  }
  await press("Enter");
  await until(keys, WAS_READ);
  const answers = "fieldset:has(legend:text-is('patient')) input[type=radio]:checked";
  await tabTo(keys, answers);
  await press("ArrowRight");
  await tabTo(keys, "button:has-text('Next')");
  await press("Enter");
  // What was changed is read once more first.
  await until(keys, /being read|waits/);
  await until(keys, WAS_READ);
  const answer = await keys.locator(answers).getAttribute("value");
  note("an answer by an arrow key says", answer, answer === "person");
  await tabTo(keys, "button:has-text('Next')");
  await press("Enter");
  await until(keys, /Who will see/);
  await tabTo(keys, "input[name=use] >> nth=0");
  await press("Space");
  await tabTo(keys, "button:has-text('Start the audit')");
  await press("Enter");
  note("a third audit at once says", await until(keys, /waits|under way|Fail/), /waits/.test(await heading(keys)));
  await look(keys, "waiting");
  await page.goto(blocker);
  await button(page, "Cancel").click();
  await until(page, /interrupted/);
  await until(keys, /under way|Fail/);
  note("once another was cancelled it is", "under way by itself", true);
  const verdict = await until(keys, VERDICT);
  note("without script, by the keyboard alone, the verdict is", verdict, /^Fail/.test(verdict));
  const audit = keys.url();
  await look(keys, "verdict");
  await tabTo(keys, "a.button:has-text('Read the report')");
  await press("Enter");
  await keys.waitForURL(/report\.html/);
  note("and the report says", await heading(keys), /^Fail/.test(await heading(keys)));
  await keys.context().close();
  return audit;
}

/** Two audits side by side, and all of them over time. */
async function sideBySide(page, origin, audits) {
  await page.goto(origin);
  await look(page, "list");
  for (const audit of audits) await page.locator(`input[name='audit-${idOf(audit)}']`).check();
  await button(page, "Compare those").click();
  await page.waitForURL(/\/comparisons\//);
  const links = await page.locator("a[href$='report.html']").count();
  note("two audits side by side: reports that it leads to", links, links >= 2);
  await look(page, "comparison");
  await page.locator("a[href$='report.html']").first().click();
  note("of which one says", await heading(page), /^Fail/.test(await heading(page)));
  await page.goto(origin);
  await page.locator("text=History of all audits").click();
  await page.waitForURL(/\/history/);
  const rows = await page.locator("tbody tr").count();
  note("the history of all audits has rows", rows, rows >= 2);
  await look(page, "history");
}

/** A table and no vendor yet: its parts, the audit of what came back, and a letter. */
async function splitFirst(page, origin) {
  await page.goto(origin);
  await page.locator("nav a:has-text('Split a table')").click();
  await look(page, "split");
  await page.locator("#table").setInputFiles(table("train"));
  await page.locator("#people").fill("patient");
  await button(page, "Split the table").click();
  note("a split says", await until(page, /sealed|not split/), /sealed/.test(await heading(page)));
  await look(page, "split-done");
  const rows = [];
  for (const part of await page.locator("main a[download]").all()) {
    const [download] = await Promise.all([page.waitForEvent("download"), part.click()]);
    if (!/\.csv$/.test(download.suggestedFilename())) continue;
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    rows.push(readFileSync(path, "utf8").trim().split("\n").length - 1);
  }
  const all = readFileSync(table("train"), "utf8").trim().split("\n").length - 1;
  const sum = rows.reduce((one, other) => one + other, 0);
  note("rows of its parts, of as many in the table", `${sum} of ${all}`, sum === all);
  await page.locator("a:has-text('Audit it')").click();
  await look(page, "split-audit");
  await page.locator("input[type=file][name=synthetic]").setInputFiles(join(folder, "train.csv"));
  await button(page, "Read the tables").click();
  note("what came back was", await until(page, WAS_READ), (await heading(page)) === "This was read");
  await button(page, "Next").click();
  await until(page, /Who will see/);
  await page.locator("label.use:has-text('Anybody')").click();
  await button(page, "Start the audit").click();
  const verdict = await until(page, VERDICT);
  note("the verdict on the vendor's part sent back", verdict, /^Fail/.test(verdict));
  const letter = await isPdf(page, "A letter of one page");
  note("the letter to be signed is", letter ? "a PDF" : "none", letter);
}

/** The server is killed and started again: what was finished is there, and what was under way goes on. */
async function killed(page, finished, underWay) {
  await page.goto(underWay);
  note("when the server is killed one audit is", await heading(page), /under way/.test(await heading(page)));
  await end("SIGKILL");
  const { link } = await start(values.python);
  const { origin } = new URL(link);
  await page.goto(link);
  await until(page, /Audits/);
  const at = (audit) => `${origin}${new URL(audit).pathname}`;
  const links = await Promise.all(finished.map((audit) => page.locator(`main a[href$="${new URL(audit).pathname}"]`).count()));
  note("after that the list has finished audits", links.length, links.every((n) => n === 1));
  for (const audit of finished) {
    await page.goto(at(audit));
    note("and the verdict is", await heading(page), /^Fail/.test(await heading(page)));
  }
  await page.goto(at(underWay));
  note("what was under way is", await heading(page), /under way/.test(await heading(page)));
  await button(page, "Cancel").click();
  await until(page, /interrupted/);
  await page.goto(at(finished[0]));
  await page.locator("summary:has-text('Delete this audit')").click();
  await button(page, "Delete the audit").click();
  await until(page, /Audits/);
  await page.goto(at(finished[0]));
  note("a deleted audit says", await heading(page), /no such page/.test(await heading(page)));
  await look(page, "nowhere");
}

async function allWays() {
  const { link, startedWith } = await start(values.python);
  const { origin } = new URL(link);
  await strangers(origin);
  const page = await windowOf();
  await comeIn(page, link, startedWith);
  const first = await twoFiles(page);
  await others(page, origin, link, first);
  await handOn(page);
  await mistakes(page, origin);
  await dropped(page, origin);
  const forHours = [await beginForHours(page, origin), await beginForHours(page, origin)];
  const second = await keyboardAlone(page, origin, forHours[0]);
  await sideBySide(page, origin, [first, second]);
  await splitFirst(page, origin);
  await killed(page, [first, second], forHours[1]);
  await page.context().close();
  for (const language of ["de", "fr"]) await inLanguage(values.python, language, table, join(folder, "letter.docx"));
  note("kinds of pages that were looked at", total.pages.size, true);
  note("requests to other hosts", total.foreign, total.foreign === 0);
  note("dialogs that a file's name opened", total.dialogs, total.dialogs === 0);
  note("axe violations, 1280 and 390 px, light and dark", total.violations, total.violations === 0);
  note("pixels of overflow", total.overflow, total.overflow === 0);
}

let code = 2;
try {
  await allWays();
  code = results.every(({ isRight }) => isRight) ? 0 : 1;
} catch (error) {
  console.error(error);
} finally {
  await browser.close();
  await end("SIGTERM");
  await sleep(500);
  rmSync(folder, { recursive: true, force: true });
}
if (values.images && code === 0) {
  for (const [from, to] of [["doubts", "read"], ["people", "use"], ["verdict", "finished"]]) copyFileSync(join(SCREENSHOTS, `${from}-1280-light.png`), join(values.images, `serve-${to}.png`));
}
if (values.figures && code !== 2) {
  const lines = results.map(({ what, got, isRight }) => `| ${what} | ${got} | ${isRight ? "yes" : "no"} |`);
  const right = results.filter(({ isRight }) => isRight).length;
  const of = values.commit ? ` at commit ${values.commit}` : "";
  const old = readFileSync(values.figures, "utf8").split("\n## ").slice(1).map((part) => `\n## ${part}`).join("");
  writeFileSync(values.figures, `# The page of this machine in Chromium\n\nBy \`make test-web\`${of}: from an empty folder to a PDF, by the page alone. ${right} of ${results.length} are right.\n\n| what | seen | right |\n|---|---|---|\n${lines.join("\n")}\n${old}`);
}
console.log(`screenshots: ${SCREENSHOTS}`);
process.exit(code);
