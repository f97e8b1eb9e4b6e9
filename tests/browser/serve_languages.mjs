// The way from two CSV files to a report in another language: the same pages, found by what they are and not by their
// words, each looked at as in English.

import { end, heading, look, note, start, total, windowOf } from "./serve_window.mjs";

/** The page of a form that leads on, once it is there. */
const form = (page, action) => page.locator(`form[action$='${action}'] button[type=submit]`).first();

/** Start the server in this language, go the way, and look at the lists and at what went wrong as well. */
export async function inLanguage(python, language, table, stranger) {
  await end("SIGTERM");
  const { link } = await start(python, language);
  const { origin } = new URL(link);
  const page = await windowOf();
  const seen = new Set();
  const at = async (name) => {
    seen.add(name);
    await look(page, name, { language });
  };
  const before = { violations: total.violations, overflow: total.overflow };
  await page.goto(link);
  await page.waitForURL((url) => url.pathname !== new URL(link).pathname);
  await page.waitForLoadState();
  await page.goto(`${origin}/new`);
  await at("new");
  await page.locator("input[type=file][name=train]").setInputFiles(stranger);
  await page.locator("input[type=file][name=synthetic]").setInputFiles(table("release"));
  await form(page, "/audits").click();
  await form(page, "/answers").waitFor();
  await at("wrong-file");
  await page.goto(`${origin}/new`);
  for (const [role, name] of [["train", "train"], ["synthetic", "release"], ["holdout", "holdout"]]) {
    await page.locator(`input[type=file][name=${role}]`).setInputFiles(table(name));
  }
  await form(page, "/audits").click();
  await form(page, "/answers").waitFor();
  await at("read");
  await form(page, "/answers").click();
  await form(page, "/begin").waitFor();
  await at("use");
  await page.locator("input[name=use][value=partner]").check();
  await form(page, "/begin").click();
  const report = page.locator("main a[href$='report.html']").first();
  await report.waitFor();
  await at("finished");
  const verdict = await heading(page);
  await report.click();
  await page.waitForURL(/report\.html/);
  await at("report");
  note(`in ${language}, the page and its report say`, verdict, verdict === (await heading(page)));
  for (const [name, path] of [["list", "/"], ["history", "/history"], ["split", "/split"], ["nowhere", "/audits/none"]]) {
    await page.goto(`${origin}${path}`);
    await at(name);
  }
  await page.context().close();
  const violations = total.violations - before.violations;
  note(`in ${language}, axe violations on ${seen.size} kinds of pages`, violations, violations === 0);
  note(`in ${language}, pixels of overflow beyond those in English`, total.overflow - before.overflow, total.overflow === before.overflow);
}
