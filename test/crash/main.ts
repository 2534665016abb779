/** `npm run test:crash -- --times 100 --seed 7` */
import { parseArgs } from 'node:util';
import { temporaryDirectory } from '../support/directory.ts';
import { crash } from './crash.ts';

const { values } = parseArgs({ options: { times: { type: 'string' }, seed: { type: 'string' } } });
const times = Number(values.times ?? 100);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
using directory = temporaryDirectory();
console.log(`${times} times, seed ${seed}`);
const { kills, startsKilled, acknowledged, ofPopulations } = await crash({
  directory: directory.path,
  times,
  seed,
  progress: (line) => console.log(line),
});
console.log(
  `${kills} kills under load and ${startsKilled} during a start: all of ${acknowledged} acknowledged changes (${ofPopulations} of populations) were there, nothing was half-written`,
);
