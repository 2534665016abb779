import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { Desk } from './desk.ts';
import { enrol } from './enrolment.ts';
import { PUBLIC, writeWhole } from './files.ts';
import { Hierarchy } from './hierarchy.ts';
import { identityOf, issue } from './issue.ts';

const HELP = `petri authority: identities for the archipelago's NATS

Usage: node services/authority/src/main.ts COMMAND

  serve --keys DIR --server FILE --nodes DIR --coordinators DIR --issued DIR
      makes the keys and the server's part of the configuration, then answers requests for identities
  enrol --requests DIR --issued DIR --out FILE [--name NAME]
      asks for one, and waits for it (the machine's name)
  issue --keys DIR --server FILE --out DIR IDENTITY...
      makes credentials without being asked: node:NAME[=ISLAND+ISLAND...], leader:NAME, coordinator:NAME`;

const LOOK_MS = 200;

const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);

async function main(): Promise<void> {
  const [command, ...args] = process.argv.slice(2);
  const given = (names: readonly string[]) => {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
    const { values, positionals } = parseArgs({ args, options, allowPositionals: command === 'issue' });
    const missing = names.filter((name) => values[name] === undefined && name !== 'name');
    if (missing.length > 0)
      throw new Error(`${command}: --${missing.join(', --')} ${missing.length > 1 ? 'are' : 'is'} missing`);
    return { positionals, values: values as Record<string, string> };
  };
  switch (command) {
    case 'serve':
      return serve(given(['keys', 'server', 'nodes', 'coordinators', 'issued']).values);
    case 'enrol': {
      const { values } = given(['requests', 'issued', 'out', 'name']);
      const { requests, issued, out, name = hostname() } = values;
      return enrol({ name, requests: requests!, issued: issued!, out: out! });
    }
    case 'issue': {
      const { values, positionals } = given(['keys', 'server', 'out']);
      const identities = positionals.map(identityOf);
      await issue(await opened(values), values['out']!, identities);
      return;
    }
    default:
      say(HELP);
      process.exitCode = command === '--help' ? 0 : 1;
  }
}

async function serve(values: Record<string, string>): Promise<void> {
  const { nodes, coordinators, issued } = values as Record<'nodes' | 'coordinators' | 'issued', string>;
  for (const directory of [nodes, coordinators, issued]) mkdirSync(directory, { recursive: true });
  const hierarchy = await opened(values);
  const counters = { node: nodes, coordinator: coordinators };
  const desk = new Desk({ hierarchy, issued, counters, onIssued: say, onRefused: say });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
  say('petri authority is ready');
  for (;;) {
    await desk.look();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function opened({ keys, server }: Record<string, string>): Promise<Hierarchy> {
  const hierarchy = Hierarchy.open(keys!);
  writeWhole(server!, await hierarchy.serverConfig(), PUBLIC);
  return hierarchy;
}

main().catch((thrown: unknown) => {
  process.stderr.write(`petri authority: ${(thrown as Error).message}\n`);
  process.exit(1);
});
