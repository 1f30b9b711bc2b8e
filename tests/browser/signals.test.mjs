// Shared signals made by a library of somebody else's (jose), and what people see when one comes: every tab leaves. And logout
// tokens of the router, believed by the same library.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { SignJWT, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { startSite } from './harness.mjs';
import { close, listen } from './support/ports.mjs';

const audience = 'https://app.example.com';
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
const landed = '**/logout-page.html**';

let site, transmitter, issuer, keys, archive, desk;
const heard = []; // what the desk was pushed
const told = []; // what the archive has heard
let knownAs; // by what name it knows the session
let made = 0;

before(async () => {
  keys = await Promise.all(['ES256', 'RS256', 'PS256'].map(async (alg) => ({ alg, ...(await generateKeyPair(alg)) })));
  transmitter = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/.well-known/ssf-configuration')
      return response.end(JSON.stringify({ spec_version: '1_0', issuer, jwks_uri: `${issuer}/keys` }));
    const jwks = keys.map(async ({ alg, publicKey }) => ({ ...(await exportJWK(publicKey)), alg, kid: alg, use: 'sig' }));
    response.end(JSON.stringify({ keys: await Promise.all(jwks) }));
  });
  issuer = await listen(transmitter);
  archive = createServer(async (request, response) => {
    if (request.method === 'GET') knownAs = request.headers['x-xsr-sid'];
    let body = '';
    for await (const piece of request) body += piece;
    if (request.method === 'POST') told.push(new URLSearchParams(body).get('logout_token'));
    response.writeHead(request.method === 'GET' ? 200 : 204).end();
  });
  desk = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    heard.push({ body, type: request.headers['content-type'], authorization: request.headers.authorization });
    response.writeHead(202).end();
  });
  const subscriber = { url: `${await listen(desk)}/events`, audience: 'desk', authorization: 'Bearer of-the-desk' };
  const more = {
    name: 'archive',
    url: await listen(archive),
    logoutToken: { audience: 'archive-client', path: '/backchannel' },
    route: { source: '^/archive/(.*)$', target: '/$1', destination: 'archive', authenticationType: 'oidc' },
  };
  const changes = {
    websockets: { enabled: true },
    signals: { endpoint: '/signals', transmitters: [{ issuer, audience }], subscribers: [subscriber] },
  };
  site = await startSite(changes, more);
});
after(async () => {
  await site?.stop();
  for (const server of [transmitter, archive, desk]) if (server) await close(server);
});

async function push(user, event, key = keys[0], changes = {}) {
  const claims = {
    iss: issuer,
    aud: audience,
    jti: `jti-${++made}`,
    sub_id: { format: 'iss_sub', iss: site.provider.issuer, sub: user },
    events: { [event]: { event_timestamp: Math.floor(Date.now() / 1000) } },
    ...changes,
  };
  const signing = new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.alg, typ: 'secevent+jwt' }).setIssuedAt();
  const body = await signing.sign(key.privateKey);
  return fetch(`${site.router.origin}/signals`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/secevent+jwt', Accept: 'application/json' },
    body,
  });
}

test('a disabled account leaves all its tabs, and its WebSocket [issue 16]', async (t) => {
  const [first, second] = await site.openTabs('alice');
  const third = await first.context().newPage();
  await third.goto(`${site.router.origin}/orders/`);
  await site.openSocket(third);
  const answer = await push('alice', `${risc}account-disabled`);
  const since = Date.now();
  assert.equal(answer.status, 202);
  assert.equal(await answer.text(), '');
  await Promise.all([first.waitForURL(landed), second.waitForURL(landed)]);
  assert.deepEqual(await third.evaluate(() => window.socketClosed), { code: 4001, reason: 'signed out' });
  t.diagnostic(`after ${Date.now() - since} ms`); // within 2,000 on a quiet machine: docs/figures.md
});

test('tokens of every algorithm that jose signs with count, those of a stranger do not [issue 16]', async () => {
  for (const key of keys) assert.equal((await push('nobody', `${caep}session-revoked`, key)).status, 202, key.alg);
  const stranger = { alg: 'ES256', ...(await generateKeyPair('ES256')) };
  const refused = await push('alice', `${caep}session-revoked`, stranger);
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).err, 'invalid_key');
  const elsewhere = await push('alice', `${caep}session-revoked`, keys[0], { aud: 'https://another.example.com' });
  assert.equal((await elsewhere.json()).err, 'invalid_audience');
});

test('a changed password leads the next page to the provider, who asks for it [issue 16]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'bob');
  assert.equal((await push('bob', `${caep}credential-change`)).status, 202);
  await page.goto(`${site.router.origin}/orders/`);
  await site.fillForm(page, 'bob');
  await page.waitForURL(`${site.router.origin}/orders/`);
});

test('a back-end in Node believes the logout token by the keys that the router publishes [issue 16]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'carol');
  await page.goto(`${site.router.origin}/archive/`);
  told.length = 0;
  assert.equal((await push('carol', `${risc}sessions-revoked`)).status, 202);
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const metadata = await (await fetch(`${site.router.origin}/xs-router/.well-known/openid-configuration`)).json();
  const { payload } = await jwtVerify(told[0], createRemoteJWKSet(new URL(metadata.jwks_uri)), {
    issuer: metadata.issuer,
    audience: 'archive-client',
    typ: 'logout+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['iat', 'exp', 'jti', 'sid'],
  });
  assert.equal(payload.sub, 'carol');
  assert.equal(payload.sid, knownAs);
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
});

test('a subscriber in Node believes the security event token by the metadata of the router [issue 16]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'dave');
  heard.length = 0;
  await page.goto(`${site.router.origin}/my/logout`);
  while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(heard[0].type, 'application/secevent+jwt');
  assert.equal(heard[0].authorization, 'Bearer of-the-desk');
  const metadata = await (await fetch(`${site.router.origin}/.well-known/ssf-configuration`)).json();
  const { payload } = await jwtVerify(heard[0].body, createRemoteJWKSet(new URL(metadata.jwks_uri)), {
    issuer: metadata.issuer,
    audience: 'desk',
    typ: 'secevent+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['iat', 'jti', 'txn', 'sub_id', 'events'],
  });
  const user = payload.sub_id.user ?? payload.sub_id;
  assert.deepEqual(user, { format: 'iss_sub', iss: site.provider.issuer, sub: 'dave' });
  assert.equal(payload.events[`${caep}session-revoked`].initiating_entity, 'user');
});
