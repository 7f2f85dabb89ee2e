import { start } from '@emdia/runtime';
import { notifications } from './index';

void start([notifications]);
