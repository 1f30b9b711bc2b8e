// A back-end in Node with sessions of its own, whose OpenID library (openid-client) takes the router for a provider: it finds
// metadata and keys, and believes logout tokens, without a line of code about the router.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Issuer } from 'openid-client';
import { startSite } from './harness.mjs';
import { close, listen } from './support/ports.mjs';

const clientId = 'archive-client';
const loggedOut = 'http://schemas.openid.net/event/backchannel-logout';
const required = ['iss', 'aud', 'iat', 'exp', 'jti', 'sid', 'events'];

let site, archive, client;
const sessions = new Map(); // of the back-end: by its cookie, by which name it knows the router's session
const told = []; // logout tokens, and what was answered

async function discover() {
  const issuer = await Issuer.discover(`${site.router.origin}/xs-router/.well-known/openid-configuration`);
  return new issuer.Client({ client_id: clientId, token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' });
}

// Back-Channel Logout 1.0 section 2.6.
async function believe(token, by = client) {
  const { payload, protected: header } = await by.validateJWT(token, 'ES256', required);
  if (header.typ !== 'logout+jwt' || !payload.events[loggedOut] || 'nonce' in payload) throw new Error('no logout token');
  return payload;
}

async function signOut(request, response) {
  let body = '';
  for await (const piece of request) body += piece;
  const token = new URLSearchParams(body).get('logout_token');
  let status = 200;
  try {
    client ??= await discover();
    const { sid } = await believe(token);
    for (const [cookie, knownAs] of sessions) if (knownAs === sid) sessions.delete(cookie);
  } catch {
    status = 400;
  }
  told.push({ token, status });
  response.writeHead(status, { 'Cache-Control': 'no-store' }).end();
}

function show(request, response) {
  const own = /archive=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (sessions.has(own)) return response.end('<title>Again</title>');
  const cookie = randomUUID();
  sessions.set(cookie, request.headers['x-xsr-sid']);
  response.writeHead(200, { 'Content-Type': 'text/html', 'Set-Cookie': `archive=${cookie}; Path=/archive/` });
  response.end('<title>New</title>');
}

before(async () => {
  archive = createServer((request, response) => (request.method === 'POST' ? signOut : show)(request, response));
  const more = {
    name: 'archive',
    url: await listen(archive),
    logoutToken: { audience: clientId, path: '/backchannel' },
    route: { source: '^/archive/(.*)$', target: '/$1', destination: 'archive', authenticationType: 'oidc' },
  };
  site = await startSite({}, more);
});
after(async () => {
  await site?.stop();
  if (archive) await close(archive);
});

async function visit(user) {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', user);
  await page.goto(`${site.router.origin}/archive/`);
  await page.goto(`${site.router.origin}/archive/`);
  return page;
}

async function untilTold(count) {
  for (let left = 200; told.length < count && left > 0; --left) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(told.length, count);
}

test('a back-end with openid-client ends its own session of who signs out, and nobody else\'s [issue 16]', async () => {
  const [alice, bob] = [await visit('alice'), await visit('bob')];
  assert.equal(sessions.size, 2);
  const names = new Set(sessions.values());
  assert.equal(names.size, 2);
  assert.ok(!names.has(undefined));
  await alice.evaluate(() => window.location.replace('/my/logout'));
  await untilTold(1);
  assert.equal(told[0].status, 200);
  assert.equal(sessions.size, 1);
  await bob.goto(`${site.router.origin}/archive/`);
  assert.equal(await bob.title(), 'Again');
  await bob.evaluate(() => window.location.replace('/my/logout'));
  await untilTold(2);
  assert.equal(sessions.size, 0);
});

test('openid-client refuses a logout token that was changed, or is meant for another client [issue 16]', async () => {
  const { token } = told[0];
  assert.equal((await believe(token)).sub, 'alice');
  const [header, claims, signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(claims, 'base64url')), sid: 'of somebody else' };
  const forged = [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
  await assert.rejects(believe(forged), /failed to validate JWT signature/);
  const another = new client.issuer.Client({ client_id: 'another', token_endpoint_auth_method: 'none' });
  await assert.rejects(believe(token, another), /aud mismatch/);
});
