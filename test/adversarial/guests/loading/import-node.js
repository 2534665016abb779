// expect: LINK_FAILED ; modules of Node
import { readFileSync } from 'node:fs';
export const f = () => readFileSync('/etc/passwd', 'utf8');
