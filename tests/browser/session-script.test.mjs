// session.js in applications that include it: all tabs leave together, and a person is warned before the time-out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './harness.mjs';
import { launchChromium } from './support/chromium.mjs';

const minute = 60_000;
const landed = '**/logout-page.html**';

let site;
before(async () => {
  site = await startSite({ sessionTimeout: 1, websockets: { enabled: true } });
});
after(() => site?.stop());

async function until(condition) {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, condition.toString());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const left = (page) => page.evaluate(() => fetch('/xs-router/session').then((a) => a.json()).then((s) => s.left));

test('one tab signs out, the other leaves by itself, and the WebSocket closes with 4001', async () => {
  const [first, second] = await site.openTabs('alice');
  // an application that does not include the script
  const third = await first.context().newPage();
  await third.goto(`${site.router.origin}/orders/`);
  await site.openSocket(third);
  await first.evaluate(() => void window.xsRouter.signOut('?siteId=3'));
  await second.waitForURL(landed, { timeout: 10_000 });
  assert.deepEqual(await third.evaluate(() => window.socketClosed), { code: 4001, reason: 'signed out' });
  assert.equal(new URL(third.url()).pathname, '/orders/', 'without the script a page stays where it is');
  await site.agreeToSignOut(first);
  await first.waitForURL(`${site.router.origin}/logout-page.html?siteId=3`);
});

test('signing out at the provider makes all tabs leave', async () => {
  const [first, second] = await site.openTabs('bob');
  const elsewhere = await first.context().newPage();
  await elsewhere.goto(`${site.provider.issuer}/session/end`);
  await site.agreeToSignOut(elsewhere);
  await Promise.all([first.waitForURL(landed), second.waitForURL(landed)]);
});

test('all tabs of a browser share one event stream, and another tab takes over when its owner is closed', async () => {
  const [first, second] = await site.openTabs('carol');
  const streams = async (page) =>
    page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/events')).length);
  assert.equal(await streams(second), 0);
  const taken = second.waitForRequest('**/xs-router/session/events');
  await first.close();
  await taken;
});

test('the warning comes before the time-out; "stay signed in" keeps the session, in every tab', async () => {
  const faults = [];
  const [first, second] = await site.openTabs('dave', '/orders/tabs?warn=50');
  for (const page of [first, second]) page.on('console', (said) => said.type() === 'error' && faults.push(said.text()));
  const dialog = first.getByRole('dialog', { name: 'Are you still there?' });
  await dialog.waitFor({ timeout: 25_000 });
  assert.match(await dialog.textContent(), /signed out in \d+ seconds/);
  await second.getByRole('dialog').waitFor({ timeout: 10_000 });
  assert.ok((await left(first)) < 50_000, 'the warning itself does not keep the session alive');
  const focused = await first.evaluate(() => document.activeElement.textContent);
  assert.equal(focused, 'Stay here');
  await first.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await second.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.ok((await left(first)) > 50_000);
  assert.deepEqual(faults, []);
});

test('an application may keep its page, to save a draft first', async () => {
  const [first, second] = await site.openTabs('erin');
  await second.evaluate(() =>
    addEventListener('xs-router:signed-out', (event) => {
      event.preventDefault();
      document.title = `go to ${event.detail.page}`;
    }),
  );
  await first.evaluate(() => void window.xsRouter.signOut());
  await second.waitForFunction(() => document.title === 'go to /logout-page.html');
  assert.equal(new URL(second.url()).pathname, '/orders/tabs');
});

test('a tab that nobody uses leaves when the session times out: its stream does not keep it alive', async () => {
  const page = await site.newPerson();
  await site.signIn(page, '/orders/', 'frank');
  await page.goto(`${site.router.origin}/orders/tabs`);
  await page.waitForURL(landed, { timeout: 1.5 * minute });
});

// Chromium with its back/forward cache, which playwright switches off; it does not follow pages that come out of it, so
// each of them says itself where it is.
async function withPageCache(work) {
  const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const context = await browser.newContext();
    await work(context);
  } finally {
    await browser.close();
  }
}

test('after signOut() and Back the page that comes out of the cache leaves again [S35]', async () => {
  await withPageCache(async (context) => {
    const page = await context.newPage();
    const shown = [];
    await context.exposeBinding('tellTest', (source, what) => shown.push(what));
    await context.addInitScript(() =>
      addEventListener('pageshow', ({ persisted }) => window.tellTest(`${location.pathname} ${persisted}`)),
    );
    await site.signIn(page, '/orders/', 'ivan');
    await page.goto(`${site.router.origin}/orders/tabs?cache`);
    await page.evaluate(() => void window.xsRouter.signOut());
    await site.agreeToSignOut(page);
    await page.waitForURL(landed);
    const landings = () => shown.filter((what) => what.startsWith('/logout-page.html')).length;
    const before = landings();
    // over the provider's question
    await page.evaluate(() => history.go(-2)).catch(() => {});
    await until(() => shown.includes('/orders/tabs true'));
    await until(() => landings() > before);
  });
});

test('a page that comes out of the cache takes part again: stream, other tabs, and sign-out [S35]', async () => {
  await withPageCache(async (context) => {
    const page = await context.newPage();
    const shown = [];
    const streams = [];
    await context.exposeBinding('tellTest', (source, what) => shown.push(what));
    await context.addInitScript(() =>
      addEventListener('pageshow', ({ persisted }) => window.tellTest(`${location.pathname} ${persisted}`)),
    );
    await site.signIn(page, '/orders/', 'judy');
    context.on('request', (request) => request.url().endsWith('/session/events') && streams.push(request));
    await page.goto(`${site.router.origin}/orders/tabs?cache`);
    await until(() => streams.length === 1);
    await page.goto(`${site.router.origin}/logout-page.html`);
    await page.evaluate(() => history.back()).catch(() => {});
    await until(() => shown.includes('/orders/tabs true'));
    await until(() => streams.length === 2);
    const second = await context.newPage();
    await second.goto(`${site.router.origin}/orders/tabs?cache`);
    const landings = () => shown.filter((what) => what.startsWith('/logout-page.html')).length;
    const before = landings();
    await second.evaluate(() => void window.xsRouter.signOut());
    await until(() => landings() > before);
  });
});
