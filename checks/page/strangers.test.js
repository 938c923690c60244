// Another site, with a name that is given the address of this machine: it neither reads nor posts.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { launch, open } from "./browser.js";
import { Program, application, deliver } from "./program.js";

let browser;
let app;
let program;
let site;

before(async () => {
  browser = await launch("--host-resolver-rules=MAP evil.test 127.0.0.1, MAP *.evil.test 127.0.0.1");
  app = await application();
  program = await Program.listen("--forward", app.url);
  await deliver(program.address);
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>evil</title><body><iframe name=frame></iframe>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = { port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
});

after(async () => {
  await browser.close();
  await program.stop();
  await app.close();
  await site.close();
});

const target = () => new URL(program.page);

// The key is told to the stranger: what holds it off here is not the key.
const places = () => ({
  "the page's address, from another site": { from: `http://evil.test:${site.port}/`, to: target().origin },
  "the page's address, from an application of this machine": { from: `http://127.0.0.1:${site.port}/`, to: target().origin },
  "its own name with the page's port": { from: `http://evil.test:${site.port}/`, to: `http://evil.test:${target().port}` },
});

describe("a stranger", () => {
  for (const name of ["the page's address, from another site", "the page's address, from an application of this machine", "its own name with the page's port"]) {
    it(`does not read: ${name}`, async () => {
      const { from, to } = places()[name];
      const page = await open(browser, from);
      const path = target().pathname;
      for (const place of ["", "events", "deliveries/1"]) {
        const read = await page.evaluate(async (url) => {
          try {
            const answer = await fetch(url);
            return { status: answer.status, text: await answer.text() };
          } catch (error) {
            return { error: String(error) };
          }
        }, `${to}${path}${place}`);
        assert.ok(read.error || read.status === 403, JSON.stringify(read));
        assert.ok(!read.text?.includes("challenge.approved"));
      }
      const streamed = await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const source = new EventSource(url);
            source.addEventListener("delivery", () => resolve("read"));
            source.addEventListener("error", () => resolve("refused"));
          }),
        `${to}${path}events?since=0`,
      );
      assert.equal(streamed, "refused");
    });

    it(`does not post: ${name}`, async () => {
      const { from, to } = places()[name];
      const page = await open(browser, from);
      const before = app.requests.length;
      const url = `${to}${target().pathname}deliveries/1/replay`;
      const answered = page.context().waitForEvent("response", (response) => response.url() === url);
      await page.evaluate((url) => {
        const form = document.createElement("form");
        Object.assign(form, { method: "post", action: url, target: "frame" });
        const field = Object.assign(document.createElement("input"), { name: "as", value: "same" });
        form.append(field);
        document.body.append(form);
        form.submit();
      }, url);
      assert.equal((await answered).status(), 403);
      await page.evaluate((url) => fetch(url, { method: "POST", mode: "no-cors", body: new URLSearchParams({ as: "same" }) }).catch(() => {}), url);
      await page.evaluate((url) => navigator.sendBeacon(url, new URLSearchParams({ as: "same" })), url);
      assert.equal(app.requests.length, before);
    });
  }

  it("cannot open the page under its own name", async () => {
    const page = await (await browser.newContext()).newPage();
    const answer = await page.goto(`http://evil.test:${target().port}${target().pathname}`);
    assert.equal(answer.status(), 403);
    assert.match(await page.locator("body").innerText(), /Open the address that the program printed/);
  });

  it("cannot frame it", async () => {
    const page = await open(browser, `http://evil.test:${site.port}/`);
    const frame = page.frame("frame");
    await frame.goto(program.page).catch(() => {});
    // A browser that refuses the frame may still be showing why.
    let content;
    while (content === undefined) content = await frame.content().catch(() => undefined);
    assert.ok(!content.includes("challenge.approved"));
  });
});
