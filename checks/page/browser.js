// Debian's Chromium, driven by playwright-core.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const SCREENSHOTS = process.env.SCREENSHOTS ?? new URL("screenshots/", import.meta.url).pathname;

export function launch(...args) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // In a container there is no other user to be.
    args: process.getuid?.() === 0 ? ["--no-sandbox", ...args] : args,
  });
}

/** Opens a tab in which no error and no violation of the policy goes unseen. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.faults = faults;
  await page.goto(url);
  return page;
}

export function assertNoFaults(page) {
  assert.deepEqual(page.faults, []);
}

/** Runs axe with all its rules. */
export async function axe(page) {
  // Evaluated by the debugger, which the policy of the page does not bind.
  await page.evaluate(axeSource);
  const { violations, incomplete } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations", "incomplete"] }));
  const named = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
  assert.deepEqual(named, []);
  return incomplete;
}

/** Tells how far the page can be scrolled sideways. */
export function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
