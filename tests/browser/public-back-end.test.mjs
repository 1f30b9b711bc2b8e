// A back-end with a login form and a handshake of its own, on a route that asks for no login.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';
import { Shop } from './support/shop.mjs';

let shop;
let site;
before(async () => {
  shop = await Shop.start();
  const route = { source: '^/shop/(.*)$', target: '/$1', destination: 'shop', authenticationType: 'none' };
  site = await startSite({}, { name: 'shop', url: shop.origin, logoutPath: '/sign-out', route });
});
after(async () => {
  await site?.stop();
  await shop?.stop();
});

async function enterShop(page, user) {
  await page.goto(`${site.router.origin}/shop/`);
  await page.fill('input[name=user]', user);
  await page.click('#enter');
  await page.waitForSelector('#user');
}

const namesOf = (cookies) => cookies.map(({ name }) => name);
const sessionOf = async (page) => (await page.context().cookies()).find(({ name }) => name === 'JSESSIONID')?.value;

// As SAPUI5 does it: a token first, then the change.
const putIntoCart = (page, thing) =>
  page.evaluate(async (what) => {
    const handshake = await fetch('/shop/', { headers: { 'x-csrf-token': 'fetch' } });
    const token = handshake.headers.get('x-csrf-token');
    const forged = await fetch('/shop/cart', { method: 'POST', body: what });
    const answer = await fetch('/shop/cart', { method: 'POST', body: what, headers: { 'x-csrf-token': token } });
    return { forged: forged.status, status: answer.status, things: await answer.text() };
  }, thing);

test('a back-end with a login of its own works on a public route, and knows its user through login and logout [K1]', async () => {
  const page = await site.newPerson();
  await enterShop(page, 'kim');
  assert.equal(await page.textContent('#user'), 'kim');
  assert.deepEqual(namesOf(await page.context().cookies()), ['JSESSIONID']);
  assert.deepEqual(await putIntoCart(page, 'book'), { forged: 403, status: 200, things: '1' });
  const anonymous = await sessionOf(page);

  // signed in at the shop is not signed in at the router
  assert.equal(await page.evaluate(() => fetch('/orders/data').then((answer) => answer.status)), 401);

  await site.signIn(page, '/orders/', 'alice');
  assert.equal(await page.textContent('#user'), 'alice');
  const signedIn = await sessionOf(page);
  assert.ok(signedIn && signedIn !== anonymous, 'the login makes a new id');
  await page.goto(`${site.router.origin}/shop/`);
  assert.equal(await page.textContent('#user'), 'kim');
  assert.equal(await page.textContent('#cart'), '1');
  assert.deepEqual(await putIntoCart(page, 'pen'), { forged: 403, status: 200, things: '2' });

  await site.signOut(page);
  await shop.toldOf('kim');
  await page.goto(`${site.router.origin}/shop/`);
  assert.equal(await page.isVisible('#enter'), true);
});

test('who is signed in at a back-end of a public route alone can sign out of it [K1]', async () => {
  const page = await site.newPerson();
  await enterShop(page, 'lou');
  await page.evaluate(() => void setTimeout(() => window.location.replace('/my/logout')));
  // the provider knows nobody, and asks nothing
  await page.waitForURL(`${site.router.origin}/logout-page.html**`);
  await shop.toldOf('lou');
  await page.goto(`${site.router.origin}/shop/`);
  assert.equal(await page.isVisible('#enter'), true);
  assert.deepEqual([...site.orders.logouts, ...site.invoices.logouts].filter((call) => call.headers.cookie), []);
});

test('two people at one back-end are two, and each has what is his [K1]', async () => {
  const pages = [await site.newPerson(), await site.newPerson()];
  await enterShop(pages[0], 'max');
  await enterShop(pages[1], 'ida');
  await putIntoCart(pages[0], 'book');
  for (const [index, [user, things]] of [['max', '1'], ['ida', '0']].entries()) {
    await pages[index].reload();
    assert.equal(await pages[index].textContent('#user'), user);
    assert.equal(await pages[index].textContent('#cart'), things);
  }
});
