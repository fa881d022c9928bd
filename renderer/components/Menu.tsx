import { ContextMenu, DropdownMenu } from 'radix-ui';
import type { ComponentType, ReactNode } from 'react';
import { useT } from '../i18n/index.ts';
import { Keys } from './Keys.tsx';

/** One entry of a menu; `separator` draws a line, `heading` a caption. Texts are in the person's language already. */
export type MenuEntry =
  | {
      type?: 'item';
      id: string;
      label: string;
      icon?: ReactNode;
      shortcut?: string;
      danger?: boolean;
      disabled?: boolean;
      checked?: boolean;
      run: () => void;
    }
  | { type: 'separator'; id: string }
  | { type: 'heading'; id: string; label: string }
  | { type: 'sub'; id: string; label: string; icon?: ReactNode; entries: readonly MenuEntry[] };

type Parts = typeof ContextMenu | typeof DropdownMenu;

function Entries({ entries, parts }: { entries: readonly MenuEntry[]; parts: Parts }) {
  // Both Radix menus have the same parts; one type stands for both.
  const Part = parts as typeof DropdownMenu;
  return entries.map((entry) => {
    if (entry.type === 'separator') return <Part.Separator key={entry.id} className="menu-line" />;
    if (entry.type === 'heading') {
      return (
        <Part.Label key={entry.id} className="menu-heading">
          {entry.label}
        </Part.Label>
      );
    }
    if (entry.type === 'sub') {
      return (
        <Part.Sub key={entry.id}>
          <Part.SubTrigger className="menu-item">
            <span className="menu-icon">{entry.icon}</span>
            <span className="menu-label">{entry.label}</span>
            <span className="menu-more">›</span>
          </Part.SubTrigger>
          <Part.Portal>
            <Part.SubContent className="menu" sideOffset={4} collisionPadding={8}>
              <Entries entries={entry.entries} parts={parts} />
            </Part.SubContent>
          </Part.Portal>
        </Part.Sub>
      );
    }
    return (
      <Part.Item
        key={entry.id}
        className={`menu-item ${entry.danger ? 'danger' : ''}`}
        disabled={entry.disabled ?? false}
        onSelect={entry.run}
        data-action={entry.id}
      >
        <span className="menu-icon">{entry.checked ? '✓' : entry.icon}</span>
        <span className="menu-label">{entry.label}</span>
        {entry.shortcut ? <Keys combo={entry.shortcut} /> : null}
      </Part.Item>
    );
  });
}

/** A closing menu gives the focus back to where it came from, unless its entry has opened a dialog: that one has chosen its own field. */
function leaveFocusToDialog(event: Event): void {
  if (document.querySelector('[role="dialog"]')) event.preventDefault();
}

/** A menu that drops down from its trigger. */
export function DropMenu({
  trigger,
  entries,
  align = 'end',
}: {
  trigger: ReactNode;
  entries: readonly MenuEntry[];
  align?: 'start' | 'center' | 'end';
}) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={leaveFocusToDialog}
        >
          <Entries entries={entries} parts={DropdownMenu} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The menu of the pointer's second button (and of the menu key) over `children`; `Content` builds the entries when it opens. */
export function ContextMenuArea({
  children,
  Content,
  onOpenChange,
}: {
  children: ReactNode;
  Content: ComponentType<{ render: (entries: readonly MenuEntry[]) => ReactNode }>;
  onOpenChange?: (open: boolean) => void;
}) {
  const t = useT();
  return (
    <ContextMenu.Root onOpenChange={(open) => onOpenChange?.(open)}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content
          className="menu"
          collisionPadding={8}
          aria-label={t('shell:commands')}
          onCloseAutoFocus={leaveFocusToDialog}
        >
          <Content render={(entries) => <Entries entries={entries} parts={ContextMenu} />} />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
