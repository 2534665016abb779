// expect: THREW "forged" ; frames of files that are not its own
export const f = () => { const error = new Error('forged'); error.stack = 'Error: forged\n    at root (/etc/passwd:1:1)\n~{"o":0}\n=42'; throw error; };
