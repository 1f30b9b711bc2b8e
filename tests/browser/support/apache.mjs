// Apache with mod_auth_openidc, as a back-end that signs its users in by itself and is told by logout tokens.
import { execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './ports.mjs';

const binary = '/usr/sbin/apache2';
const modules = '/usr/lib/apache2/modules';

// Whether this machine has it (scripts/packages bench).
export const hasApache = await Promise.all([access(binary), access(`${modules}/mod_auth_openidc.so`)]).then(
  () => true,
  () => false,
);

const load = (...names) => names.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n');

export class Apache {
  // `outside`: where browsers find it; `issuer`: whom it trusts.
  static async start({ outside, issuer, clientId, clientSecret }) {
    const apache = new Apache();
    apache.folder = await mkdtemp(join(tmpdir(), 'xs-apache-'));
    apache.port = await freePort();
    apache.origin = `http://127.0.0.1:${apache.port}`;
    await mkdir(join(apache.folder, 'www/apache'), { recursive: true });
    await writeFile(join(apache.folder, 'www/apache/index.html'), '<!doctype html><title>Apache</title><h1>Hello</h1>');
    await writeFile(
      join(apache.folder, 'apache.conf'),
      `ServerRoot ${apache.folder}
Listen 127.0.0.1:${apache.port}
ServerName localhost
PidFile ${apache.folder}/pid
ErrorLog ${apache.folder}/error.log
DefaultRuntimeDir ${apache.folder}
User www-data
Group www-data
${load('mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc', 'dir', 'mime')}
TypesConfig /etc/mime.types
DocumentRoot ${apache.folder}/www
DirectoryIndex index.html
LogFormat "%{x-xsr-sid}i %{mod_auth_openidc_session}C %>s %m %U" seen
CustomLog ${apache.folder}/access.log seen
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${clientSecret}
OIDCResponseType code
OIDCScope openid
OIDCCryptoPassphrase of-the-tests
OIDCXForwardedHeaders X-Forwarded-Host X-Forwarded-Proto
OIDCRedirectURI ${outside}/apache/callback
<Directory ${apache.folder}/www>
  Require all granted
</Directory>
<Location /apache/>
  AuthType openid-connect
  Require valid-user
</Location>
`,
    );
    await promisify(execFile)('chmod', ['-R', 'a+rX', apache.folder]);
    apache.process = spawn(binary, ['-X', '-f', join(apache.folder, 'apache.conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
    for (;;) {
      if (await fetch(apache.origin, { redirect: 'manual' }).catch(() => undefined)) return apache;
      if (apache.process.exitCode !== null) throw new Error(`Apache did not start: ${await apache.errors()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async lines() {
    const text = await readFile(join(this.folder, 'access.log'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line)
      .map((line) => line.split(' '))
      .map(([sid, session, status, method, path]) => ({ sid, session, status: Number(status), method, path }));
  }

  errors() {
    return readFile(join(this.folder, 'error.log'), 'utf8').catch(() => '');
  }

  async stop() {
    this.process.kill('SIGTERM');
    if (this.process.exitCode === null) await new Promise((resolve) => this.process.once('exit', resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}
