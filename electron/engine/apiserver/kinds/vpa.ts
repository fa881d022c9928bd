import { specChanged } from './common.ts';
import type { KindStrategy } from './strategy.ts';

/** Custom resources with a status of their own count changes of their spec. */
export const verticalAutoscalerStrategy: KindStrategy = { generation: specChanged };
