/** How V8 is set for services, as by `npm start`; see docs/decisions/0019. */
export const V8_FLAGS: readonly string[] = ['--max-semi-space-size=16'];
