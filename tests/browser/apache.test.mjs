// A back-end behind Apache with mod_auth_openidc, which signs its users in by itself, is told by a logout token of the router.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { startSite } from './harness.mjs';
import { Apache, hasApache } from './support/apache.mjs';
import { close, freePort, listen } from './support/ports.mjs';

const clientId = 'archive-client';
const skip = hasApache ? false : 'there is no Apache with mod_auth_openidc here';
let site, apache, provider, issuer, key;
const codes = new Map(); // nonces by code

async function until(look) {
  for (let left = 200; left > 0; --left) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it did not come: ${await apache.errors()}`);
}

const sidOfRouter = async () => (await apache.lines()).map(({ sid }) => sid).findLast((sid) => sid !== '-');

// Whom Apache trusts: it signs id tokens, and lists the key that the router signs logout tokens with.
async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/authorize') {
    const code = `code-${codes.size}`;
    codes.set(code, url.searchParams.get('nonce'));
    const back = new URL(url.searchParams.get('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', url.searchParams.get('state'));
    return response.writeHead(302, { Location: back.href }).end();
  }
  response.setHeader('Content-Type', 'application/json');
  if (url.pathname === '/.well-known/openid-configuration') {
    const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` };
    const supported = { response_types_supported: ['code'], token_endpoint_auth_methods_supported: ['client_secret_basic'] };
    return response.end(JSON.stringify({ issuer, ...endpoints, ...supported }));
  }
  if (url.pathname === '/keys') {
    const own = { ...(await exportJWK(key.publicKey)), alg: 'ES256', kid: 'provider', use: 'sig' };
    const routers = await (await fetch(`${site.router.origin}/xs-router/jwks.json`)).json();
    return response.end(JSON.stringify({ keys: [own, ...routers.keys] }));
  }
  let body = '';
  for await (const piece of request) body += piece;
  const claims = { nonce: codes.get(new URLSearchParams(body).get('code')), sid: await until(sidOfRouter) };
  const signing = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'provider' }).setIssuedAt();
  const signed = signing.setIssuer(issuer).setAudience(clientId).setSubject('erin').setExpirationTime('5m');
  response.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: await signed.sign(key.privateKey) }));
}

before(async () => {
  if (skip) return;
  key = await generateKeyPair('ES256');
  provider = createServer(answer);
  issuer = await listen(provider);
  const port = await freePort();
  apache = await Apache.start({ outside: `http://localhost:${port}`, issuer, clientId, clientSecret: 'secret' });
  const more = {
    name: 'apache',
    url: apache.origin,
    logoutToken: { audience: clientId, path: '/apache/callback?logout=backchannel' },
    route: { source: '^/apache/(.*)$', target: '/apache/$1', destination: 'apache', authenticationType: 'oidc' },
  };
  site = await startSite({}, more, { SIGNALS_ISSUER: issuer }, port);
});
after(async () => {
  await site?.stop();
  await apache?.stop();
  if (provider) await close(provider);
});

test('mod_auth_openidc ends its own session when the router tells it by a logout token [issue 16]', { skip }, async () => {
  const page = await site.newPerson();
  await page.goto(`${site.router.origin}/apache/`);
  await site.fillForm(page, 'erin');
  await page.getByRole('heading', { name: 'Hello' }).waitFor();
  const { session } = await until(async () => (await apache.lines()).findLast((line) => line.session !== '-' && line.status === 200));
  const straight = () =>
    fetch(`${apache.origin}/apache/`, {
      redirect: 'manual',
      headers: {
        Cookie: `mod_auth_openidc_session=${session}`,
        'X-Forwarded-Host': new URL(site.router.origin).host,
        'X-Forwarded-Proto': 'http',
      },
    });
  assert.equal((await straight()).status, 200);
  await page.evaluate(() => window.location.replace('/my/logout'));
  const told = await until(async () => (await apache.lines()).find(({ method }) => method === 'POST'));
  assert.equal(told.status, 200, await apache.errors());
  assert.equal((await straight()).status, 401); // who is no browser is not sent to the provider
});
