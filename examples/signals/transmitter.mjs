// A transmitter of shared signals with a button for each: what an identity provider, or a security desk, does elsewhere.
//
//   node examples/signals/transmitter.mjs [ROUTER] [PROVIDER]
//
// ROUTER: http://localhost:5000; PROVIDER, whose users it speaks of: http://127.0.0.1:5001. Serves its page, its metadata
// and its keys at http://127.0.0.1:5004 (PORT). Needs nothing but Node.js 18.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const [router = 'http://localhost:5000', provider = 'http://127.0.0.1:5001'] = process.argv.slice(2);
const port = Number(process.env.PORT ?? 5004);
const issuer = `http://127.0.0.1:${port}`;
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'demo', alg: 'ES256', use: 'sig' };
const now = () => Math.floor(Date.now() / 1000);

function token(typ, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'ES256', kid: 'demo', typ })}.${part({ iss: issuer, iat: now(), jti: randomUUID(), ...claims })}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const user = (sub) => ({ format: 'iss_sub', iss: provider, sub });

async function push(sub_id, event, details) {
  const events = { [event]: { event_timestamp: now(), initiating_entity: 'admin', ...details } };
  const answer = await fetch(`${router}/signals`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/secevent+jwt', Authorization: 'Bearer of-the-demo-transmitter' },
    body: token('secevent+jwt', { aud: router, txn: randomUUID(), sub_id, events }),
  });
  return `${event.split('/').pop()}: ${answer.status} ${await answer.text()}`;
}

async function revokeAll(sub) {
  const url = `${router}/global-token-revocation`;
  const bearer = token('global-token-revocation+jwt', { aud: url, exp: now() + 60 });
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ sub_id: user(sub) }),
  });
  return `global token revocation: ${answer.status}`;
}

const buttons = {
  'Disable account': (sub) => push(user(sub), `${risc}account-disabled`),
  'Lose device': (sub) =>
    push(
      { format: 'complex', user: user(sub), device: { format: 'opaque', id: 'a-laptop' } },
      `${caep}device-compliance-change`,
      { previous_status: 'compliant', current_status: 'not-compliant' },
    ),
  'Change password': (sub) =>
    push(user(sub), `${caep}credential-change`, { credential_type: 'password', change_type: 'update' }),
  'Revoke all': revokeAll,
};

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (said, sub) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Demo transmitter</title>
<style>body{font:1rem system-ui;max-width:40rem;margin:3rem auto}button{margin:.3rem;padding:.5rem 1rem}</style>
<h1>Demo transmitter</h1>
<form method="post"><p><label>User (sub) <input name="sub" value="${escaped(sub)}"></label></p>
<p>${Object.keys(buttons).map((name) => `<button name="press" value="${name}">${name}</button>`).join('')}</p></form>
<p role="status">${escaped(said)}</p></html>`;

async function pressed(request) {
  let body = '';
  for await (const piece of request) if ((body += piece).length > 4096) return ['too much', ''];
  const form = new URLSearchParams(body);
  const sub = form.get('sub') ?? '';
  const press = Object.hasOwn(buttons, form.get('press')) ? buttons[form.get('press')] : undefined;
  if (!press) return ['no such button', sub];
  return [await press(sub).catch((error) => error.message), sub];
}

createServer(async (request, response) => {
  const json = (value) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
  if (request.url.startsWith('/.well-known/')) return json({ issuer, jwks_uri: `${issuer}/keys` });
  if (request.url === '/keys') return json({ keys: [jwk] });
  const [said, sub] = request.method === 'POST' ? await pressed(request) : ['', 'demo'];
  response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page(said, sub));
}).listen(port, '127.0.0.1', () => console.log(`demo transmitter at ${issuer}, for ${router} and the users of ${provider}`));
