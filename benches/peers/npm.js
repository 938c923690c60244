// Times the validation of npm `twilio` by itself. Prints for each delivery: label, name, median and minimum in
// nanoseconds.

import { readFileSync } from "node:fs";
import { parse } from "node:querystring";
import twilio from "twilio";

const { version } = JSON.parse(readFileSync(new URL("node_modules/twilio/package.json", import.meta.url)));
const runtime = `Node.js ${process.versions.node}`;
const deliveries = JSON.parse(readFileSync(new URL("deliveries.json", import.meta.url)));

const WARM_UP = 200e6;
const MEASURE = 600e6;
const TURN = 1e6;

for (const { name, url, auth_token, body, signature } of deliveries) {
  const params = { ...parse(body) };
  if (twilio.validateRequest(auth_token, signature, url, { ...params, uuid: "" })) throw new Error("accepts all");
  time("form decoded by node:querystring", name, () =>
    twilio.validateRequest(auth_token, signature, url, { ...parse(body) }),
  );
  time("form decoded before", name, () => twilio.validateRequest(auth_token, signature, url, params));
}

function time(what, name, validate) {
  const run = (times) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < times; i++) if (!validate()) throw new Error(`${name} was refused`);
    return Number(process.hrtime.bigint() - start);
  };
  let times = 0;
  for (let spent = 0; spent < WARM_UP; times++) spent += run(1);
  const turn = Math.max(1, Math.floor((times * TURN) / WARM_UP));
  const samples = [];
  for (let spent = 0; spent < MEASURE; ) {
    const taken = run(turn);
    spent += taken;
    samples.push(taken / turn);
  }
  samples.sort((a, b) => a - b);
  const median = samples[samples.length >> 1];
  console.log([`npm twilio ${version} (${runtime}), ${what}`, name, median.toFixed(1), samples[0].toFixed(1)].join("\t"));
}
