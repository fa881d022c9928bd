import { Slider } from 'radix-ui';
import { useEffect, useId, useState } from 'react';
import { type LogScale, positionOfValue, SLIDER_TOP, valueAtPosition } from '../model/load.ts';

/** One amount: a slider that is fine at its low end, and the same as typed text. `onChange` while it moves, `onCommit` when it has come to rest. */
export function LoadDial({
  label,
  value,
  scale,
  print,
  parse,
  onChange,
  onCommit,
}: {
  label: string;
  value: number;
  scale: LogScale;
  print: (value: number) => string;
  /** Undefined when the text is no amount. */
  parse: (text: string) => number | undefined;
  onChange: (value: number) => void;
  onCommit: (value: number) => void;
}) {
  const id = useId();
  const shown = value === 0 ? '0' : print(value);
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    // Another value from outside ends what was being typed.
    if (shown) setText(null);
  }, [shown]);
  const typed = text === null ? value : parse(text.trim());
  const take = (): void => {
    if (text !== null && typed !== undefined && typed !== value) onCommit(typed);
    setText(null);
  };
  return (
    <div className="load-dial">
      <label htmlFor={id}>{label}</label>
      <Slider.Root
        className="load-slider"
        min={0}
        max={SLIDER_TOP}
        step={1}
        value={[positionOfValue(scale, value)]}
        onValueChange={([position = 0]) => onChange(valueAtPosition(scale, position))}
        onValueCommit={([position = 0]) => onCommit(valueAtPosition(scale, position))}
      >
        <Slider.Track className="load-slider-track">
          <Slider.Range className="load-slider-range" />
        </Slider.Track>
        <Slider.Thumb className="load-slider-thumb" aria-label={label} aria-valuetext={shown} />
      </Slider.Root>
      <input
        id={id}
        className={`input small mono ${typed === undefined ? 'bad' : ''}`}
        spellCheck={false}
        value={text ?? shown}
        aria-invalid={typed === undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
          if (event.key === 'Escape') setText(null);
        }}
      />
    </div>
  );
}
