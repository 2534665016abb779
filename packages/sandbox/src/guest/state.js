// State: what `petri:sandbox` exports, committed by the worker's side.

let stateful = false;
let state;
let committed = '{}';
let publishState = () => {};

function setState(value) {
  state = value;
  publishState(value);
}

const revertState = () => stateful && setState(parse(committed));

/** The new state as JSON, or undefined if it is as committed. */
function changedState() {
  if (!stateful) return undefined;
  const text = encodeWithin(state, limits.state);
  return text === committed ? undefined : text;
}
