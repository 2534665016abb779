import { state, setState } from 'petri:sandbox';
state.n ??= 0;
export const f = (x) => {
  state.n += x ?? 1;
  if (state.n > 10) setState({ n: 0, was: state.n });
  return { ...state, list: [x, null, -0, 1e21, 'é\u2028'] };
};
export const migrate = (old, { from, to }) => ({ n: old.n ?? 0, from, to });
