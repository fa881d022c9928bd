import type { en } from './en.ts';
import { advice } from './ko/advice.ts';
import { autoscaling } from './ko/autoscaling.ts';
import { canvas } from './ko/canvas.ts';
import { dialogs } from './ko/dialogs.ts';
import { objects } from './ko/objects.ts';
import { palette } from './ko/palette.ts';
import { panels } from './ko/panels.ts';
import { presenter } from './ko/presenter.ts';
import { reasons } from './ko/reasons.ts';
import { schedulers } from './ko/schedulers.ts';
import { shell } from './ko/shell.ts';
import { workloads } from './ko/workloads.ts';

/** Korean catalogue: the compiler holds it to the same keys as the English one. */
export const ko: { [N in keyof typeof en]: Record<keyof (typeof en)[N], string> } = {
  autoscaling,
  shell,
  palette,
  canvas,
  reasons,
  panels,
  dialogs,
  advice,
  schedulers,
  presenter,
  workloads,
  objects,
};
