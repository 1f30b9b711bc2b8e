// What a newcomer clicks after ./scripts/run.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, patience } from './support/chromium.mjs';
import { freePort } from './support/ports.mjs';
import { Program, demoDirectory, startRouter } from './support/router.mjs';

const token = 'the-token-of-the-demo-operator';
let browser, demo, router, provider;
before(async () => {
  const port = await freePort();
  const consolePort = await freePort();
  const routerAndConsole = ['--router', `http://localhost:${port}`, '--console', `http://localhost:${consolePort}`];
  demo = new Program('xs-router-demo', routerAndConsole);
  await demo.ready(() => demo.output.includes('\nready\n'));
  const said = Object.fromEntries([...demo.output.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  provider = said.issuer;
  router = await startRouter(port, demoDirectory, {
    MANAGEMENT_PORT: String(consolePort),
    MANAGEMENT_TOKEN: token,
    OIDC_ISSUER: said.issuer,
    OIDC_CLIENT_ID: said.client_id,
    OIDC_CLIENT_SECRET: said.client_secret,
    destinations: JSON.stringify(
      ['orders', 'invoices'].map((name) => ({ name, url: said[name], forwardAuthToken: true })),
    ),
  });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await router?.stop();
  await demo?.stop();
});

async function newPerson() {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience);
  return context.newPage();
}

async function signIn(page) {
  await page.goto(router.origin);
  await page.getByRole('link', { name: 'Orders', exact: true }).click();
  await page.getByLabel('User').fill('demo');
  await page.getByLabel('Password').fill('demo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${router.origin}/orders/`);
}

test('a newcomer signs in, uses both applications, signs out and sees that both were told', async () => {
  const page = await newPerson();
  await signIn(page);
  assert.equal(await page.textContent('#user'), 'Dana Demo');
  await page.getByRole('link', { name: 'Go to Invoices' }).click();
  await page.waitForURL(`${router.origin}/invoices/`);
  assert.equal(await page.textContent('#user'), 'Dana Demo');
  await page.getByRole('link', { name: 'Sign out' }).click();
  await page.waitForURL(`${router.origin}/logout-page.html?siteId=3`);
  assert.equal(await page.textContent('#query'), '?siteId=3');
  await page.locator('#told-orders .good').waitFor();
  await page.locator('#told-invoices .good').waitFor();
  assert.match(await page.textContent('#told-orders'), /told that demo has signed out/);
});

test('the logout page leads to the picture of that logout in the console [issue 14]', async () => {
  const page = await newPerson();
  await signIn(page);
  await page.getByRole('link', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'See the picture of this logout' }).click();
  await page.getByLabel('Management token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Logout of demo' }).waitFor();
  await page.getByText('All 2 back-end calls are confirmed.').first().waitFor();
});

test('signing out at the demo provider reaches the applications as well', async () => {
  const page = await newPerson();
  await signIn(page);
  const account = await page.context().newPage();
  await account.goto(provider);
  await account.getByRole('button', { name: 'Sign out everywhere' }).click();
  await account.getByText('The application was told, and answered 200.').waitFor();
  await page.reload();
  await page.getByLabel('User').waitFor();
});

test('no page of the demo or of the router breaks its own content security policy', async () => {
  const page = await newPerson();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await signIn(page);
  await page.goto(`${router.origin}/my/logout`);
  await page.locator('#told-invoices .good').waitFor();
  assert.deepEqual(faults, []);
});
