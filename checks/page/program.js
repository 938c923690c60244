// The program under test, deliveries as Twilio signs them, and applications behind it.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import twilio from "twilio";

export const TOKEN = "0123456789abcdef0123456789abcdef";
export const URL_AT_TWILIO = "https://hooks.example.com/webhook";
export const PROGRAM =
  process.env.VERIFY_WEBHOOKS ?? fileURLToPath(new URL("../../target/debug/verify-webhooks", import.meta.url));

const environment = { PATH: process.env.PATH, HOME: process.env.HOME, TWILIO_AUTH_TOKEN: TOKEN };

// A test that fails leaves its programs behind.
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** Has a program end with the tests. */
export function bound(child) {
  running.add(child);
  child.on("close", () => running.delete(child));
  return child;
}

/** Runs a command to its end. */
export function run(args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = bound(spawn(PROGRAM, args, { env: environment, stdio: ["ignore", "pipe", "pipe"], ...options }));
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => (stdout += data));
    child.stderr.on("data", (data) => (stderr += data));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** `listen` or `inspect`, with the lines it prints. */
export class Program {
  static async start(args, options = {}) {
    const stdio = ["ignore", "pipe", "inherit"];
    const child = bound(spawn(PROGRAM, [...args, "--json"], { env: environment, stdio, ...options }));
    const program = new Program();
    program.child = child;
    program.ended = new Promise((resolve) => child.on("close", resolve));
    program.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    program.ready = await program.line();
    return program;
  }

  static listen(...args) {
    const given = (name) => args.includes(name);
    const own = ["listen"];
    if (!given("--url")) own.push("--url", URL_AT_TWILIO);
    if (!given("--listen")) own.push("--listen", "127.0.0.1:0");
    if (!given("--page-port")) own.push("--page-port", "0");
    return Program.start([...own, ...args]);
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the program ended");
    return JSON.parse(value);
  }

  get page() {
    return this.ready.page;
  }

  get address() {
    return this.ready.listen;
  }

  async stop(signal = "SIGINT") {
    this.child.kill(signal);
    return this.ended;
  }
}

let number = 0;

/** The parameters of an event. */
export function event(changes = {}) {
  number += 1;
  const sid = (prefix) => `${prefix}${String(number).padStart(32, "0")}`;
  const params = {
    uuid: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    type: "challenge.approved",
    account_sid: "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
    service_sid: "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
    entity_identity: `customer-${String(number).padStart(6, "0")}`,
    factor_sid: sid("YF"),
    factor_type: "push",
    factor_friendly_name: "Zoë’s phone",
    factor_metadata: '{"os":"Android 16"}',
    challenge_sid: sid("YC"),
    challenge_details: '{"message":"Pay 129.00 EUR to Books & More?","fields":[{"label":"Card","value":"•••• 4711"}],"date":"2026-11-26T15:04:05Z"}',
    challenge_hidden_details: '{"order_id":"4711"}',
    ...changes,
  };
  const isFactor = params.type.startsWith("factor.");
  const belongs = ([name]) => !isFactor || !name.startsWith("challenge_");
  return Object.fromEntries(Object.entries(params).filter(belongs));
}

/** Sends parameters, signed for a URL. */
export async function deliver(to, params = event(), { url = URL_AT_TWILIO, token = TOKEN, headers = {} } = {}) {
  const signature = twilio.getExpectedTwilioSignature(token, url, params);
  return fetch(to, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signature,
      "i-twilio-idempotency-token": params.uuid,
      ...headers,
    },
    body: new URLSearchParams(params).toString(),
  });
}

/** An application that keeps what it is sent. */
export async function application(answer = () => 200) {
  const requests = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      requests.push({ method: request.method, url: request.url, headers: request.rawHeaders, body });
      response.statusCode = answer(request, body);
      response.setHeader("content-type", "text/plain");
      response.end("handled\n");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, requests, close: () => new Promise((resolve) => server.close(resolve)) };
}
