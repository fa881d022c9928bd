import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useT } from '../i18n/index.ts';

/** Puts the keyboard where the person goes on: in the field that asked for it, else the first of the body, else on the foot's main button. */
function focusFirst(event: Event): void {
  const dialog = event.currentTarget as HTMLElement;
  const asked = dialog.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const find = (selector: string): HTMLElement | null => dialog.querySelector<HTMLElement>(selector);
  const field =
    asked ??
    find('.dialog-body :is(input, select, textarea):not([disabled])') ??
    find('.dialog-foot .btn-primary') ??
    find('.dialog-foot button');
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** A modal dialog with a heading, a body that scrolls and an optional row of buttons. Escape and the scrim close it. */
export function Dialog({
  title,
  description,
  onClose,
  footer,
  width = 480,
  children,
}: {
  title: string;
  description?: string;
  onClose: () => void;
  footer?: ReactNode;
  width?: number;
  children: ReactNode;
}) {
  const t = useT();
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className="dialog"
          style={{ width }}
          onOpenAutoFocus={focusFirst}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <div className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close className="icon-btn" aria-label={t('shell:dialogClose')}>
              <X size={16} />
            </Radix.Close>
          </div>
          {description ? <Radix.Description className="dialog-lead">{description}</Radix.Description> : null}
          <div className="dialog-body">{children}</div>
          {footer ? <div className="dialog-foot">{footer}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
