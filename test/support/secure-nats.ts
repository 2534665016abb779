/** The NATS that `docker compose up` has: its configuration, certificates and authority, on a port of this machine. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WITHOUT_OPENSSL } from './certificates.ts';
import { type NatsServer, startNatsServer, WITHOUT_NATS } from './nats-server.ts';

const run = promisify(execFile);
const path = (relative: string) => new URL(`../../${relative}`, import.meta.url).pathname;
export const AUTHORITY = path('services/authority/src/main.ts');

export const WITHOUT_SECURE_NATS = WITHOUT_NATS || WITHOUT_OPENSSL;

export class SecureNats implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'petri-secure-'));
  #server: NatsServer | undefined;

  /** With identities as `authority issue` names them. */
  static async start(...identities: string[]): Promise<SecureNats> {
    const nats = new SecureNats();
    try {
      await nats.#start(identities);
      return nats;
    } catch (thrown) {
      await nats[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get url(): string {
    return this.#server!.url;
  }

  get ca(): string {
    return join(this.directory, 'secrets/ca.pem');
  }

  /** Its log. */
  said(): string {
    return readFileSync(join(this.directory, 'nats.log'), 'utf8');
  }

  /** Stops it from doing anything, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#server!.child().kill(signal);
  }

  credentials(name: string): string {
    return readFileSync(this.credentialsFile(name), 'utf8');
  }

  credentialsFile(name: string): string {
    return join(this.directory, 'credentials', `${name}.creds`);
  }

  /** Makes more of them; the server need not be told. */
  async issue(...identities: string[]): Promise<void> {
    const at = (name: string) => join(this.directory, name);
    mkdirSync(at('accounts'), { recursive: true });
    const where = [
      '--keys',
      at('keys'),
      '--server',
      at('accounts/accounts.conf'),
      '--out',
      at('credentials'),
    ];
    await run(process.execPath, [AUTHORITY, 'issue', ...where, ...identities]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #start(identities: string[]): Promise<void> {
    const at = (name: string) => join(this.directory, name);
    await run('sh', [path('deploy/setup/secrets.sh'), at('secrets'), at('nats'), at('ca')]);
    await this.issue(...identities);
    const config = readFileSync(path('deploy/nats/nats.conf'), 'utf8')
      .replaceAll('/secrets/', `${at('nats')}/`)
      .replace('../../accounts/', 'accounts/')
      // The port, the directory and who may look are the test's.
      .replace(/^http: .*$|^ *store_dir: .*$/gm, '');
    writeFileSync(at('nats.conf'), `${config}\nlog_file: "${at('nats.log')}"\n`);
    this.#server = await startNatsServer(['--config', at('nats.conf')]);
  }
}
