import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const ENTRY = new URL('../worker/main.ts', import.meta.url);

/** Native libraries, which each worker loads from where they are. */
const LIBRARIES = ['isolated-vm', 'oxc-parser', 'oxc-transform'];

// Of one process: the modules that it is made of do not change, and the bundler can't be stopped by one who uses it while
// another does.
let made: Promise<string> | undefined;

/**
 * All that a worker is, as one script of plain JavaScript. Workers are started whenever one was lost: from its fifty
 * modules of TypeScript a worker takes three times as much CPU time to start, 0.6 s against 0.2 s. It is made when a
 * runtime starts, from the very modules that are there, so that it can never be out of date.
 */
export function workerScript(): Promise<string> {
  return (made ??= bundle());
}

async function bundle(): Promise<string> {
  try {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(ENTRY)],
      bundle: true,
      write: false,
      platform: 'node',
      target: `node${process.versions.node}`,
      format: 'cjs',
      external: LIBRARIES,
      define: { 'import.meta.url': JSON.stringify(ENTRY.href) },
      // A script without a file would look for libraries in the directory that the node was started in.
      banner: {
        js: `var require = process.getBuiltinModule('node:module').createRequire(${JSON.stringify(ENTRY.href)});`,
      },
    });
    return outputFiles[0]?.text ?? '';
  } finally {
    // Its process would stay for as long as this one.
    await stop();
  }
}
