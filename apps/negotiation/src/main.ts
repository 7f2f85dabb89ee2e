import { start } from '@emdia/runtime';
import { negotiation } from './index';
void start([negotiation]);
