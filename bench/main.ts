import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BENCHMARKS } from './benchmarks.ts';
import type { Benchmark, Report } from './support/benchmark.ts';
import { othersSince, sampleCpu } from './support/others.ts';
import { Progress } from './support/progress.ts';
import { headline, loadNow, writeResults } from './support/results.ts';
import { isMissed, isWrong, tableOf } from './support/table.ts';

const RESULTS = fileURLToPath(new URL('results/latest.json', import.meta.url));
const HELP = `Usage: npm run bench -- [name...] [--list] [--json FILE] [--quick]

  name         benchmarks to run (all)
  --list       say which there are
  --json FILE  where the figures go as JSON (bench/results/latest.json)
  --quick      fewer rounds: about a minute, rough figures

Exit status 1 only if results were lost or wrong; a target that was missed is marked in the table.`;

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    json: { type: 'string', default: RESULTS },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
});
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
const progress = new Progress();

async function measure(benchmark: Benchmark): Promise<Report> {
  const { name, title } = benchmark;
  const [started, cpu] = [performance.now(), sampleCpu()];
  const context = {
    quick: flags.quick,
    progress: (text: string) => progress.show(`${name}: ${text}`),
    skip: (text: string) => {
      progress.clear();
      console.log(`\n${name}: ${text}`);
    },
  };
  const rows = await benchmark.run(context);
  progress.clear();
  const seconds = (performance.now() - started) / 1000;
  return { name, title, rows, seconds, others: othersSince(cpu) };
}

if (flags.help) console.log(HELP);
else if (flags.list) for (const { name, title } of BENCHMARKS) console.log(`${name.padEnd(18)}${title}`);
else if (unknown.length > 0) {
  console.error(`There is no benchmark "${unknown.join('", "')}"; --list says which there are.`);
  process.exitCode = 2;
} else {
  const [startedAt, load, reports]: [Date, number, Report[]] = [new Date(), loadNow(), []];
  console.log(headline(load));
  for (const benchmark of BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    reports.push(await measure(benchmark));
    console.log(tableOf(reports.at(-1)!));
    await writeResults(flags.json, { startedAt, load, quick: flags.quick, reports });
  }
  const rows = reports.flatMap((report) => report.rows);
  const [missed, wrong] = [rows.filter(isMissed).length, rows.filter(isWrong).length];
  console.log(`\n${missed} below target, ${wrong} wrong. Figures: ${relative('', flags.json)}`);
  process.exitCode = wrong > 0 ? 1 : 0;
}
