// The router as it is shipped, with a directory of its own, and a demo around it where a test wants one.
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const build = process.env.XS_ROUTER_BUILD ?? fileURLToPath(new URL('../../../build/release/', import.meta.url));
export const demoDirectory = fileURLToPath(new URL('../../../demo/workdir/', import.meta.url));

// A program of the build; what it prints is kept for error messages.
export class Program {
  output = '';

  constructor(name, parameters, variables) {
    this.child = spawn(join(build, name), parameters, {
      env: { PATH: process.env.PATH, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'exit').catch((error) => (this.output += error.message));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
  }

  // Until `condition` is true; an error if the program ends before.
  async ready(condition) {
    const deadline = Date.now() + 20_000;
    while (!(await condition())) {
      const running = this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
      if (!running || Date.now() > deadline) throw new Error(`${this.child.spawnfile} did not start:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

export async function startRouter(port, directory, variables) {
  const router = new Program('xs-router', ['-w', directory], {
    PORT: String(port),
    ALLOWED_HOSTS: 'localhost,127.0.0.1',
    LOG_FORMAT: 'text',
    ...variables,
  });
  router.origin = `http://localhost:${port}`;
  await router.ready(() => fetch(`http://127.0.0.1:${port}/logout-page.html`).then((a) => a.ok).catch(() => false));
  return router;
}

// { 'xs-app.json': {...}, 'web/page.html': '...' } in a new directory: its path.
export async function makeDirectory(files) {
  const directory = await mkdtemp(join(tmpdir(), 'xs-router-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}

export const removeDirectory = (directory) => rm(directory, { recursive: true });
