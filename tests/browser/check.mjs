// Opens rendered pages in Chromium and counts what must be zero: accessibility violations, requests that leave
// the page, executed scripts, horizontal overflow on a phone. Writes screenshots, prints one line per page.
//
//   node check.mjs PAGE.html...            CHROMIUM=/path/to/chromium overrides /usr/bin/chromium
//
// Exits 1 on any finding and 2 when a page or the browser is missing: never a silent skip.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const SCREENSHOTS = resolve(HERE, "../../out/screenshots");
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const MAX_BYTES = 300_000;
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const VIEWS = [
  { width: 1200, height: 900, colorScheme: "light" },
  { width: 1200, height: 900, colorScheme: "dark" },
  { width: 360, height: 740, colorScheme: "light" },
  { width: 360, height: 740, colorScheme: "dark" },
];
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

function stop(message) {
  console.error(message);
  process.exit(2);
}

const pages = process.argv.slice(2).map((path) => resolve(path));
if (pages.length === 0) stop("usage: node check.mjs PAGE.html...");
for (const page of pages) if (!existsSync(page)) stop(`no such page: ${page}`);
if (!existsSync(CHROMIUM)) stop(`no browser at ${CHROMIUM}; install chromium or set CHROMIUM`);

const modules = await Promise.all([import("playwright-core"), import("axe-core")]).catch(() =>
  stop("playwright-core or axe-core is missing; run npm ci first"),
);
const { chromium } = modules[0].default ?? modules[0];
const axeSource = (modules[1].default ?? modules[1]).source;

/** A page as its reader gets it, its scripts counted: no bypass of the content security policy. */
async function asReader(browser, path, view, name) {
  const { width, height, colorScheme } = view;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const own = pathToFileURL(path).href;
  const requests = [];
  let scripts = 0;
  page.on("request", (request) => request.url().split("#")[0] !== own && requests.push(request.url().slice(0, 80)));
  page.on("dialog", (dialog) => { scripts += 1; dialog.dismiss(); });
  const session = await context.newCDPSession(page);
  session.on("Debugger.scriptParsed", (script) => { if (script.url === own) scripts += 1; });
  await session.send("Debugger.enable");
  const title = /<title>([^<]*)/.exec(readFileSync(path, "utf8"));
  await page.goto(own);
  if (!title || (await page.title()) === "pwned") scripts += 1;
  // The phone's layout: what is wider than the window scrolls inside its own box, never the page.
  const overflow = await session
    .send("Page.getLayoutMetrics")
    .then(({ cssContentSize, cssLayoutViewport }) => Math.max(0, Math.round(cssContentSize.width - cssLayoutViewport.clientWidth)));
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  await context.close();
  return { requests, scripts, overflow };
}

/** Accessibility violations; the folded parts are opened first. axe is itself a script, so the policy is bypassed. */
async function axe(browser, path, view) {
  const { width, height, colorScheme } = view;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(path).href);
  await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
  await page.evaluate(axeSource);
  const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), WCAG);
  await context.close();
  return result.violations.map(({ id, nodes }) => `${id} x${nodes.length} ${nodes[0].target}`.slice(0, 160));
}

/** The browser must see a script and a request where there are some, else a count of zero means nothing. */
async function selfTest(browser) {
  const folder = mkdtempSync(join(tmpdir(), "synthaudit-browser-"));
  const path = join(folder, "bad.html");
  writeFileSync(path, '<html><title>x</title><img src="missing.png"><div style="width:2000px">x</div><script>1+1</script></html>');
  try {
    const seen = await asReader(browser, path, VIEWS[2], "self-test");
    const violations = await axe(browser, path, VIEWS[2]);
    const blind = seen.requests.length === 0 || seen.scripts === 0 || seen.overflow === 0 || violations.length === 0;
    if (blind) stop("the checks do not see a page that is bad on purpose");
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(SCREENSHOTS, "self-test-360-light.png"), { force: true });
  }
}

mkdirSync(SCREENSHOTS, { recursive: true });
const browser = await chromium
  .launch({ executablePath: CHROMIUM, args: FLAGS, chromiumSandbox: false })
  .catch((error) => stop(`Chromium did not start: ${error.message.split("\n")[0]}`));

let findings = 0;
try {
  await selfTest(browser);
  for (const path of pages) {
    const folder = path.split(/[\\/]/).at(-2);
    const file = path.split(/[\\/]/).at(-1).replace(/\.html$/, "");
    const name = `${folder}-${file}`.replace(/[^\w.-]/g, "_");
    const bytes = statSync(path).size;
    const problems = bytes > MAX_BYTES ? [`${bytes} bytes are more than ${MAX_BYTES}`] : [];
    const total = { violations: 0, requests: 0, scripts: 0, overflow: 0 };
    for (const view of VIEWS) {
      const where = `${view.width} ${view.colorScheme}`;
      const seen = await asReader(browser, path, view, name);
      const violations = await axe(browser, path, view);
      total.violations += violations.length;
      total.requests += seen.requests.length;
      total.scripts += seen.scripts;
      total.overflow = Math.max(total.overflow, seen.overflow);
      problems.push(...violations.map((violation) => `${where}: axe ${violation}`));
      problems.push(...seen.requests.map((request) => `${where}: request ${request}`));
      if (seen.scripts) problems.push(`${where}: ${seen.scripts} scripts ran`);
      if (seen.overflow) problems.push(`${where}: the page is ${seen.overflow} px too wide`);
    }
    findings += problems.length;
    console.log(
      `${folder}/${file}: ${total.violations} axe violations, ${total.requests} requests, ${total.scripts} scripts, ` +
        `${total.overflow} px overflow, ${Math.round(bytes / 1000)} kB`,
    );
    for (const problem of problems) console.log(`  ${problem}`);
  }
} finally {
  await browser.close();
}
console.log(`screenshots: ${SCREENSHOTS}`);
process.exit(findings ? 1 : 0);
