import { useState } from 'react';
import { Button, Label, Slider, SliderThumb, SliderTrack } from 'react-aria-components';

interface MomentSliderProps {
  readonly last: number;
  /** One place, or two in order. */
  readonly value: readonly number[];
  readonly describe: (place: number) => string;
  readonly onChange: (value: readonly number[]) => void;
}

const NAMES = ['Earlier moment', 'Later moment'];

/** Over the log, one step per event. What is shown follows when it is let go. */
export function MomentSlider({ last, value, describe, onChange }: MomentSliderProps) {
  const [moving, setMoving] = useState<readonly number[] | null>(null);
  const now = moving?.length === value.length ? moving : value;
  const step = (by: number): void => {
    const place = Math.min(last, Math.max(value.length === 2 ? value[0]! : 0, value.at(-1)! + by));
    onChange([...value.slice(0, -1), place]);
  };
  return (
    <>
      <Slider
        className="slider"
        minValue={0}
        maxValue={Math.max(last, 1)}
        value={[...now]}
        onChange={(next) => setMoving(next)}
        onChangeEnd={(next) => {
          setMoving(null);
          onChange(next);
        }}
      >
        <Label>{value.length === 2 ? 'Between these moments' : 'As of this moment'}</Label>
        <SliderTrack className="slider-track">
          {now.map((place, n) => (
            <SliderThumb
              key={n}
              index={n}
              className="slider-thumb"
              aria-label={now.length === 2 ? NAMES[n]! : 'Moment'}
              aria-valuetext={describe(place)}
            />
          ))}
        </SliderTrack>
      </Slider>
      <div className="moments" aria-live="polite">
        {now.map((place, n) => (
          <p key={n}>{describe(place)}</p>
        ))}
      </div>
      <div className="steps">
        <Button className="button small" isDisabled={value.at(-1)! <= 0} onPress={() => step(-1)}>
          One event back
        </Button>
        <Button className="button small" isDisabled={value.at(-1)! >= last} onPress={() => step(1)}>
          One event on
        </Button>
      </div>
    </>
  );
}
