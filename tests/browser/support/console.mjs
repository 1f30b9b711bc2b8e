// The operators' console in a browser of its own, and what it does wrong.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { patience } from './chromium.mjs';

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Every error of a script, every refusal of the policy, every resource that cannot be had; but for the event stream, which
// four have at a time: the others ask instead.
function collectFaults(page) {
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('/api/events')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return faults;
}

export async function openConsole(browser, origin, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const faults = collectFaults(page);
  await page.goto(origin);
  await page.getByLabel('Management token').waitFor();
  return { page, faults };
}

export async function signedInConsole(browser, origin, token, options) {
  const opened = await openConsole(browser, origin, options);
  await opened.page.getByLabel('Management token').fill(token);
  await opened.page.getByRole('button', { name: 'Sign in' }).click();
  await opened.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  return opened;
}

// What axe-core finds; with XS_ROUTER_PICTURES a picture of that name is kept there.
export async function violationsOf(page, name) {
  const pictures = process.env.XS_ROUTER_PICTURES;
  if (pictures) {
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/console-${name}.png`, fullPage: true });
  }
  await page.evaluate(await axe);
  const found = await page.evaluate(() => window.axe.run());
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
