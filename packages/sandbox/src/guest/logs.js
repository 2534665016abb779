// Logs.

let logLines = '';
let logSpent = 0;
let logDropped = 0;

function log(level, values) {
  let text = '';
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    let part;
    try {
      if (typeof value === 'string') part = value;
      else if (value instanceof NativeError) part = textOf(value, 'stack', 'Error');
      else part = (typeof value === 'object' && value !== null && stringify(value)) || toText(value);
    } catch {
      part = '[' + typeof value + ']';
    }
    text += (index > 0 ? ' ' : '') + part;
    if (text.length > limits.log) break;
  }
  // A character takes a byte at least: what can't fit is not counted out.
  if (text.length >= limits.log - logSpent) logSpent = limits.log + 1;
  else {
    text = wellFormed(text);
    logSpent += utf8Length(text) + 1;
  }
  if (logSpent > limits.log) logDropped++;
  else logLines += (logLines === '' ? '[' : ',[') + level + ',' + stringify(text) + ']';
}

const console = {};
for (const [name, level] of [
  ['debug', 0],
  ['log', 1],
  ['info', 1],
  ['warn', 2],
  ['error', 3],
  ['trace', 0],
])
  console[name] = (...values) => log(level, values);
