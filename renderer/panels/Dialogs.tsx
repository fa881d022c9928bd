import './panels.css';
import './schedulers.css';
import { useEffect } from 'react';
import { useCluster } from '../store/cluster.ts';
import { type DialogSpec, openDialog, useView } from '../store/view.ts';
import { AutoscaleDialog } from './dialogs/AutoscaleDialog.tsx';
import { CommandPalette, ShortcutsDialog } from './dialogs/CommandPalette.tsx';
import { CompareDialog } from './dialogs/CompareDialog.tsx';
import { DrainDialog } from './dialogs/DrainDialog.tsx';
import { LibraryDialog } from './dialogs/LibraryDialog.tsx';
import { ManifestDialog } from './dialogs/ManifestDialog.tsx';
import { BudgetDialog, LabelDialog, PriorityClassDialog, TaintDialog } from './dialogs/MarkDialogs.tsx';
import { PressureDialog } from './dialogs/PressureDialog.tsx';
import { DeleteDialog, ImageDialog, ScaleDialog, UndoDialog } from './dialogs/RolloutDialogs.tsx';
import { SchedulerDialog } from './dialogs/SchedulerDialog.tsx';
import { AboutDialog, ProblemsDialog, RestoreDialog, UnsavedDialog } from './dialogs/SessionDialogs.tsx';
import { WorkloadDialog } from './dialogs/WorkloadDialog.tsx';
import { DeploymentDialog, PodDialog } from './dialogs/WorkloadDialogs.tsx';

function drawDialog(dialog: DialogSpec) {
  switch (dialog.type) {
    case 'pod':
      return <PodDialog {...(dialog.nodeName ? { nodeName: dialog.nodeName } : {})} />;
    case 'deployment':
      return <DeploymentDialog />;
    case 'workload':
      return <WorkloadDialog kind={dialog.kind} />;
    case 'manifest':
      return <ManifestDialog {...(dialog.template ? { template: dialog.template } : {})} />;
    case 'taint':
      return <TaintDialog node={dialog.node} />;
    case 'label':
      return <LabelDialog target={dialog.target} />;
    case 'pdb':
      return <BudgetDialog {...(dialog.deployment ? { deployment: dialog.deployment } : {})} />;
    case 'priorityClass':
      return <PriorityClassDialog />;
    case 'drain':
      return <DrainDialog node={dialog.node} />;
    case 'pressure':
      return <PressureDialog node={dialog.node} />;
    case 'scale':
      return <ScaleDialog target={dialog.target} />;
    case 'setImage':
      return <ImageDialog target={dialog.target} />;
    case 'autoscale':
      return <AutoscaleDialog target={dialog.target} />;
    case 'undoRollout':
      return <UndoDialog target={dialog.target} />;
    case 'delete':
      return <DeleteDialog targets={dialog.targets} />;
    case 'problems':
      return <ProblemsDialog title={dialog.title} problems={dialog.problems} />;
    case 'unsaved':
      return <UnsavedDialog proceed={dialog.proceed} />;
    case 'restore':
      return <RestoreDialog />;
    case 'library':
      return <LibraryDialog />;
    case 'schedulers':
      return <SchedulerDialog {...(dialog.name ? { name: dialog.name } : {})} />;
    case 'compare':
      return <CompareDialog {...(dialog.edited ? { edited: dialog.edited } : {})} />;
    case 'commands':
      return <CommandPalette />;
    case 'shortcuts':
      return <ShortcutsDialog />;
    case 'about':
      return <AboutDialog />;
  }
}

/** Draws whichever dialog is open; offers to restore once, when the host found an autosave. */
export function Dialogs() {
  const dialog = useView((state) => state.dialog);
  const offered = useCluster((state) => state.session?.autosave != null);
  useEffect(() => {
    if (offered) openDialog({ type: 'restore' });
  }, [offered]);
  return dialog ? drawDialog(dialog) : null;
}
