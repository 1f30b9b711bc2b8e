// A double of the HTML5 application repository, and of the authorization server that its tokens come from. On 127.0.0.1,
// prints what it is asked.
//
//   node examples/html5/repository.mjs [PORT]     5004 by default
//
// applications/NAME is an application of the provider, applications/NAME@SUBSCRIBER one of that subscriber. A token is for
// the subdomain that it was asked for at, http://SUBSCRIBER.localhost:PORT/oauth/token. What is no application is 503, as
// at the real one.
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const applications = fileURLToPath(new URL("applications/", import.meta.url));
const provider = "provider";
const port = Number(process.argv[2] ?? 5004);
const types = { ".html": "text/html; charset=utf-8", ".json": "application/json", ".js": "text/javascript" };
const tenants = new Map(); // by token

function giveToken(request, response) {
  const tenant = request.headers.host.split(".")[0];
  const token = randomUUID();
  tenants.set(token, tenant);
  console.log(`token      for ${tenant}`);
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ access_token: token, token_type: "bearer", expires_in: 3600 }));
}

function refuse(response, status) {
  response.writeHead(status, { "Content-Type": "text/plain" });
  response.end(`${status}\n`);
}

async function giveFile(request, response) {
  const tenant = tenants.get((request.headers.authorization ?? "").replace(/^bearer /i, ""));
  if (!tenant) return refuse(response, 401);
  const path = normalize(decodeURIComponent(new URL(request.url, "http://any").pathname));
  const [, application, ...rest] = path.split("/");
  if (!/^[A-Za-z0-9_]+$/.test(application)) return refuse(response, 404);
  const folder = tenant === provider ? application : `${application}@${tenant}`;
  const content = await readFile(join(applications, folder, ...rest)).catch(() => undefined);
  const status = content ? 200 : rest.join("/") === "xs-app.json" ? 503 : 404;
  console.log(`${rest.join("/") === "xs-app.json" ? "descriptor" : "file      "} ${path} for ${tenant}: ${status}`);
  if (!content) return refuse(response, status);
  const tag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
  if (request.headers["if-none-match"] === tag) return response.writeHead(304, { ETag: tag }).end();
  response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", ETag: tag });
  response.end(content);
}

createServer((request, response) => {
  if (request.url === "/oauth/token") giveToken(request, response);
  else giveFile(request, response);
}).listen(port, "127.0.0.1", () => console.log(`ready on http://127.0.0.1:${port}`));
