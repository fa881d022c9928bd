import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Tooltip } from './Tooltip.tsx';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'>;

/** A text button. `tone`: `primary` for the one main action, `danger` for what destroys. */
export function Button({
  tone = 'plain',
  icon,
  children,
  className = '',
  ...rest
}: Native & { tone?: 'plain' | 'primary' | 'danger' | 'quiet'; icon?: ReactNode; children: ReactNode }) {
  return (
    <button type="button" className={`btn btn-${tone} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  );
}

/** A button that is only a picture: `label` is its name, shown as a tooltip too. */
export function IconButton({
  label,
  shortcut,
  active = false,
  children,
  className = '',
  side,
  ...rest
}: Native & {
  label: string;
  shortcut?: string;
  active?: boolean;
  children: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
}) {
  return (
    <Tooltip text={label} {...(shortcut ? { shortcut } : {})} {...(side ? { side } : {})}>
      <button type="button" className={`icon-btn ${active ? 'on' : ''} ${className}`} aria-label={label} {...rest}>
        {children}
      </button>
    </Tooltip>
  );
}
