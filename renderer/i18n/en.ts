import { advice } from './en/advice.ts';
import { autoscaling } from './en/autoscaling.ts';
import { canvas } from './en/canvas.ts';
import { dialogs } from './en/dialogs.ts';
import { objects } from './en/objects.ts';
import { palette } from './en/palette.ts';
import { panels } from './en/panels.ts';
import { presenter } from './en/presenter.ts';
import { reasons } from './en/reasons.ts';
import { schedulers } from './en/schedulers.ts';
import { shell } from './en/shell.ts';
import { workloads } from './en/workloads.ts';

/** English catalogue, one namespace an area. */
export const en = {
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
