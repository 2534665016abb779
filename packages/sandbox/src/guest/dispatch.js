// The one function through which the worker talks to the realm.

function dispatch(op, a, b, c) {
  switch (op) {
    case 'call':
      observing = false;
      becomesState = false;
      return call(a, b, c);
    case 'observe':
      observing = true;
      becomesState = false;
      return call(a, b, c);
    case 'migrate':
      observing = false;
      becomesState = true;
      return call(a, b, '[' + committed + ',' + c + ']');
    case 'pump':
      return pump();
    case 'answer':
      return answer(a);
    case 'fitness':
      observing = true;
      becomesState = false;
      return fitness(a);
    case 'stall':
      return fail(new NativeError('the promise can never settle: no task is pending that could settle it'));
    case 'clock':
      virtual = b;
      seed = a;
      virtualNow = c;
      return '=null';
    case 'committed':
      committed = a;
      return '=null';
    case 'tasks':
      return '=' + apply(mapSize, timers, none);
    case 'module':
      return register(a, b);
    case 'binary':
      return compileBinary(a, b);
    case 'lend':
      hide(a, api);
      return '=null';
    case 'take':
      delete globalThis[a];
      return '=null';
    case 'configure':
      return configure(a);
    default:
      throw new NativeError('unknown operation');
  }
}
