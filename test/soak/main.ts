import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartOf } from './chart.ts';
import { HELP, optionsFrom } from './options.ts';
import { complaintsOf, reportOf, textOf } from './report.ts';
import { soak } from './soak.ts';

const options = optionsFrom(process.argv.slice(2));
if (options === undefined) console.log(HELP);
else {
  const stop = new AbortController();
  // The first asks for the report of what there is so far; the second ends it at once.
  process.once('SIGINT', () => stop.abort());
  const report = reportOf(await soak(options, stop.signal));
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'soak.json'), textOf(report));
  await writeFile(join(options.out, 'soak.svg'), chartOf(report));
  const complaints = complaintsOf(report);
  for (const complaint of complaints) console.error(complaint);
  console.log(
    `${complaints.length === 0 ? 'Nothing' : 'Something'} to complain of: ${options.out}/soak.json`,
  );
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
