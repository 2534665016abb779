import { answer } from '../support/helper.ts';
import type { TrapsAnswer, TrapsQuestion } from '../support/messages.ts';
import { runTraps } from '../traps/experiment.ts';

answer(({ variant, seed }: TrapsQuestion): Promise<TrapsAnswer> => runTraps(variant, seed));
