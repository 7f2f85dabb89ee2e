import { start } from '@emdia/runtime';
import { dunningOrchestration } from './index';

void start([dunningOrchestration]);
