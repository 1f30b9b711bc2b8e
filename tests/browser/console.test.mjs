// The operators' console: who may come in, what it shows while a logout completes, and what an operator ends with it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { openConsole, signedInConsole, violationsOf } from './support/console.mjs';
import { startSite } from './harness.mjs';
import { close, freePort, listen } from './support/ports.mjs';

const token = 'the-token-of-all-operators';
const readToken = 'the-token-of-those-who-look';
let site, origin, archive;
let hold; // while it is there, the archive answers no logout call
let release = () => {};

before(async () => {
  archive = createServer(async (request, response) => {
    await hold;
    response.writeHead(204).end();
  });
  const more = {
    name: 'archive',
    url: await listen(archive),
    logoutPath: '/bye',
    title: 'The <b>archive</b> & co',
    route: { source: '^/archive/(.*)$', target: '/$1', destination: 'archive', authenticationType: 'oidc' },
  };
  const port = await freePort();
  const management = { MANAGEMENT_PORT: String(port), MANAGEMENT_TOKEN: token, MANAGEMENT_READ_TOKEN: readToken };
  site = await startSite({}, more, management);
  origin = `http://localhost:${port}`;
});
after(async () => {
  release();
  await site?.stop();
  if (archive) await close(archive);
});

afterEach(() => Promise.all(site.browser.contexts().map((context) => context.close())));

const holdArchive = () => (hold = new Promise((resolve) => (release = resolve)));
const operator = (options) => signedInConsole(site.browser, origin, token, options);

async function person(user) {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', user);
  return page;
}

async function go(page, place) {
  await page.evaluate((hash) => (location.hash = hash), `#/${place}`);
}

test('a wrong token is refused in words, the right one is kept over a reload, until one signs out [issue 14]', async () => {
  const { page, faults } = await openConsole(site.browser, origin);
  await page.getByLabel('Management token').fill('not the token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'not known' }).waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  faults.length = 0; // the browser itself tells of the 401
  await page.getByLabel('Management token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.reload();
  await page.getByText('Nothing is wrong.').waitFor();
  const [cookie] = await page.context().cookies();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Management token').waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  const again = await fetch(`${origin}/api/overview`, { headers: { cookie: `${cookie.name}=${cookie.value}` } });
  assert.equal(again.status, 401);
  assert.deepEqual(faults, []);
});

test('the cookie is for this site and no script, lasts 8 hours, and changes nothing without x-requested-by [issue 14]', async () => {
  const { page } = await operator();
  const cookies = await page.context().cookies();
  assert.equal(cookies.length, 1);
  const { name, value, httpOnly, sameSite, path, expires } = cookies[0];
  assert.deepEqual({ name, httpOnly, sameSite, path }, { name: 'xsr-console', httpOnly: true, sameSite: 'Strict', path: '/' });
  assert.ok(!value.includes(token));
  assert.ok(Math.abs(expires - Date.now() / 1000 - 8 * 3600) < 60);
  assert.equal(await page.evaluate(() => document.cookie), '');
  const reload = (headers) => page.evaluate((fields) => fetch('/api/reload', { method: 'POST', headers: fields }).then((a) => a.status), headers);
  assert.equal(await reload({}), 403);
  assert.equal(await reload({ 'x-requested-by': 'console' }), 200);
});

test('no back-end ever sees the cookie of the console, which browsers send to every port of a host [issue 14]', async () => {
  const { page } = await operator();
  await site.signIn(page, '/orders/', 'walter');
  await page.goto(`${site.router.origin}/orders/again`);
  assert.ok((await page.context().cookies(site.router.origin)).some(({ name }) => name === 'xsr-console'));
  const seen = site.orders.requests.filter(({ user }) => user === 'walter');
  assert.equal(seen.length, 2);
  for (const { headers } of seen) assert.ok(!String(headers.cookie).includes('xsr-console'));
});

test('the picture of a logout completes before one\'s eyes when the slow back-end has answered [issue 14]', async () => {
  holdArchive();
  const alice = await person('alice');
  const { page, faults } = await operator();
  await go(page, 'logouts/newest?user=alice');
  await page.getByText('There is no logout of alice yet.').waitFor();
  await site.signOut(alice);
  await page.getByRole('heading', { name: 'Logout of alice' }).waitFor();
  await page.getByText('Waiting for 1 of 3 calls.').waitFor();
  const picture = page.locator('svg.picture');
  await picture.locator('.edge.outcome-confirmed').nth(1).waitFor({ state: 'attached' });
  assert.equal(await picture.locator('.edge.outcome-pending').count(), 1);
  assert.match(await picture.textContent(), /alice.*xs-router/s);
  assert.match(await picture.textContent(), /The <b>archive<\/b> & co/);
  assert.match(await picture.textContent(), /\d ms, 1 attempt/);
  assert.match(await picture.getAttribute('aria-label'), /Waiting for 1 of 3/);
  await page.evaluate(() => (window.isTheSamePage = true));
  release();
  await page.getByRole('status').filter({ hasText: 'All 3 back-end calls are confirmed.' }).waitFor();
  assert.equal(await picture.locator('.edge.outcome-confirmed').count(), 3);
  assert.equal(await page.evaluate(() => window.isTheSamePage), true);
  await page.getByRole('link', { name: 'All logouts' }).click();
  const row = page.getByRole('row').filter({ hasText: 'alice' });
  assert.match(await row.textContent(), /3 confirmed/);
  assert.deepEqual(faults, []);
});

test('an operator ends the sessions of a user, told first how many they are, and sees how far it is [issue 14]', async () => {
  const [first, second] = [await person('bob'), await person('bob')];
  await person('carol');
  const { page, faults } = await operator();
  await go(page, 'sessions');
  await page.getByLabel('User', { exact: true }).fill('bob');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  const rows = page.getByRole('row').filter({ hasText: 'bob' });
  await rows.nth(1).waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'carol' }).count(), 0);
  assert.doesNotMatch(await page.locator('main').textContent(), /ey[A-Za-z0-9_-]{20}/);
  await rows.first().getByRole('button').click();
  await page.getByRole('dialog').getByLabel('All of the user bob: 2 sessions').check();
  await page.getByRole('button', { name: 'End 2 sessions' }).click();
  await page.getByRole('heading', { name: 'Ending the sessions of user bob' }).waitFor();
  await page.getByText('2 of 2 ended').waitFor();
  await page.getByRole('link', { name: 'Picture of the first logout' }).click();
  await page.getByRole('heading', { name: 'Logout of bob' }).waitFor();
  await page.getByRole('status').filter({ hasText: 'back-end calls are confirmed.' }).waitFor();
  for (const ended of [first, second]) {
    assert.equal((await ended.request.get(`${site.router.origin}/xs-router/session`)).status(), 401);
  }
  await site.bothTold('bob');
  await go(page, 'sessions');
  await page.getByRole('row').filter({ hasText: 'carol' }).waitFor();
  assert.deepEqual(faults, []);
});

