// nginx between `trigger` and `listen`, in the scenes that the cookbook names: the page says what the matter is.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { assertNoFaults, launch, open } from "./browser.js";
import { Program, bound, run } from "./program.js";

const NGINX = process.env.NGINX ?? "/usr/sbin/nginx";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts nginx, unprivileged, with a server on a free port. */
async function nginx(server, { tls = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "nginx-"));
  const port = await freePort();
  let listen = `listen 127.0.0.1:${port};`;
  if (tls) {
    await promisify(execFile)("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext basicConstraints=critical,CA:FALSE -addext".split(" "),
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout", join(folder, "key.pem"),
      "-out", join(folder, "certificate.pem"),
    ]);
    listen = `listen 127.0.0.1:${port} ssl; ssl_certificate ${folder}/certificate.pem; ssl_certificate_key ${folder}/key.pem;`;
  }
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { ${listen} ${server} }
}
`,
  );
  const child = bound(spawn(NGINX, ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], { stdio: "inherit" }));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await connected(port);
  return {
    port,
    certificate: join(folder, "certificate.pem"),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a port is listened on. */
async function connected(port) {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const opened = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (opened) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// Each is started with the URL that the request shows behind the proxy, as frameworks rebuild it: the usual mistake.
const scenes = [
  {
    name: "TLS ended",
    tls: true,
    server: (to) => `location / { proxy_pass ${to}; proxy_set_header Host $http_host; }`,
    called: (port) => `https://localhost:${port}/webhook`,
    configured: (port) => `http://localhost:${port}/webhook`,
    causes: ["scheme"],
    says: /the scheme differs/,
  },
  {
    name: "another port",
    server: (to) => `location / { proxy_pass ${to}; proxy_set_header Host $http_host; }`,
    called: (port) => `http://localhost:${port}/webhook`,
    configured: () => "http://localhost:3000/webhook",
    causes: ["port"],
    says: /the port differs/,
  },
  {
    name: "a prefix stripped",
    server: (to) => `location /api/ { proxy_pass ${to}/; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Prefix /api; }`,
    called: (port) => `http://localhost:${port}/api/webhook`,
    configured: (port) => `http://localhost:${port}/webhook`,
    causes: ["path_prefix"],
    says: /the path differs/,
  },
  {
    name: "a slash merged",
    server: (to) => `location / { proxy_pass ${to}$uri$is_args$args; proxy_set_header Host $http_host; proxy_set_header X-Original-URI $request_uri; }`,
    called: (port) => `http://localhost:${port}//webhook`,
    configured: (port) => `http://localhost:${port}/webhook`,
    says: /the path differs/,
  },
  {
    name: "a query decoded",
    server: (to) =>
      `location / { if ($arg_next = "%2Fhome") { rewrite ^ $uri?next=/home? break; } proxy_pass ${to}; proxy_set_header Host $http_host; proxy_set_header X-Original-URI $request_uri; }`,
    called: (port) => `http://localhost:${port}/webhook?next=%2Fhome`,
    configured: (port) => `http://localhost:${port}/webhook?next=/home`,
    causes: ["query_escapes"],
    says: /the query differs/,
  },
  {
    name: "the host replaced",
    server: (to) => `location / { proxy_pass ${to}; proxy_set_header X-Forwarded-Host $http_host; }`,
    called: (port) => `http://hooks.example.com:${port}/webhook`,
    configured: (port, to) => `${to}/webhook`,
    host: "hooks.example.com",
    causes: ["host", "port"],
    says: /the host and port differ/,
  },
  {
    name: "two at once: TLS ended and a prefix stripped",
    tls: true,
    server: (to) => `location /api/ { proxy_pass ${to}/; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Prefix /api; }`,
    called: (port) => `https://localhost:${port}/api/webhook`,
    configured: (port) => `http://localhost:${port}/webhook`,
    causes: ["path_prefix", "scheme"],
    says: /the scheme and path differ/,
  },
];

describe("behind nginx", () => {
  for (const scene of scenes) {
    it(scene.name, async () => {
      const address = `127.0.0.1:${await freePort()}`;
      const proxy = await nginx(scene.server(`http://${address}`), scene);
      const called = scene.called(proxy.port);
      const configured = scene.configured(proxy.port, `http://${address}`);
      const program = await Program.listen("--listen", address, "--url", configured);
      const to = scene.host ? called.replace(scene.host, "localhost") : called;
      const args = ["trigger", "challenge.approved", "--url", to, "--signed-url", called];
      if (scene.host) args.push("--header", `Host: ${scene.host}:${proxy.port}`);
      if (scene.tls) args.push("--ca-file", proxy.certificate);
      const triggered = await run(args);
      assert.equal(triggered.code, 1, triggered.stdout + triggered.stderr);
      assert.match(triggered.stdout, /-> 403/);
      const line = await program.line();
      assert.equal(line.outcome, "refused");
      // That Twilio cannot call loopback is named too, and true.
      const causes = line.explanation.causes.filter((cause) => cause !== "private_url");
      if (scene.causes) assert.deepEqual(causes.sort(), scene.causes);
      const page = await open(browser, `${program.page}deliveries/1`);
      const sentence = await page.locator("#why").innerText();
      assert.match(sentence, scene.says);
      assert.ok(sentence.includes(called), sentence);
      // What it says to do is right: started so, it accepts the same.
      const command = await page.locator("#command-1").innerText();
      assertNoFaults(page);
      await program.stop();
      const url = command.replace("verify-webhooks listen --url ", "").replace(/^'(.*)'$/, "$1");
      const mended = await Program.listen("--listen", address, "--url", url);
      const again = await run(args);
      assert.equal(again.code, 0, again.stdout + again.stderr);
      assert.equal((await mended.line()).outcome, "accepted");
      await mended.stop();
      await proxy.stop();
    });
  }
});
