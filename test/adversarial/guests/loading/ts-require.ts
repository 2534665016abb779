// expect: EVALUATE_FAILED ; TypeScript's own way to require
import fs = require('node:fs');
export const f = () => fs.readFileSync('/etc/passwd', 'utf8');
