import ivm from 'isolated-vm';
import { cpuUs } from '../support/cpu.ts';
import { answer } from '../support/helper.ts';
import type { ApplyAnswer, ApplyQuestion } from '../support/messages.ts';
import { SANDBOXES, smallResult, smallSource } from '../support/small.ts';

const OPTIONS = { timeout: 1000, result: { copy: true } } as const;

// As users of isolated-vm do it: an isolate for each sandbox, a reference to its function, and a timeout.
const functions = Array.from({ length: SANDBOXES }, (_, n) => {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const module = isolate.compileModuleSync(smallSource(n));
  module.instantiateSync(isolate.createContextSync(), () => {
    throw new Error('it imports nothing');
  });
  module.evaluateSync();
  return module.namespace.getSync('f', { reference: true }) as ivm.Reference<(x: number) => number>;
});

async function together({ calls, inFlight }: ApplyQuestion): Promise<number> {
  let next = 0;
  let wrong = 0;
  const lane = async () => {
    for (let i = next++; i < calls; i = next++) {
      const sandbox = i % SANDBOXES;
      const result = await functions[sandbox]!.apply(undefined, [i], OPTIONS);
      if (result !== smallResult(sandbox, i)) wrong++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return wrong;
}

function oneByOne({ calls }: ApplyQuestion): number {
  let wrong = 0;
  for (let i = 0; i < calls; i++) {
    const sandbox = i % SANDBOXES;
    if (functions[sandbox]!.applySync(undefined, [i], OPTIONS) !== smallResult(sandbox, i)) wrong++;
  }
  return wrong;
}

answer(async (question: ApplyQuestion): Promise<ApplyAnswer> => {
  const { calls, inFlight } = question;
  const cpuBefore = cpuUs(process.pid);
  const started = performance.now();
  const wrong = inFlight === 0 ? oneByOne(question) : await together(question);
  const perSecond = (calls / (performance.now() - started)) * 1000;
  return { perSecond, wrong, cpuUsPerCall: (cpuUs(process.pid) - cpuBefore) / calls };
});
