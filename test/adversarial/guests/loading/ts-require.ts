// expect: EVALUATE_FAILED|COMPILE_FAILED|LINK_FAILED ; TypeScript's own way to require
import fs = require('node:fs');
export const f = () => fs.readFileSync('/etc/passwd', 'utf8');
