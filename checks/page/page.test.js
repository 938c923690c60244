// The page as people use it.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { SCREENSHOTS, assertNoFaults, launch, open } from "./browser.js";
import { Program, application, deliver, event } from "./program.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const rows = (page) => page.locator("#deliveries > li:not([hidden])");

describe("the list", () => {
  it("shows what comes as it comes, newest first", async () => {
    const program = await Program.listen();
    const page = await open(browser, program.page);
    await page.getByRole("heading", { name: "Nothing has come yet" }).waitFor();
    for (const type of ["challenge.approved", "challenge.denied"]) {
      await deliver(program.address, event({ type }));
      // 200 ms after the answer, by the clock of the test.
      const start = performance.now();
      await rows(page).first().getByText(type).waitFor();
      const took = performance.now() - start;
      console.log(`shown ${Math.round(took)} ms after the answer`);
    }
    assert.equal(await rows(page).count(), 2);
    assert.match(await rows(page).first().innerText(), /challenge\.denied/);
    await page.getByText("Nothing has come yet").waitFor({ state: "hidden" });
    assert.equal(await page.locator("#shown").innerText(), "2");
    assertNoFaults(page);
    await program.stop();
  });

  it("keeps order, filter and scroll position while more arrive", async () => {
    const program = await Program.listen();
    for (let count = 0; count < 40; count += 1) await deliver(program.address);
    const page = await open(browser, program.page, { viewport: { width: 1000, height: 500 } });
    const seen = rows(page).nth(20);
    const id = await seen.getAttribute("data-id");
    await seen.scrollIntoViewIfNeeded();
    const place = () => page.locator(`[data-id="${id}"]`).evaluate((row) => row.getBoundingClientRect().top);
    const before = await place();
    for (let count = 0; count < 5; count += 1) await deliver(program.address);
    await page.locator('[data-id="45"]').waitFor({ state: "attached" });
    assert.ok(Math.abs((await place()) - before) < 1.5, `${before} became ${await place()}`);
    const ids = await rows(page).evaluateAll((items) => items.map((item) => Number(item.dataset.id)));
    assert.deepEqual(ids, [...ids].sort((left, right) => right - left));
    await page.getByLabel("Outcome").selectOption("refused");
    assert.equal(await rows(page).count(), 0);
    await page.getByRole("heading", { name: "No delivery fits the filter" }).waitFor();
    await deliver(program.address, event(), { token: "another token of somebody else" });
    await rows(page).first().waitFor();
    await deliver(program.address);
    await page.locator('[data-id="47"]').waitFor({ state: "attached" });
    assert.equal(await rows(page).count(), 1);
    assert.match(page.url(), /outcome=refused/);
    await page.reload();
    assert.equal(await rows(page).count(), 1);
    await page.getByLabel("Outcome").selectOption("");
    await page.getByLabel("Text").fill("customer-");
    assert.equal(await rows(page).count(), 47);
    await page.getByLabel("Text").fill("4711-nobody");
    assert.equal(await rows(page).count(), 0);
    assertNoFaults(page);
    await program.stop();
  });

  it("announces politely, once a second", async () => {
    const program = await Program.listen();
    const page = await open(browser, program.page);
    const region = page.locator("#announcement");
    assert.equal(await region.getAttribute("aria-live"), "polite");
    await deliver(program.address);
    await deliver(program.address);
    await deliver(program.address, event(), { token: "another token of somebody else" });
    await page.getByText("3 new deliveries, 1 refused").waitFor({ state: "attached" });
    await program.stop();
  });

  it("says quietly that it is not connected, and goes on when a break is over", async () => {
    const program = await Program.listen();
    const page = await open(browser, program.page);
    await deliver(program.address);
    await rows(page).first().waitFor();
    await page.context().setOffline(true);
    await page.evaluate(() => dispatchEvent(new Event("pagehide")));
    await deliver(program.address);
    await page.context().setOffline(false);
    await page.evaluate(() => dispatchEvent(new Event("pageshow")));
    await page.locator('[data-id="2"]').waitFor();
    await program.stop();
    await page.getByText("Not connected to listen").waitFor();
    assert.equal(await rows(page).count(), 2);
  });

  it("is used by keyboard alone", async () => {
    const program = await Program.listen();
    await deliver(program.address, event({ type: "factor.created" }));
    await deliver(program.address, event({ type: "factor.verified" }));
    const page = await open(browser, program.page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    for (let count = 0; count < 4; count += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("j");
    const focused = () => page.evaluate(() => document.activeElement.closest("li")?.dataset.id);
    assert.equal(await focused(), "1");
    await page.keyboard.press("k");
    assert.equal(await focused(), "2");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /factor\.verified/ }).waitFor();
    // A letter in a field is a letter.
    await page.goBack();
    await page.getByLabel("Text").focus();
    await page.keyboard.type("jk");
    assert.equal(await page.getByLabel("Text").inputValue(), "jk");
    await program.stop();
  });
});

