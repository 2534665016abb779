// expect: COMPLETED ; Intl and locales
// value: "1,234.5"
try { Intl.NumberFormat = class { format() { return 'forged'; } }; } catch {}
try { Number.prototype.toLocaleString = () => 'forged'; } catch {}
export const f = () => 0;
// tenant: next
export const f = () => (1234.5).toLocaleString('en-US');
