import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { until } from '../../../../test/support/until.ts';
import { AuditFile } from './file.ts';

suite('AuditFile', () => {
  const directory = mkdtempSync(join(tmpdir(), 'petri-audit-'));
  after(() => rmSync(directory, { recursive: true }));
  let files = 0;
  const fresh = () => join(directory, `audit-${++files}.jsonl`);
  const open = async (path: string) => {
    const complaints: string[] = [];
    const file = await AuditFile.open({ path, complain: (sentence) => void complaints.push(sentence) });
    return { file, complaints };
  };

  test('appends lines in their order, to a file that nobody else may read', async () => {
    const path = fresh();
    const { file } = await open(path);
    for (let n = 0; n < 1_000; n++) file.write(`${n}\n`);
    await file.close();
    const expected = Array.from({ length: 1_000 }, (_, n) => `${n}\n`).join('');
    assert.equal(readFileSync(path, 'utf8'), expected);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual([file.written, file.lost], [1_000, 0]);
  });

  test('keeps what is there', async () => {
    const path = fresh();
    writeFileSync(path, 'before\n');
    const { file } = await open(path);
    file.write('after\n');
    await file.close();
    assert.equal(readFileSync(path, 'utf8'), 'before\nafter\n');
  });

  test('after it was moved away, goes on in a new file; not a line is lost', async () => {
    const path = fresh();
    const { file } = await open(path);
    for (let n = 0; n < 100; n++) file.write(`${n}\n`);
    renameSync(path, `${path}.1`);
    const reopened = file.reopen();
    for (let n = 100; n < 200; n++) file.write(`${n}\n`);
    await reopened;
    file.write('200\n');
    await file.close();
    const [old, now] = [readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')];
    assert.equal(old + now, Array.from({ length: 201 }, (_, n) => `${n}\n`).join(''));
    assert.match(now, /200\n$/);
  });

  test('that cannot be opened again stays as it was, and says so', async () => {
    const path = join(directory, 'gone', 'audit.jsonl');
    const { file, complaints } = await open(fresh());
    await file.close();
    await assert.rejects(open(path), {
      code: 'invalid_argument',
      message: /^PETRI_AUDIT_FILE: .*cannot be written: ENOENT/,
    });
    assert.deepEqual(complaints, []);
  });

  test(
    'on a full disk loses lines, counts them, and complains once',
    { skip: !existsSync('/dev/full') },
    async () => {
      const { file, complaints } = await open('/dev/full');
      file.write('one\n');
      await until('the first is lost', () => file.lost === 1);
      file.write('two\n');
      file.write('three\n');
      await file.close();
      assert.deepEqual([file.written, file.lost], [0, 3]);
      assert.equal(complaints.length, 1);
      assert.match(complaints[0]!, /entries are being lost: ENOSPC/);
    },
  );

  test('takes no more than a bounded number of characters into memory', async () => {
    const { file, complaints } = await open(fresh());
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let n = 0; n < 32; n++) file.write(line);
    await file.close();
    assert.equal(file.written + file.lost, 32);
    assert.ok(file.lost >= 16, `${file.lost} lost`);
    assert.match(complaints[0]!, /too slow/);
  });
});