test('sessions of nobody in particular are looked up when somebody wants it, those of a user by themselves [issue 12]', async () => {
  const { page, faults } = await operator();
  const again = page.getByRole('button', { name: 'Look again' });
  await person('erin');
  await go(page, 'sessions');
  await page.getByRole('row').filter({ hasText: 'erin' }).waitFor();
  await person('fred');
  await again.click();
  await page.getByRole('row').filter({ hasText: 'fred' }).waitFor();
  await go(page, 'sessions?user=gina');
  await again.waitFor({ state: 'hidden' });
  await person('gina');
  await page.getByRole('row').filter({ hasText: 'gina' }).waitFor();
  assert.deepEqual(faults, []);
});

test('by keyboard alone one session ends, and a question that is left by Escape ends none [issue 14]', async () => {
  await person('dora');
  const { page, faults } = await operator();
  await go(page, 'sessions?user=dora');
  const button = page.getByRole('button', { name: /^End … dora/ });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^End … dora/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'End 1 session' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Logout of dora' }).waitFor();
  assert.deepEqual(faults, []);
});

test('the first Tab leads past the pages to the content, and the focus is always seen [issue 14]', async () => {
  const { page } = await operator();
  await page.reload();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  for (const name of ['Overview', 'Logouts', 'Sessions', 'Routes', 'Applications', 'Outbox', 'Signals', 'Configuration', 'Sign out']) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => [document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]);
    assert.deepEqual(focused, [name, 'solid']);
  }
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Signals', level: 1 }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Signals');
});

