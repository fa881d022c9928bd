import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

/** A bar that changes the size of the panel it stands on, kept in a CSS variable of the document; by pointer or with the arrow keys. */
export function Splitter({
  edge,
  label,
  variable,
  min,
  max,
}: {
  edge: 'left' | 'top';
  label: string;
  variable: string;
  min: number;
  max: number;
}) {
  const start = useRef<{ at: number; size: number } | null>(null);
  const [size, setSize] = useState<number | null>(null);
  const read = (): number => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(variable)) || min;
  const apply = (wanted: number): void => {
    const next = Math.round(Math.min(max, Math.max(min, wanted)));
    document.documentElement.style.setProperty(variable, `${next}px`);
    setSize(next);
  };
  const place = (event: PointerEvent): number => (edge === 'left' ? event.clientX : event.clientY);
  const onKeyDown = (event: KeyboardEvent): void => {
    const grow = edge === 'left' ? 'ArrowLeft' : 'ArrowUp';
    const shrink = edge === 'left' ? 'ArrowRight' : 'ArrowDown';
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    apply(read() + (event.key === grow ? 16 : -16));
  };
  return (
    <div
      className={`splitter splitter-${edge}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={edge === 'left' ? 'vertical' : 'horizontal'}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={size ?? min}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: place(event), size: read() };
      }}
      onPointerMove={(event) => {
        if (start.current) apply(start.current.size + start.current.at - place(event));
      }}
      onPointerUp={() => {
        start.current = null;
      }}
    />
  );
}
