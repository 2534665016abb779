import { transportCompliance } from '../../test/transport-compliance.ts';
import { InProcessHub } from './in-process.ts';

const hub = new InProcessHub();

transportCompliance('in process', false, async () => hub.connect());
