// expect: COMPILE_FAILED ; JSX, which is not TypeScript
export const f = () => <div>{process.env}</div>;
