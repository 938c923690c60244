// A webhook on Express that answers 200 with an empty body: `express.js bare|twilio`.

import express from "express";
import twilio from "twilio";

const { LISTEN, TWILIO_AUTH_TOKEN, WEBHOOK_URL } = process.env;
const [host, port] = LISTEN.split(":");

// What each webhook has to do: read the body and decode it.
const webhook = [express.urlencoded({ extended: false })];
if (process.argv[2] === "twilio") webhook.push(twilio.webhook(TWILIO_AUTH_TOKEN, { url: WEBHOOK_URL }));

const app = express();
app.post("/webhook", ...webhook, (request, response) => response.status(200).end());
const server = app.listen(Number(port), host, () => console.log(`listening on http://${host}:${server.address().port}`));
