import { readFileSync } from 'node:fs';

/** The regressions' fitness program, as the JavaScript text that a node is sent. */
export const REGRESSION_PROGRAM: string = readFileSync(new URL('./regression.js', import.meta.url), 'utf8');
