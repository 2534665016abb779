import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, suite, test } from 'node:test';
import { connect } from '@petri/client';
import { type NodeProcess, startNodeProcess } from './support/node-process.ts';
import { until } from './support/until.ts';

const [READER, OPERATOR, ADMIN] = ['reader-0123456789', 'operator-0123456789', 'admin-0123456789'];
const SOURCE = 'export const f = (x) => x * x; // a-secret-idea';

type Entry = {
  time: string;
  event: string;
  who?: { name: string; tenant: string; role: string; by: string };
  peer?: string;
  rpc?: string;
  sandbox?: string;
  tenant?: string;
  population?: string;
  migration?: string;
  request_id?: string;
  result?: string;
  reason?: string;
  message?: string;
  count?: number;
};

suite('the audit log', () => {
  const directory = mkdtempSync(join(tmpdir(), 'petri-audit-'));
  after(() => rmSync(directory, { recursive: true }));
  let nodes = 0;
  const started: NodeProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((node) => node.stop()));
  });

  async function auditedNode(env: Record<string, string> = {}) {
    const path = join(directory, `audit-${++nodes}.jsonl`);
    const tokens = join(directory, `tokens-${nodes}`);
    writeFileSync(tokens, `reader ${READER} ann\noperator ${OPERATOR} bob\nadmin ${ADMIN} eve\n`, {
      mode: 0o600,
    });
    const node = await startNodeProcess({
      PETRI_WORKERS: '1',
      PETRI_SPARES: '0',
      PETRI_TOKENS_FILE: tokens,
      PETRI_AUDIT_FILE: path,
      ...env,
    });
    started.push(node);
    return { node, path, as: (token: string) => connect(node.address, { token }) };
  }

  const entriesOf = (path: string): Entry[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Entry);

  test('says who did what to which sandbox, and what came of it; never a token or a line of source', async () => {
    const { node, path, as } = await auditedNode();
    await using bob = await as(OPERATOR);
    await bob.sandboxes.create({ id: 'a', genome: SOURCE, requestId: 'r-1' });
    await bob.sandboxes.create({ genome: SOURCE });
    await assert.rejects(bob.sandboxes.create({ id: 'a' }), { code: 'already_exists' });
    await bob.sandboxes.call('a', 'f', 3);
    await bob.sandboxes.reload('a', `${SOURCE}//2`);
    await bob.sandboxes.rollback('a', { version: 1 });
    await bob.sandboxes.updateLimits('a', { maxTasks: 5 });
    await bob.sandboxes.restart('a');
    const archive = await bob.sandboxes.export('a');
    await bob.sandboxes.import(archive, { id: 'b' });
    await bob.sandboxes.batchDestroy(['b', 'nobody']);
    await bob.sandboxes.destroy('a');
    assert.equal(await node.stop(), 0);

    const entries = entriesOf(path);
    const short = entries.map(({ event, rpc = '', sandbox = '', result = '', reason = '' }) =>
      [event, rpc.split('/').at(-1), sandbox, result, reason].join(' ').trim().replaceAll(/ +/g, ' '),
    );
    const generated = entries[2]!.sandbox!;
    assert.match(generated, /^sb-/);
    assert.deepEqual(short, [
      'node.start',
      'change CreateSandbox a OK',
      `change CreateSandbox ${generated} OK`,
      'change CreateSandbox a ALREADY_EXISTS SANDBOX_ALREADY_EXISTS',
      'change ReloadSource a OK',
      'change RollbackModule a OK',
      'change UpdateLimits a OK',
      'change RestartSandbox a OK',
      'change ExportSandbox a OK',
      'change ImportSandbox b OK',
      'change BatchDestroy b OK',
      'change BatchDestroy nobody NOT_FOUND SANDBOX_NOT_FOUND',
      'change DestroySandbox a OK',
      'node.stop',
    ]);
    const [, created] = entries;
    assert.deepEqual(created!.who, { name: 'bob', tenant: 'bob', role: 'operator', by: 'token' });
    assert.match(created!.peer!, /^127\.0\.0\.1:\d+$/);
    assert.equal(created!.request_id, 'r-1');
    assert.ok(Math.abs(Date.parse(created!.time) - Date.now()) < 60_000);
    assert.doesNotMatch(readFileSync(path, 'utf8'), /0123456789|secret|export const/);
  });

  test('names populations and migrations apart from sandboxes', async () => {
    const { node, path, as } = await auditedNode({ PETRI_ISLANDS: 'east,west', PETRI_BEAT_MS: '20' });
    await using eve = await as(ADMIN);
    const { populations, archipelago } = eve;
    await populations.create({ id: 'p.east', island: 'east' });
    const { id: generated } = await populations.create();
    await assert.rejects(populations.create({ id: 'p.east' }), { code: 'already_exists' });
    await populations.create({ id: 'p.west', island: 'west' });
    await populations.add('p.east', ['a']);
    await populations.advance('p.east', {});
    await until('both islands are known', async () => (await archipelago.islands('p')).length === 2);
    await archipelago.migrate({ id: 'm', from: 'east', to: 'west', population: 'p' });
    const { id: another } = await archipelago.migrate({ from: 'east', to: 'west', population: 'p' });
    await populations.delete('p.east');
    assert.equal(await node.stop(), 0);
    const changes = entriesOf(path).filter(({ event }) => event === 'change');
    assert.deepEqual(
      changes.map(({ rpc, sandbox, population, migration, result }) => [
        rpc?.split('/').at(-1),
        sandbox,
        population,
        migration,
        result,
      ]),
      [
        ['CreatePopulation', undefined, 'p.east', undefined, 'OK'],
        ['CreatePopulation', undefined, generated, undefined, 'OK'],
        ['CreatePopulation', undefined, 'p.east', undefined, 'ALREADY_EXISTS'],
        ['CreatePopulation', undefined, 'p.west', undefined, 'OK'],
        ['AddMembers', undefined, 'p.east', undefined, 'OK'],
        ['AdvanceGeneration', undefined, 'p.east', undefined, 'OK'],
        ['Migrate', undefined, 'p', 'm', 'OK'],
        ['Migrate', undefined, 'p', another, 'OK'],
        ['DeletePopulation', undefined, 'p.east', undefined, 'OK'],
      ],
    );
  });

  test('says which sandbox was stopped for taking worker after worker down', async () => {
    const { node, path, as } = await auditedNode({ PETRI_SPARES: '4' });
    await using bob = await as(OPERATOR);
    const genome = 'export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);';
    const isStopped = async (id: string) => {
      await bob.sandboxes.run(id, 'hang', [], { timeoutMs: 20 }).catch(() => undefined);
      return (await bob.sandboxes.get(id)).status === 'ERROR';
    };
    await bob.sandboxes.create({ id: 'killer', genome });
    await until('it is stopped', () => isStopped('killer'), 60_000);
    assert.equal(await node.stop(), 0);
    const entries = entriesOf(path).filter(({ event }) => event === 'kill' || event === 'stop');
    assert.ok(entries.length >= 5, `${entries.length}`);
    const { event, sandbox, tenant, reason, message } = entries.at(-1)!;
    assert.deepEqual(
      { event, sandbox, tenant, reason },
      { event: 'stop', sandbox: 'killer', tenant: 'bob', reason: 'RESTART_INTENSITY' },
    );
    assert.match(message!, /^took 4 workers down within 5 s, last: still running/);
    assert.equal(entries.filter((entry) => entry.event === 'stop').length, 1);
  });

  test('says who was refused, strangers too, and why', async () => {
    const { node, path, as } = await auditedNode();
    await using reader = await as(READER);
    await using stranger = await as('who-am-i-0123456789');
    await using nobody = await connect(node.address);
    await assert.rejects(reader.sandboxes.create({ id: 'a' }));
    await assert.rejects(reader.admin.status());
    await assert.rejects(stranger.sandboxes.get('a'));
    await assert.rejects(nobody.sandboxes.get('a'));
    await assert.rejects(reader.sandboxes.get('a'), { code: 'not_found' });
    assert.equal(await node.stop(), 0);
    const refused = entriesOf(path).filter(({ event }) => event === 'refused');
    assert.deepEqual(
      refused.map(({ who, rpc, result, reason }) => [who?.name, rpc?.split('/').at(-1), result, reason]),
      [
        ['ann', 'CreateSandbox', 'PERMISSION_DENIED', 'ROLE_TOO_LOW'],
        ['ann', 'GetNodeStatus', 'PERMISSION_DENIED', 'ROLE_TOO_LOW'],
        [undefined, 'GetSandbox', 'UNAUTHENTICATED', 'TOKEN_UNKNOWN'],
        [undefined, 'GetSandbox', 'UNAUTHENTICATED', 'TOKEN_MISSING'],
      ],
    );
    for (const { peer } of refused) assert.match(peer!, /^127\.0\.0\.1:\d+$/);
    assert.doesNotMatch(readFileSync(path, 'utf8'), /0123456789/);
  });

  test('of strangers that try again and again says how many there were', async () => {
    const { node, path, as } = await auditedNode();
    await using stranger = await as('who-am-i-0123456789');
    await Promise.all(Array.from({ length: 500 }, () => assert.rejects(stranger.sandboxes.get('a'))));
    assert.equal(await node.stop(), 0);
    const entries = entriesOf(path);
    const said = entries.filter(({ event }) => event === 'refused').length;
    const more = entries.filter(({ event }) => event === 'refused.more');
    assert.ok(more.length > 0 && said < 500, `${said} were said`);
    assert.equal(
      more.reduce((sum, { count = 0 }) => sum + count, said),
      500,
    );
  });

  test('is opened anew at SIGHUP', async () => {
    const { node, path, as } = await auditedNode();
    await using bob = await as(OPERATOR);
    await bob.sandboxes.create({ id: 'a' });
    renameSync(path, `${path}.1`);
    node.child.kill('SIGHUP');
    const isNew = () => existsSync(path) && readFileSync(path, 'utf8').includes('audit.reopened');
    await until('there is a new file', isNew);
    await bob.sandboxes.create({ id: 'b' });
    assert.equal(await node.stop(), 0);
    const sandboxes = (file: string) => entriesOf(file).flatMap(({ sandbox }) => sandbox ?? []);
    assert.deepEqual([sandboxes(`${path}.1`), sandboxes(path)], [['a'], ['b']]);
    assert.deepEqual(entriesOf(path)[0]!.event, 'audit.reopened');
  });

  test(
    'that cannot be written costs no call; it is said once, and counted',
    { skip: !existsSync('/dev/full') },
    async () => {
      const { node, as } = await auditedNode({ PETRI_AUDIT_FILE: '/dev/full' });
      await using eve = await as(ADMIN);
      for (const id of ['a', 'b', 'c']) {
        await eve.sandboxes.create({ id, genome: SOURCE });
        assert.equal(await eve.sandboxes.call(id, 'f', 3), 9);
      }
      // The start of the node is an entry, too.
      await until('four are lost', async () => (await eve.admin.status()).audit?.lost === 4);
      assert.equal((await eve.admin.status()).audit?.written, 0);
      assert.equal(node.complaints().match(/entries are being lost: ENOSPC/g)?.length, 1);
      assert.equal(await node.stop(), 0);
    },
  );

  test('may go to standard error, with what is insecure; a node keeps none unless asked', async () => {
    const loud = await startNodeProcess({
      PETRI_WORKERS: '1',
      PETRI_SPARES: '0',
      PETRI_HOST: '0.0.0.0',
      PETRI_ALLOW_INSECURE: 'unauthenticated',
      PETRI_AUDIT_FILE: '-',
    });
    assert.equal(await loud.stop(), 0);
    const entries = loud
      .complaints()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    assert.deepEqual(
      entries.map((line) => (JSON.parse(line) as Entry).event),
      ['node.start', 'node.insecure', 'node.stop'],
    );
    await using quiet = await startNodeProcess({ PETRI_WORKERS: '1', PETRI_SPARES: '0' });
    await using anyone = await connect(quiet.address);
    assert.equal((await anyone.admin.status()).audit, undefined);
  });
});
