// The console's outbox: what was given up is tried again a part at a time. What a router says of a thousand such calls is said
// for it here: real ones take a minute at least until they are given up.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launchChromium } from './support/chromium.mjs';
import { signedInConsole } from './support/console.mjs';
import { freePort } from './support/ports.mjs';
import { makeDirectory, removeDirectory, startRouter } from './support/router.mjs';

const token = 'the-token-of-all-operators';
let browser, router, directory, origin;

before(async () => {
  directory = await makeDirectory({
    'xs-app.json': { routes: [{ source: '^/(.*)$', target: '$1', localDir: 'web', authenticationType: 'none' }] },
    'web/logout-page.html': '<!doctype html><title>Signed out</title>',
  });
  const port = await freePort();
  router = await startRouter(await freePort(), directory, { MANAGEMENT_PORT: String(port), MANAGEMENT_TOKEN: token });
  origin = `http://localhost:${port}`;
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await router?.stop();
  if (directory) await removeDirectory(directory);
});

afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

const call = {
  id: 'l-1.1/x',
  logout_id: 'l-1',
  back_end: 'archive',
  state: 'dead',
  attempts: 9,
  reason: 'answered 503',
  created: 1_790_000_000,
  due: 1_790_000_000,
};
const outbox = { back_ends: [{ back_end: 'archive', waiting: 3, oldest_seconds: 90 }], calls: [call] };

// The page over a router that has given up some calls, and that says of each change what `answer(wish, round)` does: a status and
// what is said. `looks`: how often the list was looked up.
async function openOutbox(answer) {
  const { page, faults } = await signedInConsole(browser, origin, token);
  const seen = { page, faults, wishes: [], dropped: [], looks: 0 };
  await page.route('**/api/outbox**', async (route) => {
    const request = route.request();
    if (request.method() === 'GET') {
      seen.looks += 1;
      return route.fulfill({ json: outbox });
    }
    if (request.method() === 'DELETE') {
      seen.dropped.push(new URL(request.url()).pathname);
      return route.fulfill({ json: { dropped: true } });
    }
    seen.wishes.push(request.postDataJSON());
    const [status, said] = await answer(seen.wishes.length);
    const contentType = status === 200 ? 'application/json' : 'application/problem+json';
    return route.fulfill({ status, contentType, body: JSON.stringify(said) });
  });
  await page.evaluate(() => (location.hash = '#/outbox'));
  await page.getByRole('cell', { name: 'answered 503' }).waitFor();
  return seen;
}

const said = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

test('all that was given up is tried again in rounds, of which the button says how far they are [issue 14]', async () => {
  const last = gate();
  const seen = await openOutbox(async (round) => {
    if (round === 3) await last.opened;
    return [200, { retried: 1_000, more: true, left: [1_500, 500, 200][round - 1] }];
  });
  const button = seen.page.locator('button.apart');
  assert.equal(await button.innerText(), 'Try again all that was given up');
  await button.click();
  await seen.page.getByRole('button', { name: '2,000 of 2,500 …' }).waitFor();
  assert.equal(await button.isDisabled(), true);
  last.open();
  // what is given up again meanwhile is another time's
  await said(seen.page, '3,000 calls are tried again.');
  assert.deepEqual(seen.wishes, [{ all: true }, { all: true }, { all: true }]);
  assert.equal(await button.innerText(), 'Try again all that was given up');
  assert.equal(await button.isDisabled(), false);
  assert.deepEqual(seen.faults, []);
});

for (const [what, name, wish] of [
  ["one back-end's calls", 'Try again what was given up: archive', { back_end: 'archive' }],
  ['one call', 'Try again: archive', { id: call.id }],
]) {
  test(`a look at the list meanwhile leaves the button of ${what} as it is [issue 14]`, async () => {
    const second = gate();
    const seen = await openOutbox(async (round) => {
      if (round === 2) await second.opened;
      return [200, { retried: 1_000, more: round === 1 }];
    });
    const button = seen.page.getByRole('button', { name, exact: true });
    await button.focus();
    await seen.page.keyboard.press('Enter');
    await seen.page.getByText('1,000 of 1,000 …').waitFor();
    const before = seen.looks;
    for (let left = 600; seen.looks < before + 2 && left > 0; --left) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(seen.looks >= before + 2, 'the page looks on');
    assert.equal(await button.innerText(), '1,000 of 1,000 …');
    assert.equal(await button.isDisabled(), true);
    second.open();
    await said(seen.page, '2,000 calls are tried again.');
    assert.deepEqual(seen.wishes, [wish, wish]);
    assert.equal(await button.isDisabled(), false);
    // who works by keyboard goes on from there
    assert.equal(await seen.page.evaluate(() => document.activeElement.getAttribute('aria-label')), name);
    assert.deepEqual(seen.faults, []);
  });
}

test('a router that never says how much is left is asked a hundred times, one that has nothing once [issue 14]', async () => {
  const endless = await openOutbox(async () => [200, { retried: 10, more: true }]);
  await endless.page.locator('button.apart').click();
  await said(endless.page, '1,000 calls are tried again.');
  assert.equal(endless.wishes.length, 100);
  const empty = await openOutbox(async () => [200, { retried: 0, more: true, left: 7 }]);
  await empty.page.locator('button.apart').click();
  await said(empty.page, 'Nothing had been given up.');
  assert.equal(empty.wishes.length, 1);
});

test('a round that fails is said in words, and the button can be pressed anew [issue 14]', async () => {
  const seen = await openOutbox(async (round) =>
    round === 2 ? [503, { status: 503, detail: 'the router did not answer in time' }] : [200, { retried: 1_000, more: true, left: 500 }],
  );
  const button = seen.page.locator('button.apart');
  await button.click();
  await said(seen.page, 'the router did not answer in time');
  assert.equal(await button.isDisabled(), false);
  assert.equal(await button.innerText(), 'Try again all that was given up');
  assert.equal(seen.wishes.length, 2);
});

test('a call is forgotten after a question, whose other answer forgets none [issue 14]', async () => {
  const seen = await openOutbox(async () => [500, {}]);
  const button = seen.page.getByRole('button', { name: 'Forget: archive' });
  await button.click();
  await seen.page.getByRole('dialog').getByText('archive is then never told').waitFor();
  await seen.page.getByRole('button', { name: 'Cancel' }).click();
  await seen.page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(seen.dropped, []);
  await button.click();
  await seen.page.getByRole('dialog').getByRole('button', { name: 'Forget', exact: true }).click();
  await said(seen.page, 'The call is forgotten.');
  assert.deepEqual(seen.dropped, ['/api/outbox/l-1.1%2Fx']);
  assert.deepEqual(seen.faults, []);
});
