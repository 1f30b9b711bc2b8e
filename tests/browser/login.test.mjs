import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

const shownUser = (page) => page.textContent('#user');

test('a deep link keeps its query and its fragment over the login', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/deep/link?item=1&say=%22hi%22#part/2', 'alice');
  assert.equal(await shownUser(page), 'alice');
  const seen = site.orders.requests.find((request) => request.user === 'alice');
  assert.equal(seen.url, '/app/deep/link?item=1&say=%22hi%22');
});

test('a query and a fragment of 3 KB each come back whole [S36]', async () => {
  const page = await site.newPerson();
  const query = 'a=%ED%95%9C;b,c&'.repeat(200).slice(0, 3000);
  const fragment = 'Shell-home&/item?x=1;y=%ED%95%9C/'.repeat(100).slice(0, 3000);
  await site.signIn(page, `/orders/?${query}#${fragment}`, 'walter');
  assert.equal(await page.evaluate(() => location.hash), `#${fragment}`);
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies.filter(({ name }) => name.startsWith('xsr-')), []);
});

test('one login serves both back-ends', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'bob');
  await page.goto(`${site.router.origin}/invoices/`);
  assert.equal(page.url(), `${site.router.origin}/invoices/`);
  assert.equal(await shownUser(page), 'bob');
});

test('two tabs can be at the sign-in form at once, and each ends where it wanted to go', async () => {
  const first = await site.newPerson();
  const second = await first.context().newPage();
  await first.goto(`${site.router.origin}/orders/one#a`);
  await second.goto(`${site.router.origin}/invoices/two#b`);
  await site.fillForm(first, 'carol');
  await first.waitForURL(`${site.router.origin}/orders/one#a`);
  await site.fillForm(second, 'carol');
  await second.waitForURL(`${site.router.origin}/invoices/two#b`);
  assert.deepEqual([await shownUser(first), await shownUser(second)], ['carol', 'carol']);
});

test('the browser holds an opaque session cookie that scripts cannot read, and no token', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'dave');
  const seen = site.orders.requests.find((request) => request.user === 'dave');
  const token = seen.headers.authorization.split(' ')[1];
  const cookies = await page.context().cookies(site.router.origin);
  const session = cookies.find((cookie) => cookie.name === 'JSESSIONID');
  assert.equal(session.httpOnly, true);
  assert.equal(session.sameSite, 'Lax');
  assert.equal(await page.evaluate(() => document.cookie), '');
  assert.equal(cookies.some((cookie) => cookie.value.includes(token)), false);
  assert.equal(seen.headers.cookie, undefined, 'the router keeps its own cookies to itself');
});

test('a login works without JavaScript', async () => {
  const page = await site.newPerson({ javaScriptEnabled: false });
  await site.signIn(page, '/orders/plain?item=2', 'erin');
  assert.equal(await shownUser(page), 'erin');
});

test('a request of a script is not redirected to the login but answered 401', async () => {
  const page = await site.newPerson();
  await page.goto(`${site.router.origin}/logout-page.html`);
  assert.equal(await page.evaluate(() => fetch('/orders/data').then((answer) => answer.status)), 401);
});
