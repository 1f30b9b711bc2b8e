import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';
import { close, listen } from './support/ports.mjs';

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

const scriptStatus = (page) => page.evaluate(() => fetch('/orders/data').then((answer) => answer.status));

// A page of somebody else, on another site than the router.
async function onForeignPage(html, visit) {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(`<!doctype html><title>Elsewhere</title>${html}`);
  });
  const origin = await listen(server);
  try {
    await visit(origin);
  } finally {
    await close(server);
  }
}

test("window.location.replace('/my/logout?siteId=3') ends at the logout page with ?siteId=3", async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'alice');
  await site.signOut(page);
  assert.equal(page.url(), `${site.router.origin}/logout-page.html?siteId=3`);
  assert.equal(await page.textContent('h1'), 'Good-bye');
});

test('each back-end is told once, with the token of the user, also the one that was never used', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'bob');
  await site.signOut(page);
  for (const calls of await site.bothTold('bob')) {
    assert.equal(calls.length, 1);
    assert.equal(calls[0].method, 'POST');
  }
});

test('the back button shows nothing private', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'carol');
  await page.goto(`${site.router.origin}/invoices/`);
  await site.signOut(page);
  const seen = site.orders.requests.length;
  // One step back is the provider's question, which comes straight here again; Invoices was replaced by it.
  await page.evaluate(() => history.go(-2));
  await page.waitForURL(`${site.provider.issuer}/interaction/**`);
  assert.equal(await page.locator('#user').count(), 0);
  assert.equal(site.orders.requests.length, seen, 'nor did Orders hear of it');
});

test('a second tab is signed out too: its scripts get 401, its next page is the login', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'dave');
  const second = await page.context().newPage();
  await second.goto(`${site.router.origin}/orders/`);
  assert.equal(await scriptStatus(second), 200);
  await site.signOut(page);
  assert.equal(await scriptStatus(second), 401);
  await second.reload();
  await second.waitForURL(`${site.provider.issuer}/interaction/**`);
});

test('signing out at the provider reaches both back-ends', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'erin');
  const elsewhere = await page.context().newPage();
  await elsewhere.goto(`${site.provider.issuer}/session/end`);
  await site.agreeToSignOut(elsewhere);
  await site.bothTold('erin');
  assert.equal(await scriptStatus(page), 401);
});

test('a second logout is no error and tells nobody again', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'frank');
  await site.signOut(page);
  await site.bothTold('frank');
  await page.goto(`${site.router.origin}/my/logout?siteId=4`);
  await page.waitForLoadState();
  assert.equal((await site.bothTold('frank')).every((calls) => calls.length === 1), true);
});

test('pictures and frames of another site sign nobody out', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'grace');
  const trap = `${site.router.origin}/my/logout`;
  await onForeignPage(`<img src="${trap}"><iframe src="${trap}"></iframe>`, async (foreign) => {
    const other = await page.context().newPage();
    await other.goto(foreign, { waitUntil: 'load' });
    assert.equal(await scriptStatus(page), 200);
  });
});

test('a picture on a page of our own signs nobody out, whatever asks for it [S34] [S33]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'peggy');
  await page.evaluate(
    () =>
      new Promise((done) => {
        const picture = new Image();
        picture.onload = picture.onerror = done;
        picture.src = '/my/logout';
      }),
  );
  const prefetch = { 'next-router-prefetch': '1' };
  assert.equal(await page.evaluate((headers) => fetch('/my/logout', { headers }).then((a) => a.status), prefetch), 403);
  assert.equal(await scriptStatus(page), 200);
});

test('a link of another site asks first', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'heidi');
  await onForeignPage(`<a href="${site.router.origin}/my/logout?siteId=5">Prizes</a>`, async (foreign) => {
    const other = await page.context().newPage();
    await other.goto(foreign);
    await other.click('a');
    await other.waitForURL(`${site.router.origin}/my/logout**`);
    assert.equal(await other.textContent('h1'), 'Sign out?');
    assert.equal(await scriptStatus(page), 200);
    await other.click('a.button');
    await site.agreeToSignOut(other);
    await other.waitForURL(`${site.router.origin}/logout-page.html?siteId=5`);
    await site.bothTold('heidi');
  });
});

test('a form that is being saved when its user signs out is saved, and the user lands on the logout page [S25]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/form', 'ivan');
  const saving = site.orders.nextSave();
  // as people click: nobody waits for the page that the first click asked for, which takes two seconds
  await page.evaluate(() => {
    setTimeout(() => document.querySelector('#save').click());
    setTimeout(() => document.querySelector('#out').click(), 500);
  });
  await saving.begun;
  await site.agreeToSignOut(page);
  await page.waitForURL(`${site.router.origin}/logout-page.html**`);
  assert.deepEqual(await saving.ended, { user: 'ivan', body: 'text=my+work', cut: false });
});

test('a script that saves and signs out in the same moment gets the answer to its save [S25]', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/form', 'judy');
  const saving = site.orders.nextSave();
  const status = page.evaluate(async () => {
    const head = { 'x-csrf-token': 'fetch' };
    const token = (await fetch('/orders/data', { headers: head })).headers.get('x-csrf-token');
    const save = fetch('/orders/save', { method: 'POST', body: 'text=my+work', headers: { 'x-csrf-token': token } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const out = fetch('/my/logout', { redirect: 'manual' });
    await out;
    return (await save).status;
  });
  assert.equal((await saving.ended).cut, false);
  assert.equal(await status, 200);
  assert.equal(await scriptStatus(page), 401);
});
