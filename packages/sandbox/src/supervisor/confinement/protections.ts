import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Protection } from '../../api/status.ts';
import { LIMITS } from './limits.ts';

type Finding = { active: boolean; detail: string };

const CAPABILITY_SETS = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'];
// What the protocol has: the channel and standard error.
const SOCKETS = 2;

/** What the kernel says of a process: which protections it really runs under. */
export function protectionsOf(pid: number): Protection[] {
  const finders: Record<string, (pid: string) => Finding> = {
    'permission-model': permissionModel,
    'empty-environment': emptyEnvironment,
    'protocol-descriptors-only': descriptors,
    'unprivileged-user': user,
    'no-capabilities': capabilities,
    'no-new-privileges': noNewPrivileges,
    'no-network': network,
    'resource-limits': limits,
    'ended-first-out-of-memory': outOfMemory,
  };
  return Object.entries(finders).map(([name, find]) => ({ name, ...orUnknown(() => find(String(pid))) }));
}

function permissionModel(pid: string): Finding {
  const active = read(pid, 'cmdline').split('\0').includes('--permission');
  return { active, detail: active ? 'reads its own code, writes no file, starts no process' : 'off' };
}

function emptyEnvironment(pid: string): Finding {
  const count = read(pid, 'environ').split('\0').length - 1;
  return { active: count === 0, detail: `${count} variables` };
}

function descriptors(pid: string): Finding {
  const targets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => targetOf(pid, fd));
  const sockets = targets.filter((target) => target.startsWith('socket:')).length;
  const own = ownFiles(pid);
  const files = targets.filter((target) => target.startsWith('/') && !own(target));
  const active = sockets <= SOCKETS && files.length <= 1;
  const found = `${sockets} sockets, ${files.length} files`;
  return { active, detail: active ? found : `${found} (${files.join(', ')})` };
}

/** What it may have opened itself just now: what it runs, and what the kernel tells of it. */
function ownFiles(pid: string): (path: string) => boolean {
  const flag = '--allow-fs-read=';
  const flags = read(pid, 'cmdline')
    .split('\0')
    .filter((word) => word.startsWith(flag));
  const folders = [`/proc/${pid}/`, ...flags.map((word) => word.slice(flag.length))];
  return (path) => path === '/dev/null' || folders.some((folder) => path.startsWith(folder));
}

function user(pid: string): Finding {
  const ids = statusOf(pid, 'Uid').split(/\s+/);
  return { active: !ids.includes('0'), detail: `user ${ids[0]}` };
}

/** The bounding set matters only to those who can gain privileges. */
function capabilities(pid: string): Finding {
  const held = CAPABILITY_SETS.filter((set) => BigInt(`0x${statusOf(pid, set)}`) !== 0n);
  const bounded = BigInt(`0x${statusOf(pid, 'CapBnd')}`) === 0n || noNewPrivileges(pid).active;
  const detail = [...held, ...(bounded ? [] : ['CapBnd'])].join(', ');
  return { active: detail === '', detail: detail || 'none' };
}

function noNewPrivileges(pid: string): Finding {
  const active = statusOf(pid, 'NoNewPrivs') === '1';
  return { active, detail: active ? 'for good' : 'off' };
}

function network(pid: string): Finding {
  const active = readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net');
  return { active, detail: active ? 'no interface is up' : "the node's" };
}

function limits(pid: string): Finding {
  const table = read(pid, 'limits');
  const found = {
    core: limitOf(table, 'Max core file size'),
    fsize: limitOf(table, 'Max file size'),
    nofile: limitOf(table, 'Max open files'),
    nproc: limitOf(table, 'Max processes'),
    memlock: limitOf(table, 'Max locked memory'),
    msgqueue: limitOf(table, 'Max msgqueue size'),
  };
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  const active = names.every((name) => found[name] <= LIMITS[name]);
  return { active, detail: names.map((name) => `${name} ${found[name]}`).join(', ') };
}

function outOfMemory(pid: string): Finding {
  const [worker, node] = [pid, 'self'].map((who) => Number(read(who, 'oom_score_adj'))) as [number, number];
  return { active: worker > node, detail: `oom_score_adj ${worker}, the node's ${node}` };
}

function read(pid: string, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'latin1');
}

function statusOf(pid: string, field: string): string {
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(read(pid, 'status'))?.[1] ?? '';
}

/** The hard limit: the soft one is the process's own choice. */
function limitOf(table: string, name: string): number {
  const line = table.split('\n').find((each) => each.startsWith(name)) ?? '';
  const hard = line.slice(name.length).trim().split(/\s+/)[1] ?? '';
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/** Where a descriptor leads; nowhere if it is closed meanwhile. */
function targetOf(pid: string, fd: string): string[] {
  try {
    return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
  } catch {
    return [];
  }
}

function orUnknown(find: () => Finding): Finding {
  try {
    return find();
  } catch {
    return { active: false, detail: 'not known: the system does not say' };
  }
}
