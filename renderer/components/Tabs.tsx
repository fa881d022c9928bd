import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/** One tab. `count` is shown after its name. */
export interface TabSpec<Id extends string> {
  id: Id;
  label: string;
  count?: number;
  body: ReactNode;
}

/** A row of tabs and the panel of the chosen one; only that one is mounted. */
export function Tabs<Id extends string>({
  label,
  tabs,
  value,
  onChange,
  trailing,
}: {
  label: string;
  tabs: readonly TabSpec<Id>[];
  value: Id;
  onChange: (id: Id) => void;
  trailing?: ReactNode;
}) {
  return (
    <Radix.Root className="tabs" value={value} onValueChange={(id) => onChange(id as Id)}>
      <div className="tabs-row">
        <Radix.List className="tabs-list" aria-label={label}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.id} value={tab.id} className="tab">
              {tab.label}
              {tab.count ? <span className="tab-count">{tab.count}</span> : null}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {trailing}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="tab-body" tabIndex={-1}>
          {tab.body}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
