/** What the environment says about how to print. */
export interface DisplayConfig {
  /** False if NO_COLOR is set to anything (no-color.org). */
  readonly color: boolean;
  /** False on terminals that cannot rewrite a line. */
  readonly liveLine: boolean;
}

export function readDisplayConfig(env: NodeJS.ProcessEnv = process.env): DisplayConfig {
  const dumb = env['TERM'] === 'dumb';
  return { color: !env['NO_COLOR'] && !dumb, liveLine: !dumb };
}

/** What a node started here is given: its own settings, from whoever runs the demo. */
export function nodeEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return env;
}
