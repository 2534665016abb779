// expect: COMPILE_FAILED ; a hashbang that is not at the beginning
#!/usr/bin/env node
export const f = () => 1;
