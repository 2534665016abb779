import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { EnvReader } from '@petri/core';
import { Caller } from '../../../test/support/caller.ts';
import { startNodeProcess } from '../../../test/support/node-process.ts';
import { until } from '../../../test/support/until.ts';
import { fakeRuntime } from '../test/fake-runtime.ts';
import { CONFIG } from '../test/start.ts';
import { loadConfig } from './config.ts';
import { startNode } from './server.ts';

const MAIN = new URL('main.ts', import.meta.url).pathname;
const LIST = '/petri.v1.SandboxService/ListSandboxes';
const SECRET = 'a-secret-0123456789';

async function refusal(env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PETRI_PORT: '0', PETRI_WORKERS: '1', PETRI_SPARES: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 1, complaint);
  assert.ok(!complaint.includes(SECRET), complaint);
  return complaint;
}

suite('the command', () => {
  let directory: string;
  before(() => void (directory = mkdtempSync(join(tmpdir(), 'petri-command-'))));
  after(() => rmSync(directory, { recursive: true }));

  const tokensFile = (content: string, mode = 0o600) => {
    const path = join(directory, `tokens-${mode}`);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };

  test('ends with 1 and a sentence where it would be insecure to listen', async () => {
    assert.match(
      await refusal({ PETRI_HOST: '0.0.0.0' }),
      /^petri node: not listening: 0\.0\.0\.0 is not loopback, and anyone who reaches it .*PETRI_ALLOW_INSECURE=unauthenticated\n$/,
    );
    assert.match(
      await refusal({ PETRI_HOST: '::', PETRI_TOKENS: `ann:admin:${SECRET}` }),
      /^petri node: not listening: :: is not loopback, .*PETRI_ALLOW_INSECURE=plain-text-tokens\n$/,
    );
  });

  test('ends with 1 and a sentence if its tokens are of no use, and does not tell them', async () => {
    assert.match(
      await refusal({ PETRI_TOKENS_FILE: tokensFile(`admin ${SECRET}\n`, 0o644) }),
      /^petri node: PETRI_TOKENS_FILE: \S+ is open to every user of this machine \(mode 644\): chmod o-rw it\n$/,
    );
    assert.match(
      await refusal({ PETRI_TOKENS_FILE: tokensFile(`\nroot ${SECRET}\n`) }),
      /^petri node: PETRI_TOKENS_FILE: \S+ is wrong: line 2 has no role/,
    );
    assert.match(await refusal({ PETRI_TOKENS_FILE: tokensFile('# none yet') }), /it holds no token\n$/);
    const twice = {
      PETRI_TOKENS_FILE: tokensFile(`admin ${SECRET} bob`),
      PETRI_TOKENS: `ann:admin:${SECRET}`,
    };
    assert.match(await refusal(twice), /"ann" and "bob" have the same token\n$/);
  });

  test('takes tokens from a file, and never prints one, even when grpc-js traces everything', async () => {
    const env = {
      PETRI_TOKENS_FILE: tokensFile(`reader ${SECRET} ann\n`),
      PETRI_WORKERS: '1',
      PETRI_SPARES: '0',
    };
    await using node = await startNodeProcess({ ...env, GRPC_TRACE: 'all', GRPC_VERBOSITY: 'DEBUG' });
    using caller = new Caller(node.address);
    assert.equal(await caller.call(LIST, `Bearer ${SECRET}`), undefined);
    assert.equal((await caller.call(LIST, `Bearer ${SECRET}x`))?.reason, 'TOKEN_UNKNOWN');
    assert.equal((await caller.call(LIST, `Basic ${SECRET}`))?.reason, 'TOKEN_MISSING');
    await node.stop();
    assert.match(node.complaints(), /received headers.*authorization.*hidden/);
    assert.ok(!node.complaints().includes(SECRET));
  });

  test('warns of what is insecure and allowed', async () => {
    const env = { PETRI_HOST: '0.0.0.0', PETRI_ALLOW_INSECURE: 'unauthenticated', PETRI_WORKERS: '1' };
    await using node = await startNodeProcess({ ...env, PETRI_SPARES: '0' });
    const warned = () => node.complaints().startsWith('petri node: warning: 0.0.0.0 is not');
    await until('there is a warning', warned);
  });
});

suite('a node that may not listen', () => {
  test('closes its runtime', async () => {
    const runtime = fakeRuntime();
    const refused = startNode({ ...CONFIG, host: '0.0.0.0' }, { runtime });
    await assert.rejects(refused, { code: 'failed_precondition', reason: 'INSECURE' });
    assert.equal(runtime.closed, 1);
  });

  test('listens if it is allowed, and says so', async () => {
    const { security } = loadConfig(new EnvReader({ PETRI_ALLOW_INSECURE: 'unauthenticated' }));
    const config = { ...CONFIG, host: '0.0.0.0', security: security! };
    await using node = await startNode(config, { runtime: fakeRuntime() });
    assert.equal(node.warnings.length, 1);
  });
});
