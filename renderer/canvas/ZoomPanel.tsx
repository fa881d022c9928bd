import { LayoutGrid, Maximize, Minus, Plus } from 'lucide-react';
import { useStore } from 'reactflow';
import { IconButton } from '../components/index.ts';
import { useT } from '../i18n/index.ts';
import { appActions } from '../store/appActions.ts';

/** Zoom and tidy buttons in the lower right corner. */
export function ZoomPanel() {
  const t = useT();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="zoom-panel" role="toolbar" aria-label={t('canvas:zoom')}>
      <IconButton label={t('shell:zoomOut')} shortcut="-" side="top" onClick={appActions.zoomOut.run}>
        <Minus size={15} />
      </IconButton>
      <span className="zoom-value">{percent}%</span>
      <IconButton label={t('shell:zoomIn')} shortcut="+" side="top" onClick={appActions.zoomIn.run}>
        <Plus size={15} />
      </IconButton>
      <IconButton label={t('shell:fitView')} shortcut="f" side="top" onClick={appActions.zoomFit.run}>
        <Maximize size={15} />
      </IconButton>
      <IconButton label={t('shell:tidy')} side="top" onClick={appActions.tidy.run}>
        <LayoutGrid size={15} />
      </IconButton>
    </div>
  );
}
