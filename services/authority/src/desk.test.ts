import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { decode, parseCreds } from '@nats-io/jwt';
import { createAccount, createUser } from '@nats-io/nkeys';
import { until } from '../../../test/support/until.ts';
import { Desk, type Role } from './desk.ts';
import { enrol } from './enrolment.ts';
import { Hierarchy } from './hierarchy.ts';
import { identityOf } from './issue.ts';

suite('the desk of the authority', () => {
  let directory: string;
  let said: string[];
  let desk: Desk;
  const at = (...path: string[]) => join(directory, ...path);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'petri-authority-'));
    said = [];
    const counters = { node: at('node'), coordinator: at('coordinator') };
    for (const made of [...Object.values(counters), at('issued')]) mkdirSync(made);
    const say = (sentence: string) => void said.push(sentence);
    const hierarchy = Hierarchy.open(at('keys'));
    desk = new Desk({ hierarchy, issued: at('issued'), counters, onIssued: say, onRefused: say });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const enrolment = (role: Role, name: string, out = `${name}.creds`) => {
    return { name, requests: at(role), issued: at('issued'), out: at(out) };
  };
  const enrolled = async (...given: Parameters<typeof enrolment>) => {
    const { out } = enrolment(...given);
    const state = { done: false };
    const enrolling = enrol(enrolment(...given)).finally(() => (state.done = true));
    // Awaited below; until then nobody else would.
    enrolling.catch(() => undefined);
    await until('it is answered', async () => {
      await desk.look();
      return state.done;
    });
    await enrolling;
    return parseCreds(readFileSync(out));
  };
  const answers = () => readdirSync(at('issued'));

  test('gives who asks an identity of its name, and keeps no secret of it', async () => {
    const { uc, jwt, key } = await enrolled('node', 'a');
    assert.equal(uc.name, 'a');
    assert.ok(uc.nats.pub?.allow?.includes('petri.topic.presence.a'));
    assert.equal(readFileSync(at('issued', 'a.jwt'), 'utf8'), jwt);
    assert.equal(statSync(at('a.creds')).mode & 0o777, 0o600);
    assert.deepEqual(
      readdirSync(directory).filter((file) => file.startsWith('a.')),
      ['a.creds'],
    );
    for (const shown of [...answers().map((file) => at('issued', file)), at('node', 'a.pub')]) {
      assert.ok(!readFileSync(shown, 'utf8').includes(key), shown);
    }
    const { uc: coordinator } = await enrolled('coordinator', 'c');
    assert.ok(coordinator.nats.pub?.allow?.includes('$KV.petri-coordination.>'));
  });

  test('who has one asks for none; who has that of another name does', async () => {
    const first = await enrolled('node', 'a', 'creds');
    await enrol(enrolment('node', 'a', 'creds'));
    assert.deepEqual(await parseCreds(readFileSync(at('creds'))), first);
    assert.equal((await enrolled('node', 'b', 'creds')).uc.name, 'b');
  });

  test('who was interrupted goes on with the same key', async () => {
    const nobodyThere = enrol({ ...enrolment('node', 'a'), patienceMs: 0 });
    await assert.rejects(nobodyThere, { code: 'unavailable', reason: 'NO_AUTHORITY' });
    const asked = readFileSync(at('node', 'a.pub'), 'utf8');
    assert.equal((await enrolled('node', 'a')).uc.sub, asked);
  });

  test('a name belongs to who asked first, whatever role it asks for', async () => {
    await enrolled('node', 'a');
    const before = readFileSync(at('issued', 'a.jwt'), 'utf8');
    for (const role of ['node', 'coordinator'] as const) {
      await assert.rejects(enrolled(role, 'a', `${role}.creds`), { reason: 'NAME_TAKEN' });
    }
    assert.equal(readFileSync(at('issued', 'a.jwt'), 'utf8'), before);
  });

  test('gives nothing for a request that is none, says so once, and goes on', async () => {
    const put = (name: string, content: string) => writeFileSync(at('node', name), content);
    put('not-a-key.pub', 'hello');
    put('seed.pub', new TextDecoder().decode(createUser().getSeed()));
    put('account.pub', createAccount().getPublicKey());
    put('large.pub', 'U'.repeat(100_000));
    put('>.pub', createUser().getPublicKey());
    put('.pub', createUser().getPublicKey());
    put('unrelated', createUser().getPublicKey());
    symlinkSync(at('keys', 'account.nk'), at('node', 'link.pub'));
    symlinkSync('nowhere', at('node', 'broken.pub'));
    mkdirSync(at('node', 'directory.pub'));
    await desk.look();
    await desk.look();
    assert.deepEqual(answers(), []);
    assert.equal(said.length, 9, said.join('\n'));
    for (const sentence of said) assert.match(sentence, /^node ".*" gets no papers: ./);
    await enrolled('node', 'honest');
    assert.deepEqual(answers(), ['honest.jwt']);
  });

  test('is the same after it was opened anew', async () => {
    const [first, second] = [Hierarchy.open(at('keys')), Hierarchy.open(at('keys'))];
    const key = createUser().getPublicKey();
    const [one, two] = await Promise.all(
      [first, second].map((each) => each.vouch(identityOf('node:a'), key)),
    );
    assert.equal(decode(one!).iss, decode(two!).iss);
    assert.equal(statSync(at('keys')).mode & 0o777, 0o700);
    for (const file of readdirSync(at('keys'))) assert.equal(statSync(at('keys', file)).mode & 0o777, 0o600);
    for (const file of readdirSync(at('keys'))) {
      assert.ok(!(await first.serverConfig()).includes(readFileSync(at('keys', file), 'utf8')));
    }
  });
});

suite('identities by name', () => {
  test('are read', () => {
    assert.deepEqual(identityOf('node:a'), { role: 'node', name: 'a', islands: ['a'], mayLead: false });
    assert.deepEqual(identityOf('leader:a=b+c'), {
      role: 'node',
      name: 'a',
      islands: ['b', 'c'],
      mayLead: true,
    });
    assert.deepEqual(identityOf('coordinator:c'), { role: 'coordinator', name: 'c' });
  });

  test('are refused if they are none', () => {
    for (const text of ['a', 'node:', 'node:a=', 'node:a=b+', 'node:>', 'king:a', '']) {
      assert.throws(() => identityOf(text), { code: 'invalid_argument' }, text);
    }
  });
});
