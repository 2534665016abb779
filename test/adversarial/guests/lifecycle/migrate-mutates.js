// expect: MIGRATION_FAILED "after" ; a migration that mutates the old state before it throws
// with: via=reload
import { state, setState } from 'petri:sandbox';
export const migrate = (old, versions) => { old.n = 99; state.n = 98; setState({ n: 97 }); versions.to = {}; throw new Error('after'); };
