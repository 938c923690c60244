// Answers for npm `twilio`: a line of JSON for each case that is read, with one answer for each way to ask.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { parse } from "node:querystring";

const require = createRequire(new URL("../../benches/peers/package.json", import.meta.url));
const twilio = require("twilio");
console.error = () => {};

for await (const line of createInterface({ input: process.stdin })) {
  const answers = Object.entries(ways(JSON.parse(line))).map(([way, ask]) => [way, answer(ask)]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(answers))}\n`);
}

function ways({ layer, secret, url, requested_url, params, body, signature, method, content_type }) {
  const bytes = Buffer.from(body, "hex");
  switch (layer) {
    case "parameters":
      return { npm: () => twilio.validateRequest(secret, signature, url, object(params)) };
    case "json":
    case "batch":
      return { npm: () => twilio.validateRequestWithBody(secret, signature, url, bytes.toString()) };
    default: {
      const isGet = method === "GET";
      const form = isGet ? {} : parse(bytes.toString());
      return {
        npm: () => twilio.validateRequest(secret, signature, requested_url, form),
        "npm-express": () => express(secret, requested_url, signature, parsed(content_type, bytes)),
      };
    }
  }
}

function answer(ask) {
  try {
    return ask() ? "accept" : "refuse";
  } catch (error) {
    return `raise ${error.code ?? error.name}`;
  }
}

// What node:querystring makes of a form with these parameters.
function object(params) {
  const object = Object.create(null);
  for (const [name, value] of params) {
    if (!(name in object)) object[name] = value;
    else if (Array.isArray(object[name])) object[name].push(value);
    else object[name] = [object[name], value];
  }
  return object;
}

// The body as express.urlencoded({ extended: false }) and express.json() leave it.
function parsed(contentType, bytes) {
  const type = (contentType ?? "").split(";")[0].trim().toLowerCase();
  if (bytes.length === 0) return {};
  if (type === "application/x-www-form-urlencoded") return parse(bytes.toString());
  return type === "application/json" ? JSON.parse(bytes.toString()) : {};
}

function express(secret, url, signature, body) {
  let accepted = false;
  const response = { type: () => response, status: () => response, send: () => response };
  const header = (name) => (name.toLowerCase() === "x-twilio-signature" ? signature ?? undefined : undefined);
  twilio.webhook(secret, { url })({ header, body }, response, () => (accepted = true));
  return accepted;
}
