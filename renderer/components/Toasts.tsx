import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useEffect } from 'react';
import { useT } from '../i18n/index.ts';
import { dismissToast, type Toast, useToasts } from '../store/toasts.ts';

const ICONS = { info: Info, ok: CircleCheck, error: CircleAlert } as const;
const SHOWN_MS = 5000;

function ToastView({ toast }: { toast: Toast }) {
  const t = useT();
  const Icon = ICONS[toast.tone];
  const stays = toast.tone === 'error';
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(() => dismissToast(toast.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [stays, toast.id]);
  return (
    <div className={`toast toast-${toast.tone}`} role={stays ? 'alert' : 'status'}>
      <Icon size={16} className="toast-icon" aria-hidden />
      <div className="toast-text">
        <div className="toast-title">{toast.title}</div>
        {toast.detail ? <div className="toast-detail">{toast.detail}</div> : null}
      </div>
      {toast.action ? (
        <button
          type="button"
          className="link"
          onClick={() => {
            toast.action?.run();
            dismissToast(toast.id);
          }}
        >
          {toast.action.label}
        </button>
      ) : null}
      <button type="button" className="icon-btn small" aria-label={t('shell:dismiss')} onClick={() => dismissToast(toast.id)}>
        <X size={14} />
      </button>
    </div>
  );
}

/** The notices at the lower edge. */
export function Toasts() {
  const t = useT();
  const toasts = useToasts((state) => state.toasts);
  return (
    <section className="toasts" aria-label={t('shell:notices')}>
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </section>
  );
}
