// expect: TIMEOUT ; catching the termination, and going on in finally
export const f = () => { for (;;) { try { for (;;); } catch { continue; } finally { for (;;); } } };
