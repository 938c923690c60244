// axe in five states, light and dark; every width; forced colours; reduced motion; and no script at all.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { SCREENSHOTS, assertNoFaults, axe, launch, open, sideways } from "./browser.js";
import { Program, application, deliver, event } from "./program.js";

let browser;
let app;
let program;
let empty;

before(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await launch();
  app = await application();
  empty = await Program.listen();
  program = await Program.listen("--forward", app.url);
  for (const type of ["factor.created", "factor.verified", "challenge.approved"]) await deliver(program.address, event({ type }));
  await deliver(program.address, event({ type: "challenge.denied", risk_level: "low" }));
  await deliver(program.address, event(), {
    url: "https://new-tunnel.example.com/webhook",
    headers: { "x-forwarded-host": "new-tunnel.example.com", "x-forwarded-proto": "https" },
  });
  await deliver(program.address, event(), { token: "another token of somebody else" });
  await deliver(program.address, event({ type: "challenge.approved" }));
});

after(async () => {
  await browser.close();
  await program.stop();
  await empty.stop();
  await app.close();
});

const states = [
  { name: "empty", url: () => empty.page },
  { name: "list", url: () => program.page },
  { name: "nothing-fits", url: () => `${program.page}?text=nobody` },
  { name: "accepted", url: () => `${program.page}deliveries/4`, open: true },
  { name: "refused", url: () => `${program.page}deliveries/5`, open: true },
];

describe("axe finds nothing", () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const state of states) {
      it(`${state.name}, ${colorScheme}`, async () => {
        const page = await open(browser, state.url(), { colorScheme, viewport: { width: 1280, height: 860 } });
        if (state.open) await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
        await axe(page);
        await page.screenshot({ path: `${SCREENSHOTS}${state.name}-${colorScheme}.png`, fullPage: state.name !== "refused" });
        assertNoFaults(page);
      });
    }
  }
});

describe("the page fits", () => {
  for (const width of [360, 768, 1280, 1600]) {
    it(`${width} px`, async () => {
      for (const state of states) {
        const page = await open(browser, state.url(), { viewport: { width, height: 800 } });
        if (state.open) await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
        assert.ok((await sideways(page)) <= 0, `${state.name} scrolls sideways by ${await sideways(page)} px`);
        if (width === 360) await page.screenshot({ path: `${SCREENSHOTS}${state.name}-360.png`, fullPage: true });
      }
    });
  }

  it("forced colours", async () => {
    const page = await open(browser, program.page, { forcedColors: "active", viewport: { width: 1280, height: 860 } });
    await axe(page);
    // What is refused differs by its word, not by its colour alone.
    assert.equal(await page.locator(".badge", { hasText: "refused" }).count(), 2);
    await page.screenshot({ path: `${SCREENSHOTS}list-forced-colours.png` });
  });

  it("reduced motion", async () => {
    const page = await open(browser, program.page, { reducedMotion: "reduce" });
    await deliver(program.address);
    const row = page.locator("#deliveries > li.fresh");
    await row.waitFor();
    assert.equal(await row.evaluate((element) => getComputedStyle(element).animationName), "none");
  });
});

describe("without script", () => {
  const options = { javaScriptEnabled: false };

  it("the list is read and filtered", async () => {
    const page = await open(browser, program.page, options);
    assert.ok((await page.locator("#deliveries > li:visible").count()) >= 7);
    await page.getByLabel("Outcome").selectOption("refused");
    await page.getByRole("button", { name: "Filter" }).click();
    assert.equal(await page.locator("#deliveries > li:visible").count(), 2);
    await page.locator("#deliveries > li:visible").last().getByRole("link").click();
    await page.getByText("the host differs").waitFor();
    await page.getByText("verify-webhooks listen --url https://new-tunnel.example.com/webhook").waitFor();
  });

  it("a delivery is replayed", async () => {
    const page = await open(browser, `${program.page}deliveries/1`, options);
    const before = app.requests.length;
    await page.getByRole("button", { name: "Send the same again" }).click();
    await page.getByRole("cell", { name: "the same again" }).waitFor();
    assert.equal(app.requests.length, before + 1);
    await page.getByRole("button", { name: "Copy as curl for a report" }).click();
    assert.match(await page.locator("body").innerText(), /^curl /);
  });
});
