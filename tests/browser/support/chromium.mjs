// Debian's Chromium, driven by playwright-core. One browser per test file, one context (= one person) per test.
import { chromium } from 'playwright-core';

// Milliseconds that anything of a page may take. It says that something hangs, not how fast it is: a build may run beside.
export const patience = 60_000;

// Chromium must not call home, and oidc-provider's pages must not wait for a font from the web.
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
  '--no-first-run',
];

export function launchChromium(options = {}) {
  const asRoot = process.getuid() === 0;
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: asRoot ? [...quiet, '--no-sandbox'] : quiet,
    ...options,
  });
}
