/** Runs every static check at once and reports them all; exits non-zero if any failed. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

type Check = { name: string; run: () => Promise<Result> };
type Result = { ok: boolean; output: string };

const GENERATED = 'packages/contracts/src/gen';

function sh(command: string, ...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${command}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

async function generatedIsCurrent(): Promise<Result> {
  const fresh = await mkdtemp(join(tmpdir(), 'petri-generate-'));
  try {
    const generated = await sh('buf', 'generate', '-o', fresh);
    if (!generated.ok) return generated;
    const diff = await sh('diff', '-rq', join(fresh, GENERATED), GENERATED);
    return diff.ok
      ? diff
      : { ok: false, output: `${diff.output}Run "npm run generate" and commit the result.\n` };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

const checks: Check[] = [
  { name: 'types', run: () => sh('tsc', '--noEmit') },
  { name: 'lint', run: () => sh('oxlint', '--type-aware', '--deny-warnings') },
  { name: 'format', run: () => sh('prettier', '--check', '--cache', '--cache-strategy', 'content', '.') },
  { name: 'dead code', run: () => sh('knip', '--no-progress', '--no-config-hints') },
  { name: 'proto lint', run: () => sh('buf', 'lint') },
  { name: 'proto breaking', run: () => sh('buf', 'breaking', '--against', 'proto/baseline.binpb') },
  { name: 'generated code', run: generatedIsCurrent },
  { name: 'architecture', run: () => sh('node', '--test', 'test/architecture.test.ts') },
];

const failed: string[] = [];
const queue = [...checks];

async function drain(): Promise<void> {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const started = performance.now();
    const { ok, output } = await check.run();
    console.log(
      `${ok ? 'ok  ' : 'FAIL'} ${check.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    );
    if (ok) continue;
    failed.push(check.name);
    console.log(output.trimEnd().replaceAll(/^/gm, '     '));
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, drain));
if (failed.length > 0)
  console.error(`\n${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
