// Errors: plain, capped text, whatever the guest threw.

function cut(text, length) {
  return text.length > length ? apply(sliceText, text, [0, length]) : text;
}

function wellFormed(text) {
  return apply(isWellFormed, text, none) ? text : apply(toWellFormed, text, none);
}

function textOf(object, name, fallback) {
  try {
    const text = object[name];
    return typeof text === 'string' ? text : fallback;
  } catch {
    return fallback;
  }
}

function framesOf(stack) {
  let frames = '';
  try {
    const text = cut(stack, MAX_STACK * 4) + '\n';
    // Not split: it asks the separator's prototype how.
    for (let from = 0, to = 0; (to = apply(indexOf, text, ['\n', from])) >= 0; from = to + 1) {
      const line = apply(trim, apply(sliceText, text, [from, to]), none);
      if (apply(sliceText, line, [0, 3]) !== 'at ') continue;
      if (apply(indexOf, line, ['petri:bootstrap']) >= 0) continue;
      frames += (frames === '' ? '' : '\n') + apply(sliceText, line, [3]);
    }
  } catch {
    return '';
  }
  return cut(frames, MAX_STACK);
}

function describe(thrown) {
  if (thrown === FAULT) {
    if (faultKind === OUTCOME.outputLimit) return { __proto__: null, name: '', message: '', stack: '' };
    return { __proto__: null, name: 'InvalidResult', message: faultText, stack: '' };
  }
  if (thrown !== null && (typeof thrown === 'object' || typeof thrown === 'function')) {
    return {
      __proto__: null,
      name: textOf(thrown, 'name', 'Error'),
      message: textOf(thrown, 'message', ''),
      stack: framesOf(textOf(thrown, 'stack', '')),
    };
  }
  let message = '';
  try {
    message = toText(thrown);
  } catch {
    message = typeof thrown;
  }
  return { __proto__: null, name: 'Thrown', message, stack: '' };
}

function errorJson(thrown, path) {
  const { name, message, stack } = describe(thrown);
  return (
    '[' +
    stringify(wellFormed(cut(name, MAX_NAME))) +
    ',' +
    stringify(wellFormed(cut(message, MAX_MESSAGE))) +
    ',' +
    stringify(wellFormed(stack)) +
    ',' +
    stringify(wellFormed(cut(path, MAX_MESSAGE))) +
    ']'
  );
}