test('it explains step by step what a request would meet, and says what is no request [issue 14]', async () => {
  const { page } = await operator();
  await go(page, 'routes');
  await page.getByLabel('URL or path').fill('/invoices/4711?a=<b>');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('heading', { name: 'Step by step' }).waitFor();
  const steps = await page.locator('.steps > li').allInnerTexts();
  assert.match(steps[0], /GET \/invoices\/4711\?a=/);
  assert.match(steps[1], /Passed over: route 0/);
  assert.match(steps.join('\n'), /\/app\/4711/);
  assert.match(steps.at(-1), /^Answer\s+route 3/);
  await page.getByLabel('Header fields').fill('no colon here');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('alert').filter({ hasText: 'Name: value' }).waitFor();
  assert.equal(await page.locator('.steps > li').count(), 0);
  const hits = page.getByRole('row').filter({ hasText: '^/orders/(.*)$' });
  assert.ok(Number((await hits.locator('td').nth(4).innerText()).replace(/\D/g, '')) > 0);
});

test('lines begin before the console was opened, and back-ends have their connections and faults [issue 14]', async () => {
  await person('henry');
  const kept = async () => {
    const answer = await fetch(`${origin}/api/history`, { headers: { authorization: `Bearer ${readToken}` } });
    return (await answer.json()).points.length;
  };
  while ((await kept()) < 4) await new Promise((resolve) => setTimeout(resolve, 500));
  const { page, faults } = await operator();
  const line = page.locator('[data-figure=requests] svg');
  await line.waitFor();
  const label = /in the last (?:(\d+) min)? ?(?:(\d+) s)?/.exec(await line.getAttribute('aria-label'));
  assert.ok(Number(label[1] ?? 0) * 60 + Number(label[2] ?? 0) >= 10, label[0]);
  const tile = page.locator('.tiles li').filter({ hasText: 'orders' });
  assert.match(await tile.innerText(), /\d+ connections?, \d+ idle; 0 requests wait/);
  assert.match(await tile.innerText(), /no fault/);
  assert.deepEqual(faults, []);
});

test('a session says how long it was not used, and what its user is called in the log [issue 14]', async () => {
  await person('iris');
  const { page } = await operator();
  await go(page, 'sessions?user=iris');
  const cells = page.getByRole('row').filter({ hasText: 'iris' }).getByRole('cell');
  await cells.first().waitFor();
  const texts = await cells.allInnerTexts();
  assert.match(texts[4], /^[0-9a-f]{12}$/);
  assert.match(texts[6], /^\d+ s$/);
});

test('whatever users and titles are called, they stay text [issue 14]', async () => {
  const name = '<img src=x onerror=alert(1)>"\'&';
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', name);
  const { page: watched, faults } = await operator();
  await go(watched, 'sessions');
  await watched.getByRole('cell', { name, exact: true }).waitFor();
  await site.signOut(page);
  await go(watched, `logouts/newest?${new URLSearchParams({ user: name })}`);
  await watched.getByRole('heading', { name: `Logout of ${name}` }).waitFor();
  assert.equal(await watched.locator('img').count(), 0);
  assert.deepEqual(faults, []);
});

test('who may only look is offered no change [issue 14]', async () => {
  const { page, faults } = await signedInConsole(site.browser, origin, readToken);
  await page.getByText('Looks only').waitFor();
  await go(page, 'sessions');
  await page.getByRole('row').nth(1).waitFor();
  await go(page, 'outbox');
  await page.getByRole('heading', { name: 'Outbox', level: 1 }).waitFor();
  await go(page, 'configuration');
  await page.getByText('MANAGEMENT_TOKEN', { exact: true }).waitFor();
  const buttons = await page.getByRole('button').allInnerTexts();
  assert.deepEqual(buttons, ['Sign out']);
  assert.deepEqual(faults, []);
});

const places = ['overview', 'logouts', 'logouts/newest', 'sessions', 'routes', 'applications', 'outbox', 'signals', 'configuration', 'nowhere'];
for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 1280, 1920]) {
    test(`every page is readable in ${colorScheme} at ${width} px, for screen readers, too [issue 14]`, async () => {
      const options = { colorScheme, viewport: { width, height: 900 } };
      const asked = await openConsole(site.browser, origin, options);
      assert.deepEqual(await violationsOf(asked.page, 'sign-in'), []);
      const { page, faults } = await operator(options);
      for (const place of places) {
        await go(page, place);
        await page.getByText('Loading …').first().waitFor({ state: 'hidden' });
        assert.deepEqual(await violationsOf(page, `${place.replace('/', '-')}-${colorScheme}-${width}`), [], place);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false, place);
      }
      await go(page, 'sessions');
      await page.getByRole('button', { name: 'End all sessions …' }).click();
      await page.getByRole('button', { name: /^End \d+ session/ }).waitFor();
      assert.deepEqual(await violationsOf(page, `question-${colorScheme}-${width}`), []);
      assert.deepEqual(faults, []);
    });
  }
}