describe("a delivery", () => {
  it("that was refused names the cause and the fix", async () => {
    const program = await Program.listen();
    const url = "https://new-tunnel.example.com/webhook";
    await deliver(program.address, event(), { url, headers: { "x-forwarded-host": "new-tunnel.example.com", "x-forwarded-proto": "https" } });
    const page = await open(browser, program.page);
    await rows(page).first().getByText("new-tunnel.example.com").first().waitFor();
    await rows(page).first().getByRole("link").click();
    await page.setViewportSize({ width: 1180, height: 860 });
    const sentence = page.locator("#why");
    assert.match(await sentence.innerText(), /signed this delivery for https:\/\/new-tunnel\.example\.com\/webhook, .* the host differs/);
    await page.getByText(`verify-webhooks listen --url ${url}`, { exact: true }).waitFor();
    await page.getByText(`webhooks update YW… --service VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5 --url https://hooks.example.com/webhook`).waitFor();
    const host = page.locator("table.pieces tr", { hasText: "host" });
    assert.match(await host.innerText(), /hooks\.example\.com\s+new-tunnel\.example\.com\s+differs/);
    // The picture of the readme.
    await mkdir(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${SCREENSHOTS}page.png` });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy step 1" }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `verify-webhooks listen --url ${url}`);
    assertNoFaults(page);
    await program.stop();
  });

  it("that was accepted is laid out, with the raw text one step away", async () => {
    const program = await Program.listen();
    await deliver(program.address, event({ risk_level: "low" }));
    const page = await open(browser, `${program.page}deliveries/1`);
    await page.getByText("AuthToken (key 0)").waitFor();
    await page.getByText("as configured").first().waitFor();
    assert.match(await page.locator(".pairs").first().innerText(), /v2[\s\S]*risk_level/);
    const details = page.locator(".params > div", { hasText: "challenge_details" });
    assert.match(await details.locator("pre").first().innerText(), /"message": "Pay 129\.00 EUR to Books & More\?",\n {2}"fields": \[/);
    await details.getByText("Raw text").click();
    await details.getByText('{"message":"Pay 129.00').waitFor();
    const content = await page.content();
    assert.ok(!content.includes("0123456789abcdef0123456789abcdef"));
    assertNoFaults(page);
    await program.stop();
  });

  it("reaches the application again, as it was and as a new one", async () => {
    const app = await application();
    const program = await Program.listen("--forward", app.url);
    await deliver(program.address);
    const page = await open(browser, `${program.page}deliveries/1`);
    await page.getByRole("button", { name: "Send the same again" }).click();
    await page.getByRole("heading", { name: "Replays" }).waitFor();
    await page.getByRole("button", { name: "Send as a new one" }).click();
    await page.getByRole("cell", { name: "as a new delivery" }).waitFor();
    assert.equal(app.requests.length, 3);
    assert.deepEqual(app.requests[1], app.requests[0]);
    assert.notEqual(app.requests[2].body, app.requests[0].body);
    assertNoFaults(page);
    await program.stop();
    await app.close();
  });

  it("is copied as a command, for oneself and for a report", async () => {
    const program = await Program.listen();
    const params = event();
    await deliver(program.address, params);
    const page = await open(browser, `${program.page}deliveries/1`);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const copied = async (name) => {
      await page.getByRole("button", { name, exact: true }).click();
      await page.getByText("Copied.").waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      await page.getByText("Copied.").waitFor({ state: "hidden" });
      return text;
    };
    const own = await copied("Copy as curl");
    assert.match(own, /^curl .*\n/);
    assert.match(own, /x-twilio-signature/i);
    assert.ok(own.includes(params.entity_identity));
    const report = await copied("Copy as curl for a report");
    assert.doesNotMatch(report, /x-twilio-signature/i);
    for (const [name, value] of Object.entries(params)) {
      if (!["type", "factor_type"].includes(name)) assert.ok(!report.includes(encodeURIComponent(value)), name);
    }
    assertNoFaults(page);
    await program.stop();
  });

  it("is answered differently when asked", async () => {
    const program = await Program.listen();
    const page = await open(browser, program.page);
    await page.getByLabel("Status").fill("503");
    await page.getByRole("button", { name: "Set" }).click();
    await page.getByText("The next one is answered 503.").waitFor();
    assert.equal((await deliver(program.address)).status, 503);
    assert.equal((await deliver(program.address)).status, 200);
    assertNoFaults(page);
    await program.stop();
  });

  it("stays text, whatever it holds", async () => {
    const program = await Program.listen();
    const hostile = `"><script>document.title="owned"</script><img src=x onerror="document.title='owned'">{{7*7}}\u202e\u0007`;
    const page = await open(browser, program.page);
    await deliver(program.address, event({ type: hostile, entity_identity: hostile, [hostile]: hostile, challenge_details: JSON.stringify({ message: hostile }) }), {
      headers: { "x-hostile": `<script>document.title="owned"</script>` },
    });
    await rows(page).first().waitFor();
    assert.equal(await page.locator("#deliveries img, #deliveries script").count(), 0);
    await rows(page).first().getByRole("link").click();
    await page.locator("#why").waitFor();
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.notEqual(await page.title(), "owned");
    const text = await page.locator("main").innerText();
    assert.ok(!text.includes("\u202e") && text.includes("\\u{202e}"));
    assertNoFaults(page);
    await program.stop();
  });
});
