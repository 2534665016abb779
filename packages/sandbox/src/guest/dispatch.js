// The one function through which the worker talks to the realm.

function dispatch(op, a, b, c) {
  switch (op) {
    case OP_CALL:
      observing = false;
      becomesState = false;
      return call(a, b);
    case OP_OBSERVE:
      observing = true;
      becomesState = false;
      return call(a, b);
    case OP_MIGRATE:
      observing = false;
      becomesState = true;
      return call(a, '[' + committed + ',' + b + ']');
    case OP_BIND:
      return bind(a, b, c);
    case OP_PUMP:
      return pump();
    case OP_ANSWER:
      return answer(a);
    case OP_FITNESS:
      observing = true;
      becomesState = false;
      return fitness(a, b);
    case OP_STALL:
      return fail(new NativeError('the promise can never settle: no task is pending that could settle it'));
    case OP_CLOCK:
      virtual = b;
      seed = a;
      virtualNow = c;
      return '=null';
    case OP_COMMITTED:
      committed = a;
      return '=null';
    case OP_TASKS:
      return '=' + apply(mapSize, timers, none);
    case OP_MODULE:
      return register(a, b);
    case OP_BINARY:
      return compileBinary(a, b);
    case OP_LEND:
      hide(a, api);
      return '=null';
    case OP_TAKE:
      delete globalThis[a];
      return '=null';
    case OP_HARDEN:
      return harden();
    case OP_CONFIGURE:
      return configure(a);
    default:
      throw new NativeError('unknown operation');
  }
}
