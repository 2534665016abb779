/** Certificates made by openssl for the tests of one file. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests with certificates are skipped; false if they are not. */
export const WITHOUT_OPENSSL: string | false = hasOpenssl() ? false : 'there is no openssl on this machine';

/** Paths of PEM files, and what is in them. */
export type Pair = { cert: string; key: string; pem: { cert: Buffer; key: Buffer } };

type Subject = {
  /** As openssl writes it: `/CN=alice`. */
  subject: string;
  /** Subject alternative names as openssl writes them: `URI:spiffe://petri/a,DNS:b`. */
  names?: string;
  /** How long it is valid from now on; below 0 it has expired. */
  days?: number;
};

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A directory of its own, which goes away with `dispose()`. */
export class Certificates implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'petri-certificates-'));
  #made = 0;

  ca(name = 'Test CA'): Pair {
    const { cert, key } = this.#paths();
    openssl(['req', '-x509', ...EC, '-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`]);
    return pair(cert, key);
  }

  issue(ca: Pair, { subject, names, days = 2 }: Subject): Pair {
    const { cert, key } = this.#paths();
    const [request, extensions] = [`${cert}.csr`, `${cert}.ext`];
    openssl(['req', '-new', ...EC, '-keyout', key, '-out', request, '-subj', subject]);
    writeFileSync(extensions, names === undefined ? '' : `subjectAltName=${names}\n`);
    const signing = ['-CA', ca.cert, '-CAkey', ca.key, '-set_serial', String(this.#made)];
    openssl([
      'x509',
      '-req',
      '-in',
      request,
      ...signing,
      '-days',
      String(days),
      '-extfile',
      extensions,
      '-out',
      cert,
    ]);
    return pair(cert, key);
  }

  /** For a server on this machine. */
  server(ca: Pair, days?: number): Pair {
    const subject = { subject: '/CN=node', names: 'IP:127.0.0.1,DNS:localhost' };
    return this.issue(ca, days === undefined ? subject : { ...subject, days });
  }

  /** A file with this content. Nobody else may read it unless the mode says so. */
  file(content: string | Buffer, mode = 0o600): string {
    const path = join(this.directory, `file-${this.#made++}`);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #paths(): { cert: string; key: string } {
    const path = join(this.directory, String(this.#made++));
    return { cert: `${path}.pem`, key: `${path}.key` };
  }
}

function pair(cert: string, key: string): Pair {
  chmodSync(key, 0o600);
  return { cert, key, pem: { cert: readFileSync(cert), key: readFileSync(key) } };
}

function openssl(args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function hasOpenssl(): boolean {
  try {
    openssl(['version']);
    return true;
  } catch {
    return false;
  }
}
