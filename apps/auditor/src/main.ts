import { start } from '@emdia/runtime';
import { auditor } from './index';
void start([auditor]);
