// An application with Twilio's own library behind listen; the lines and files that listen writes.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import Ajv from "ajv/dist/2020.js";
import twilio from "twilio";
import { Program, TOKEN, URL_AT_TWILIO, application, deliver, event } from "./program.js";

const schema = async (name) => {
  const text = await readFile(new URL(`../../crates/cli/schemas/${name}.schema.json`, import.meta.url), "utf8");
  return new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(JSON.parse(text));
};

const valid = (validate, value) => assert.ok(validate(value), JSON.stringify(validate.errors));

/** Verifies as Twilio's documentation shows: with the URL that is configured, or with the one that the request shows. */
const verifying = (rebuilds) => (request, body) => {
  const params = Object.fromEntries(new URLSearchParams(body));
  const headers = request.headers;
  const seen = `${headers["x-forwarded-proto"]}://${headers["host"]}${request.url}`;
  const url = rebuilds ? seen : URL_AT_TWILIO;
  return twilio.validateRequest(TOKEN, headers["x-twilio-signature"], url, params) ? 200 : 403;
};

describe("an application with npm twilio", () => {
  for (const rebuilds of [false, true]) {
    it(`accepts through listen what it accepts without, ${rebuilds ? "rebuilding the URL" : "with its URL configured"}`, async () => {
      const app = await application(verifying(rebuilds));
      const program = await Program.listen("--forward", app.url, "--forward-refused");
      const headers = { host: "hooks.example.com", "x-forwarded-proto": "https" };
      for (const [token, status] of [[TOKEN, 200], ["another token of somebody else", 403]]) {
        for (const to of [app.url, program.address]) {
          // fetch sets `Host` by itself.
          assert.equal(await send(`${to}/webhook`, event(), token, headers), status, `${to} ${token}`);
        }
      }
      await program.stop();
      await app.close();
    });
  }
});

async function send(to, params, token, headers) {
  const { request } = await import("node:http");
  const body = new URLSearchParams(params).toString();
  return new Promise((resolve, reject) => {
    const sent = request(to, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
        "x-twilio-signature": twilio.getExpectedTwilioSignature(token, URL_AT_TWILIO, params),
      },
    });
    sent.on("response", (response) => resolve(response.resume().statusCode));
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("what listen writes", () => {
  it("is as its schemas say", async () => {
    const [ofLines, ofFiles] = [await schema("listen"), await schema("capture")];
    const folder = await mkdtemp(join(tmpdir(), "captures-"));
    const app = await application();
    const program = await Program.listen("--forward", app.url, "--capture", folder);
    valid(ofLines, program.ready);
    await deliver(program.address, event({ risk_level: "low" }));
    await deliver(program.address, event(), { url: "https://other.example.com/webhook" });
    await deliver(program.address, event(), { token: "another token of somebody else" });
    await fetch(program.address);
    await fetch(program.address, { method: "POST", body: new Uint8Array([255, 254]) });
    await app.close();
    await deliver(program.address);
    for (let count = 0; count < 6; count += 1) {
      const line = await program.line();
      valid(ofLines, line);
      assert.equal(line.event, "delivery");
    }
    const files = (await readdir(folder)).filter((name) => name.endsWith(".json"));
    assert.equal(files.length, 6);
    for (const name of files) valid(ofFiles, JSON.parse(await readFile(join(folder, name), "utf8")));
    assert.ok(!ofLines({ event: "ready" }) && !ofFiles({ format: "verify-webhooks capture" }));
    await program.stop();
  });
});
